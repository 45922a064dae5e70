//! The two servers of the demo: the simulated suite, and the service on an embedded store in a temporary folder.

use std::fmt;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::api::Client;
use crate::build;
use crate::console::{Console, Tone};
use crate::plan::Invocation;
use crate::runner::{Runner, Server, await_ready};
use crate::workspace::Workspace;

/// How long the service may take to become ready.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is going to be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Steps {
    simulator: Invocation,
    service: Invocation,
}

impl fmt::Display for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} &\n{} &", self.simulator, self.service)
    }
}

/// The simulator's ready line.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ready {
    accounting: String,
    pricing: String,
    portfolio: String,
    security: String,
    control: String,
}

/// The running servers; they stop when this goes out of scope.
pub(super) struct Stand {
    /// The service.
    pub(super) service: Client,
    /// The simulator's control API.
    pub(super) control: Client,
    // Dropped in this order: the service before what it depends on, the folder last.
    service_process: Server,
    _simulator_process: Server,
    folder: Folder,
}

/// A folder that is removed with everything in it.
struct Folder {
    path: PathBuf,
    console: Console,
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path) {
            self.console.complain(&format!("{} is left behind: {error}", self.path.display()));
        }
    }
}

/// What is started for this seed. Ports and folders are chosen when it runs.
pub(super) fn plan(seed: u64) -> Steps {
    let simulator = Invocation::new(build::SIMULATOR)
        .args(["--port-base", "0", "--seed", &seed.to_string(), "--deterministic-prices", "--exit-with-parent"])
        .remedy("run it by hand to see what it says");
    let service = Invocation::new(build::SERVICE)
        .env("HOST", "127.0.0.1")
        .env("LOG_LEVEL", "warn")
        .env("LOG_FORMAT", "text")
        .remedy("run it by hand to see what it says");
    Steps { simulator, service }
}

impl Stand {
    /// Starts both and waits until they are ready.
    pub(super) fn start(workspace: &Workspace, steps: &Steps) -> Result<Self> {
        let runner = Runner::new(workspace);
        let mut simulator = runner.serve_piped(&steps.simulator)?;
        let ready = read_ready(&mut simulator).context("the simulator did not say that it is ready")?;
        let path = workspace.path(format!("target/demo-{}", std::process::id()));
        fs::create_dir_all(&path)?;
        let folder = Folder { path, console: workspace.console.clone() };
        let runner = Runner::logging(workspace, &folder.path.join("demo.log"))?;
        let log = folder.path.join("demo.order-generation-service.log");
        let address = free_address()?;
        let service = steps
            .service
            .clone()
            .env("PORT", address.port().to_string())
            .env("DATA_DIR", folder.path.display().to_string())
            .env("PORTFOLIO_ACCOUNTING_URL", &ready.accounting)
            .env("PRICING_SERVICE_URL", &ready.pricing)
            .env("PORTFOLIO_SERVICE_URL", &ready.portfolio)
            .env("SECURITY_SERVICE_URL", &ready.security);
        let url = format!("http://{address}");
        let mut process = runner.serve(&service)?;
        await_ready(&mut process, &service, &format!("{url}/health/ready"), PATIENCE)
            .with_context(|| fs::read_to_string(&log).unwrap_or_default())?;
        Ok(Self {
            service: Client::new(url),
            control: Client::new(ready.control),
            service_process: process,
            _simulator_process: simulator,
            folder,
        })
    }

    /// Shows where everything is and waits until it is told to stop.
    pub(super) fn keep(mut self, console: &Console) -> Result<()> {
        let lines = [
            format!("  API            {}/api/v1/models", self.service.base()),
            format!("  documentation  {}/docs", self.service.base()),
            format!("  metrics        {}/metrics", self.service.base()),
            format!("  simulator      {}/simulator", self.control.base()),
            format!("  log            {}", self.folder.path.join("demo.order-generation-service.log").display()),
        ];
        console.say(Tone::Strong, "Still running; ctrl-c stops everything.");
        console.say(Tone::Plain, &lines.join("\n"));
        self.service_process.wait()?;
        Ok(())
    }
}

fn read_ready(simulator: &mut Server) -> Result<Ready> {
    let stdout = simulator.stdout().context("it has no standard output")?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    serde_json::from_str(&line).with_context(|| format!("it said {line:?}"))
}

/// An address that nobody listens on at this moment.
fn free_address() -> Result<std::net::SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").context("no free port on the loopback interface")?;
    Ok(listener.local_addr()?)
}
