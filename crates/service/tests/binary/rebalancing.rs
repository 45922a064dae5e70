//! What the service is for, through its real parts.

use crate::process::{Service, wait_until};
use crate::suite::{EXAMPLE, adjusted, create, stored, strategy, suite, worked_example};
use serde_json::{Value, json};
use simulator::{Fault, FaultKind, Service as Called};
use std::thread;
use tempfile::TempDir;

#[test]
fn the_worked_example_is_solved_stored_and_read_back_after_a_restart() {
    let (suite, data) = (suite(0), TempDir::new().expect("a directory"));
    let service = Service::start(suite.endpoints(), data.path());
    let model = create(&service, &worked_example(&suite));
    let answer = service.post(&format!("{model}/rebalance"), "").expect(200);
    assert_eq!(adjusted(&answer), ["6", "3", "7", "0.5"]);
    let optimality = &answer.json()[0]["optimality"];
    assert_eq!((&optimality["status"], &optimality["proof"]), (&json!("proven"), &json!("separable")));
    let record = format!("/api/v1/rebalance/{}", answer.json()[0]["rebalance_id"].as_str().expect("an id"));
    let before = service.get(&record).expect(200).json();
    service.stop();

    let service = Service::start(suite.endpoints(), data.path());
    let after = service.get(&record).expect(200).json();
    assert_eq!(after, before);
    let portfolio = &after["portfolios"][0];
    assert_eq!(portfolio["portfolio_id"], EXAMPLE);
    let positions = portfolio["positions"].as_array().expect("positions").clone();
    let quantities: Vec<String> = positions.iter().map(|position| position["adjusted_quantity"].to_string()).collect();
    assert_eq!(quantities, ["6", "3", "7", "0.5"], "numbers, as the previous service stored them");
    assert!(service.get(&model).expect(200).json()["last_rebalance_date"].is_string());
}

#[test]
fn one_price_snapshot_one_securities_map_and_one_call_per_portfolio() {
    let (suite, data) = (suite(12), TempDir::new().expect("a directory"));
    let service = Service::start(suite.endpoints(), data.path());
    let model = create(&service, &strategy(&suite, "Counted", 12));
    let answered = |called| {
        ["GET /api/v1/portfolios/{portfolioId}/summary", "GET /api/v1/prices"]
            .map(|endpoint| suite.counters().endpoint(called, endpoint))
    };
    // Health probes call cheaper endpoints: those of a run are counted alone.
    let (accounting, pricing) = (answered(Called::Accounting)[0], answered(Called::Pricing)[1]);
    service.post(&format!("{model}/rebalance"), "").expect(200);
    assert_eq!(answered(Called::Accounting)[0] - accounting, 12);
    assert_eq!(answered(Called::Pricing)[1] - pricing, 1);
}

#[test]
fn two_runs_of_one_model_at_once_are_two_whole_records() {
    let (suite, data) = (suite(8), TempDir::new().expect("a directory"));
    let service = Service::start(suite.endpoints(), data.path());
    let model = create(&service, &strategy(&suite, "Twice", 8));
    let runs: Vec<_> = (0..2)
        .map(|_| {
            let (caller, path) = (service.caller(), format!("{model}/rebalance"));
            thread::spawn(move || caller.post(&path, "").expect(200).json())
        })
        .collect();
    let answers: Vec<Value> = runs.into_iter().map(|run| run.join().expect("an answer")).collect();
    assert_ne!(answers[0][0]["rebalance_id"], answers[1][0]["rebalance_id"]);
    assert_eq!(answers[0][0]["transactions"], answers[1][0]["transactions"]);
    let records = stored(&service);
    assert_eq!(records.len(), 2);
    let latest = records.iter().filter_map(|record| record["rebalance_date"].as_str()).max().expect("dates");
    assert_eq!(service.get(&model).expect(200).json()["last_rebalance_date"], latest);
}

#[test]
fn a_key_is_answered_again_after_a_restart() {
    let (suite, data) = (suite(0), TempDir::new().expect("a directory"));
    let service = Service::start(suite.endpoints(), data.path());
    let model = create(&service, &worked_example(&suite));
    let path = format!("{model}/rebalance");
    let key = [("Idempotency-Key", "run-of-monday")];
    let first = service.caller().try_post(&path, "", &key).expect("an answer").expect(200);
    service.kill();
    let service = Service::start(suite.endpoints(), data.path());
    let again = service.caller().try_post(&path, "", &key).expect("an answer").expect(200);
    assert_eq!(again.json(), first.json());
    assert_eq!(stored(&service).len(), 1);
}

#[test]
fn a_key_whose_request_died_with_the_process_may_run_again() {
    let (suite, data) = (suite(0), TempDir::new().expect("a directory"));
    let service = Service::start(suite.endpoints(), data.path());
    let model = create(&service, &worked_example(&suite));
    let path = format!("{model}/rebalance");
    let key = [("Idempotency-Key", "died")];
    suite.faults().inject(Fault::new(Called::Pricing, FaultKind::Hang).at("GET /api/v1/prices"));
    let before = suite.counters().endpoint(Called::Pricing, "GET /api/v1/prices");
    let running = {
        let (caller, path) = (service.caller(), path.clone());
        thread::spawn(move || caller.try_post(&path, "", &key).is_err())
    };
    wait_until(|| suite.counters().endpoint(Called::Pricing, "GET /api/v1/prices") > before);
    service.kill();
    assert!(running.join().expect("no panic"), "the first call got no answer");
    suite.faults().clear_all();
    let service = Service::start(suite.endpoints(), data.path());
    service.caller().try_post(&path, "", &key).expect("an answer").expect(200);
    assert_eq!(stored(&service).len(), 1);
}

#[test]
fn metrics_have_the_names_of_the_contract() {
    let (suite, data) = (suite(0), TempDir::new().expect("a directory"));
    let service = Service::start(suite.endpoints(), data.path());
    let model = create(&service, &worked_example(&suite));
    service.post(&format!("{model}/rebalance"), "").expect(200);
    let size = service.get("/health/health").expect(200).json()["checks"]["database"]["size_bytes"].as_u64();
    assert!(size.is_some_and(|size| size > 4096), "{size:?}");
    let text = service.get("/metrics").expect(200).text;
    for name in [
        "http_requests_total{",
        "http_request_duration_milliseconds_bucket{",
        "http_requests_in_flight",
        "optimizations_total{",
        "optimization_duration_milliseconds_bucket",
        "upstream_requests_total{",
        "upstream_request_duration_milliseconds_bucket{",
        "store_operations_total{",
        "store_operation_duration_milliseconds_bucket{",
        "store_file_bytes",
        "circuit_breaker_state{",
        "rebalance_runs{",
        "process_resident_memory_bytes",
    ] {
        assert!(text.lines().any(|line| line.starts_with(name)), "{name} is not in\n{text}");
    }
}
