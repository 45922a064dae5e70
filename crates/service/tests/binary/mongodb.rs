//! The real binary on MongoDB; the module's name puts these tests into nextest's profile of that name.

use crate::process::{Service, command, run, wait_until};
use crate::suite::{adjusted, create, stored, strategy, suite, worked_example};
use serde_json::Value;
use std::process::Command;
use tempfile::TempDir;

#[expect(clippy::disallowed_methods, reason = "tests have no configuration but this")]
fn server() -> String {
    std::env::var("TEST_MONGODB_URL").expect(
        "TEST_MONGODB_URL names no MongoDB; run `cargo xtask mongodb run -- cargo nextest run --profile mongodb`",
    )
}

/// The command on a database that nobody else uses.
fn on_mongodb(arguments: &[&str], database: &str) -> Command {
    let mut command = command(arguments);
    command.env("MONGODB_URL", server()).env("DATABASE_NAME", database);
    command
}

fn database(name: &str) -> String {
    format!("binary_{name}_{}", std::process::id())
}

#[test]
fn a_rebalance_is_stored_and_survives_a_restart() {
    let (suite, database) = (suite(0), database("restart"));
    let service = Service::spawn(on_mongodb(&[], &database), suite.endpoints());
    ready(&service);
    let model = create(&service, &worked_example(&suite));
    let answer = service.post(&format!("{model}/rebalance"), "").expect(200);
    assert_eq!(adjusted(&answer), ["6", "3", "7", "0.5"]);
    service.kill();
    let service = Service::spawn(on_mongodb(&[], &database), suite.endpoints());
    ready(&service);
    let records = stored(&service);
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["rebalance_id"], answer.json()[0]["rebalance_id"]);
}

#[test]
fn everything_moves_from_the_embedded_store_and_back() {
    let (suite, data, database) = (suite(10), TempDir::new().expect("a directory"), database("moved"));
    let service = Service::start(suite.endpoints(), data.path());
    let model = create(&service, &strategy(&suite, "Moved", 10));
    let run_of = service.post(&format!("{model}/rebalance"), "").expect(200).json();
    let path = format!("/api/v1/rebalance/{}", run_of[0]["rebalance_id"].as_str().expect("an id"));
    let before: Value = service.get(&path).expect(200).json();
    service.stop();
    let mut export = command(&["export"]);
    export.env("DATA_DIR", data.path());
    let exported = run(export, b"");
    assert!(exported.status.success(), "{exported:?}");
    let imported = run(on_mongodb(&["import"], &database), &exported.stdout);
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
    let repeated = run(on_mongodb(&["import"], &database), &exported.stdout);
    assert!(repeated.status.success(), "what is there is left alone: {}", String::from_utf8_lossy(&repeated.stderr));
    let back = run(on_mongodb(&["export"], &database), b"");
    assert!(back.stdout == exported.stdout, "nothing was lost or changed");
    let service = Service::spawn(on_mongodb(&[], &database), suite.endpoints());
    ready(&service);
    assert_eq!(service.get(&path).expect(200).json(), before);
}

fn ready(service: &Service) {
    wait_until(|| service.get("/health/ready").status == 200);
}
