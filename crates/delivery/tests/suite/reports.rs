//! `validate` as people and programs see it: the binary, its formats and exit codes.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::planted::{Planted, shipped};

fn validate(planted: &std::path::Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_delivery"))
        .args(["validate", "--deployments"])
        .arg(planted)
        .args(arguments)
        .env_remove("GITHUB_ACTIONS")
        .output()
        .unwrap()
}

#[test]
fn a_key_that_stands_twice_is_told_with_its_object_and_annotated_on_github() {
    let twice = "          imagePullPolicy: IfNotPresent\n";
    let planted = Planted::staging().edit("base/deployment.yaml", twice, &twice.repeat(2));
    let text = std::fs::read_to_string(planted.path().join("base/deployment.yaml")).unwrap();
    let second = text.lines().position(|line| line.contains("imagePullPolicy")).unwrap() + 2;
    let output = Command::new(env!("CARGO_BIN_EXE_delivery"))
        .args(["validate", "--format", "json", "--deployments"])
        .arg(planted.path())
        .env("GITHUB_ACTIONS", "true")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(4));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let finding = &report["findings"][0];
    assert_eq!(finding["object"], "Deployment/globeco-order-generation-service");
    assert_eq!((&finding["rule"], &finding["line"]), (&"duplicate-key".into(), &second.into()));
    let said = String::from_utf8_lossy(&output.stderr);
    let annotation =
        format!("::error file=deployments/base/deployment.yaml,line={second},title=duplicate-key::Deployment/");
    assert!(said.starts_with(&annotation), "{said}");
}

fn faulty() -> Planted {
    Planted::staging().edit("base/deployment.yaml", "runAsUser: 65532", "runAsUser: 0")
}

#[test]
fn the_shipped_manifests_are_valid_within_five_seconds() {
    let started = std::time::Instant::now();
    let output = validate(&shipped(), &[]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(started.elapsed().as_secs() < 5);
}

#[test]
fn the_table_names_file_object_and_remedy() {
    let output = validate(faulty().path(), &["--color", "never"]);
    assert_eq!(output.status.code(), Some(4));
    insta::assert_snapshot!(String::from_utf8(output.stdout).unwrap());
}

#[test]
fn json_counts_what_was_rendered_and_validated() {
    let output = validate(faulty().path(), &["--format", "json"]);
    assert_eq!(output.status.code(), Some(4));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["valid"], false);
    assert_eq!(report["overlays"][0]["rendered"], report["overlays"][0]["validated"]);
    assert_eq!(report["findings"][0]["rule"], "run-as-user");
    assert_eq!(report["findings"][0]["file"], "base/deployment.yaml");
}

#[test]
fn sarif_declares_every_rule_it_reports() {
    let output = validate(faulty().path(), &["--format", "sarif"]);
    let log: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let declared: Vec<&str> =
        run["tool"]["driver"]["rules"].as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    let result = &run["results"][0];
    assert!(declared.contains(&result["ruleId"].as_str().unwrap()));
    let location = &result["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"]["uri"], "deployments/base/deployment.yaml");
    assert!(location["region"]["startLine"].as_u64().unwrap() >= 1);
}

#[test]
fn a_missing_kubectl_is_a_failure_of_the_tool_not_of_the_manifests() {
    let output = validate(&shipped(), &["--color", "never", "--kubectl", "/no/such/kubectl"]);
    assert_eq!(output.status.code(), Some(1));
    let said = "✗ cannot start `/no/such/kubectl`: No such file or directory (os error 2)\n\
        • to do: install kubectl 1.29 or later, or name it with --kubectl\n";
    assert_eq!(String::from_utf8_lossy(&output.stderr), said);
}

#[test]
fn a_directory_without_overlays_is_named_once_and_with_a_remedy() {
    let output = validate(Path::new("/no/such"), &["--color", "never"]);
    assert_eq!(output.status.code(), Some(1));
    let said = "✗ cannot read /no/such/overlays: No such file or directory (os error 2)\n\
        • to do: mend what is named, or name with --deployments the directory that holds base and overlays\n";
    assert_eq!(String::from_utf8_lossy(&output.stderr), said);
}
