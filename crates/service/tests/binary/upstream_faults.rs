//! Called services that are down, slow or talk nonsense: a code, nothing stored, no date moved, and a recovery.

use crate::process::{Service, command, wait_until};
use crate::suite::{create, stored, suite, worked_example};
use simulator::{Fault, FaultKind, Service as Called, Simulator};
use tempfile::TempDir;

fn impatient(suite: &Simulator, data: &TempDir) -> Service {
    let mut command = command(&[]);
    command.env("DATA_DIR", data.path()).env("EXTERNAL_SERVICE_TIMEOUT", "300ms").env("EXTERNAL_SERVICE_RETRIES", "1");
    Service::spawn(command, suite.endpoints())
}

#[test]
fn a_called_service_that_fails_is_named_and_nothing_is_stored() {
    let (suite, data) = (suite(0), TempDir::new().expect("a directory"));
    let service = impatient(&suite, &data);
    let model = create(&service, &worked_example(&suite));
    let (down, nonsense) = ((503, "upstream_unavailable"), (502, "upstream_invalid"));
    let cases = [
        // First, for securities are remembered.
        (Called::Security, FaultKind::Html { status: 502 }, down),
        (Called::Pricing, FaultKind::Status { status: 503 }, down),
        (Called::Pricing, FaultKind::Hang, down),
        (Called::Pricing, FaultKind::Garbage, nonsense),
        (Called::Pricing, FaultKind::Truncate, down),
    ];
    for (called, kind, (status, code)) in cases {
        let fault = suite.faults().inject(Fault::new(called, kind.clone()));
        let answer = service.post(&format!("{model}/rebalance"), "");
        let problem = answer.problem();
        assert_eq!(problem, (status, code.to_owned()), "{kind:?}: {}", answer.text);
        assert!(answer.text.to_lowercase().contains(called.name()), "{kind:?}: {}", answer.text);
        suite.faults().clear(fault);
        assert!(stored(&service).is_empty());
        assert!(service.get(&model).expect(200).json()["last_rebalance_date"].is_null());
        // It recovers by itself, circuit breakers included: readiness never depended on it.
        service.get("/health/ready").expect(200);
        wait_until(|| service.post(&format!("{model}/rebalance/preview"), "").status == 200);
    }
}

#[test]
fn a_run_that_outlasts_the_request_stores_nothing() {
    let (suite, data) = (suite(0), TempDir::new().expect("a directory"));
    let mut command = command(&[]);
    command.env("DATA_DIR", data.path()).env("REQUEST_TIMEOUT", "500ms");
    let service = Service::spawn(command, suite.endpoints());
    let model = create(&service, &worked_example(&suite));
    let fault = suite.faults().inject(Fault::new(Called::Accounting, FaultKind::Delay { ms: 3_000 }));
    let answer = service.post(&format!("{model}/rebalance"), "");
    assert_eq!(answer.status, 503, "{}", answer.text);
    suite.faults().clear(fault);
    assert!(stored(&service).is_empty());
    assert!(service.get(&model).expect(200).json()["last_rebalance_date"].is_null());
}
