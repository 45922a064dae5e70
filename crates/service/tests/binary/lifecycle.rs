//! Start, stop and sudden death.

use crate::process::{PATIENCE, Service, command, run, wait_until};
use crate::suite::{create, stored, strategy, suite, worked_example};
use serde_json::Value;
use simulator::{Fault, FaultKind, Service as Called};
use std::net::TcpStream;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

#[test]
fn sigterm_lets_a_request_end_and_takes_no_new_ones() {
    let (suite, data) = (suite(0), TempDir::new().expect("a directory"));
    let mut service = Service::start(suite.endpoints(), data.path());
    let model = create(&service, &worked_example(&suite));
    suite.faults().inject(Fault::new(Called::Pricing, FaultKind::Delay { ms: 1_500 }).at("GET /api/v1/prices"));
    let before = suite.counters().endpoint(Called::Pricing, "GET /api/v1/prices");
    let running = {
        let (caller, path) = (service.caller(), format!("{model}/rebalance"));
        thread::spawn(move || caller.post(&path, ""))
    };
    wait_until(|| suite.counters().endpoint(Called::Pricing, "GET /api/v1/prices") > before);
    service.terminate();
    service.logged("stopping");
    let address = service.address().to_owned();
    let answer = running.join().expect("no panic").expect(200);
    assert!(service.wait().success());
    assert!(TcpStream::connect(address).is_err(), "it listens no more");
    let service = Service::start(suite.endpoints(), data.path());
    let id = answer.json()[0]["rebalance_id"].clone();
    assert_eq!(stored(&service)[0]["rebalance_id"], id, "what was answered is stored");
}

#[test]
fn kill_dash_nine_loses_no_answered_record_and_leaves_no_half_one() {
    let (suite, data) = (suite(40), TempDir::new().expect("a directory"));
    let model_of = strategy(&suite, "Killed", 40);
    let (mut acknowledged, mut model): (Vec<Value>, Option<String>) = (Vec::new(), None);
    for round in 0..5_u64 {
        let service = Service::start(suite.endpoints(), data.path());
        let path = model.get_or_insert_with(|| create(&service, &model_of)).clone();
        let (sender, answers) = channel();
        let callers: Vec<_> = (0..3)
            .map(|_| {
                let (caller, path, sender) = (service.caller(), format!("{path}/rebalance"), sender.clone());
                thread::spawn(move || {
                    while let Ok(answer) = caller.try_post(&path, "", &[]) {
                        sender.send(answer.expect(200).json()[0]["rebalance_id"].clone()).expect("heard");
                    }
                })
            })
            .collect();
        drop(sender);
        // Killed at another moment of other runs each time.
        acknowledged.push(answers.recv_timeout(PATIENCE).expect("a run is answered"));
        thread::sleep(Duration::from_millis(23 * round));
        service.kill();
        acknowledged.extend(answers);
        for caller in callers {
            caller.join().expect("no panic");
        }
    }
    let service = Service::start(suite.endpoints(), data.path());
    let records = stored(&service);
    let listed: Vec<&Value> = records.iter().map(|record| &record["rebalance_id"]).collect();
    assert!(acknowledged.iter().all(|id| listed.contains(&id)), "{acknowledged:?} {listed:?}");
    // The market does not move: whole records are all alike.
    let portfolios = |id: &Value| {
        let path = format!("/api/v1/rebalance/{}", id.as_str().expect("an id"));
        service.get(&path).expect(200).json()["portfolios"].clone()
    };
    let first = portfolios(&acknowledged[0]);
    assert!(first.as_array().is_some_and(|rows| rows.len() > 20), "{first}");
    assert!(listed.into_iter().all(|id| portfolios(id) == first), "no half record");
}

#[test]
fn all_problems_of_the_environment_are_said_at_once() {
    let mut wrong = command(&[]);
    wrong
        .env("PORT", "many")
        .env("REQUEST_TIMEOUT", "soon")
        .env("MONGODB_URL", "mongodb://user:s3cret@")
        .env("LOG_FORMAT", "xml");
    let output = run(wrong, b"");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    for name in ["PORT", "REQUEST_TIMEOUT", "LOG_FORMAT"] {
        assert!(said.contains(name), "{name} is not in {said}");
    }
    assert!(!said.contains("s3cret"), "{said}");
}

#[test]
fn a_port_in_use_is_said() {
    let (suite, data) = (suite(0), [(); 2].map(|()| TempDir::new().expect("a directory")));
    let first = Service::start(suite.endpoints(), data[0].path());
    let port = first.address().rsplit(':').next().expect("a port").to_owned();
    let mut second = command(&[]);
    second.env("PORT", &port).env("DATA_DIR", data[1].path());
    let output = run(second, b"");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(&format!("127.0.0.1:{port}")) && said.contains("in use"), "{said}");
}
