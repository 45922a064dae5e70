//! The pipeline's API check: Schemathesis against the running release service, with the simulated suite behind it.

use std::net::TcpListener;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::build;
use crate::plan::{Invocation, Plan, Step};

/// What Schemathesis is told, with a reason for each expectation that is relaxed.
pub const CONFIGURATION: &str = "schemathesis.toml";
const DATA: &str = "target/ci/api-data";

/// Ports that nobody listens on: the service's, then the simulator's accounting, pricing, portfolio, security, order
/// and control.
pub type Ports = [u16; 7];

/// Finds them.
///
/// # Errors
/// When the loopback interface has none.
pub fn free_ports() -> Result<Ports> {
    let bind = |_| TcpListener::bind(("127.0.0.1", 0));
    // All are held until the last is found, so that they differ.
    let listeners = (0..7).map(bind).collect::<std::io::Result<Vec<_>>>().context("no free port on loopback")?;
    let mut ports = [0; 7];
    for (port, listener) in ports.iter_mut().zip(&listeners) {
        *port = listener.local_addr()?.port();
    }
    Ok(ports)
}

/// Build, start the suite and the service, and let Schemathesis try every operation.
#[must_use]
pub fn plan(ports: Ports) -> Plan {
    let [service_port, accounting, pricing, portfolio, security, order, control] = ports;
    let at = |port: u16| format!("http://127.0.0.1:{port}");
    let mut simulator = Invocation::new(build::SIMULATOR).args(["--seed", "7", "--deterministic-prices"]);
    let names = ["accounting", "pricing", "portfolio", "security", "order", "control"];
    for (name, port) in names.into_iter().zip([accounting, pricing, portfolio, security, order, control]) {
        simulator = simulator.arg(format!("--{name}-port")).arg(port.to_string());
    }
    let service = Invocation::new(build::SERVICE)
        .env("HOST", "127.0.0.1")
        .env("PORT", service_port.to_string())
        .env("DATA_DIR", DATA)
        .env("LOG_LEVEL", "warn")
        .env("PORTFOLIO_ACCOUNTING_URL", at(accounting))
        .env("PRICING_SERVICE_URL", at(pricing))
        .env("PORTFOLIO_SERVICE_URL", at(portfolio))
        .env("SECURITY_SERVICE_URL", at(security))
        .remedy("its log is beside this check's log");
    // It keeps a cache where it runs.
    let schemathesis = Invocation::new("schemathesis --config-file")
        .arg(format!("../../{CONFIGURATION}"))
        .within("target/ci")
        .args(["run", &format!("{}/openapi.json", at(service_port))])
        .remedy("each failure above ends with a curl command that repeats it");
    let serve = |server, ready| Step::Serve { server, ready, within: Duration::from_secs(30) };
    let [install, build] = build::auditable();
    Plan::new("every operation answers as its document says")
        .then(install)
        .then(build)
        .then(Step::Remove { path: DATA.into() })
        .then(serve(simulator, format!("{}/simulator", at(control))))
        .then(serve(service, format!("{}/health/ready", at(service_port))))
        .then(schemathesis)
}

#[cfg(test)]
mod tests {
    use super::{free_ports, plan};

    #[test]
    fn the_plan_is_as_reviewed() {
        insta::assert_snapshot!(plan([8080, 8087, 8083, 8000, 8001, 8081, 8090]));
    }

    #[test]
    fn the_ports_differ() {
        let mut ports = free_ports().unwrap();
        ports.sort_unstable();
        assert!(ports.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
