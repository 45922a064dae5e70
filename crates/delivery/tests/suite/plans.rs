//! Golden plans: what each situation and each flag makes of a deploy, a rollback and an undo. Pure: no cluster is asked.

use std::time::Duration;

use chrono::{DateTime, Utc};
use delivery::deploy::APP;
use delivery::deploy::args::Environment;
use delivery::deploy::inspect::Live;
use delivery::deploy::lock::Lock;
use delivery::deploy::plan::{self, Plan, Request};
use delivery::deploy::record::{Record, State};
use delivery::deploy::release::Release;
use serde_json::{Value, json};

fn now() -> DateTime<Utc> {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn request() -> Request {
    Request {
        env: Environment::Staging,
        namespace: "globeco-staging".to_owned(),
        context: "test".to_owned(),
        kubectl: ["kubectl", "--context=test"].map(str::to_owned).to_vec(),
        force: false,
        auto_rollback: true,
        timeout: Duration::from_mins(10),
        health_timeout: Duration::from_mins(1),
        holder: "ann@laptop/1_2_3".to_owned(),
        user: "ann".to_owned(),
    }
}

fn production() -> Request {
    Request { env: Environment::Production, namespace: "globeco".to_owned(), ..request() }
}

fn object(api: &str, kind: &str, name: &str) -> Value {
    json!({"apiVersion": api, "kind": kind, "metadata": {"name": name, "namespace": "globeco-staging"}})
}

fn policy(name: &str) -> Value {
    object("networking.k8s.io/v1", "NetworkPolicy", name)
}

fn applied_by(manager: &str, mut object: Value) -> Value {
    object["metadata"]["managedFields"] = json!([{"manager": manager, "operation": "Apply"}]);
    object
}

/// A release of version `0.minor.0`, with as much of its objects as a plan looks at.
fn release(minor: u32) -> Release {
    let mut service = object("v1", "Service", APP);
    service["spec"] = json!({"ports": [{"port": 8088}]});
    let objects = vec![
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "globeco-staging"}}),
        object("v1", "ServiceAccount", APP),
        object("v1", "ConfigMap", "config"),
        service,
        policy("default-deny"),
        policy("ingress"),
        object("apps/v1", "Deployment", APP),
        object("policy/v1", "PodDisruptionBudget", APP),
    ];
    Release {
        tag: format!("v0.{minor}.0"),
        digest: format!("sha256:{minor:064}"),
        version: Some(format!("0.{minor}.0")),
        objects,
    }
}

fn with(mut release: Release, object: Value) -> Release {
    release.objects.push(object);
    release
}

/// The same in production: its namespace, and its autoscaler.
fn in_production(release: Release) -> Release {
    let mut release = with(release, object("autoscaling/v2", "HorizontalPodAutoscaler", APP));
    for object in release.objects.iter_mut().filter(|object| object["kind"] != "Namespace") {
        object["metadata"]["namespace"] = json!("globeco");
    }
    release.objects[0]["metadata"]["name"] = json!("globeco");
    release
}

fn live_in_production(states: &[State]) -> Live {
    let mut live = live(states);
    for record in &mut live.records {
        record.release = in_production(record.release.clone());
    }
    live
}

/// Records of the versions `0.1.0`, `0.2.0`, …, in these states.
fn records(states: &[State]) -> Vec<Record> {
    (1..).zip(states).map(|(revision, state)| Record { revision, state: *state, release: release(revision) }).collect()
}

/// A namespace in which these records and their objects are, and whose lock was given back.
fn live(states: &[State]) -> Live {
    Live {
        now: now(),
        namespace_exists: true,
        lock: Lock::Free { version: "7".to_owned(), left_by: None },
        records: records(states),
        objects: release(1).objects,
        left_over: Vec::new(),
    }
}

fn changes() -> Vec<String> {
    vec!["ConfigMap/config".to_owned(), format!("Deployment/{APP}")]
}

fn update(request: &Request) -> Plan {
    plan::deploy(request, &with(release(2), policy("new")), &live(&[State::Deployed]), Some(&changes()))
}

#[test]
fn a_first_deploy_creates_the_namespace_and_has_no_way_back() {
    let nothing = Live { namespace_exists: false, lock: Lock::Absent, objects: Vec::new(), ..live(&[]) };
    insta::assert_snapshot!(plan::deploy(&request(), &release(1), &nothing, None).describe());
}

#[test]
fn an_update_supersedes_the_release_before_and_can_go_back_to_it() {
    insta::assert_snapshot!(update(&request()).describe());
}

#[test]
fn an_update_as_json_shows_everything_that_is_sent() {
    insta::assert_snapshot!(format!("{:#}", update(&request()).to_json()));
}

#[test]
fn the_same_release_again_only_looks() {
    let plan = plan::deploy(&request(), &release(1), &live(&[State::Deployed]), Some(&[]));
    insta::assert_snapshot!(plan.describe());
    insta::assert_snapshot!(format!("{:#}", plan.to_json()));
}

#[test]
fn force_takes_over_fields_in_every_apply_but_that_of_the_record() {
    insta::assert_snapshot!(update(&Request { force: true, ..request() }).describe());
}

#[test]
fn no_auto_rollback_leaves_a_failed_rollout_as_it_is() {
    insta::assert_snapshot!(update(&Request { auto_rollback: false, ..request() }).describe());
}

#[test]
fn timeouts_bound_the_watch_and_the_lock() {
    let patient = Request { timeout: Duration::from_mins(30), health_timeout: Duration::from_mins(5), ..request() };
    insta::assert_snapshot!(update(&patient).describe());
}

#[test]
fn an_interrupted_deploy_is_noted_as_failed_and_its_lock_taken_over() {
    let mut live = live(&[State::Deployed, State::Pending]);
    live.lock = Lock::Free { version: "9".to_owned(), left_by: Some("bob@elsewhere/4_5_6".to_owned()) };
    insta::assert_snapshot!(plan::deploy(&request(), &release(3), &live, Some(&[])).describe());
}

#[test]
fn production_has_an_autoscaler_and_its_oldest_records_are_deleted() {
    let mut states = vec![State::Superseded; 9];
    states.push(State::Deployed);
    let (release, live) = (in_production(release(11)), live_in_production(&states));
    insta::assert_snapshot!(plan::deploy(&production(), &release, &live, Some(&changes())).describe());
}

#[test]
fn what_left_the_manifests_is_removed_once_the_new_release_is_up_unless_somebody_else_made_it() {
    let mut live = live(&[State::Deployed]);
    live.left_over = vec![applied_by("globeco-deploy", policy("renamed")), applied_by("kubectl", policy("by-hand"))];
    insta::assert_snapshot!(plan::deploy(&request(), &release(2), &live, Some(&changes())).describe());
}

#[test]
fn something_left_over_is_something_to_do() {
    let mut live = live(&[State::Deployed]);
    live.left_over = vec![applied_by("globeco-deploy", policy("renamed"))];
    assert!(!plan::deploy(&request(), &release(1), &live, Some(&[])).nothing_to_do);
    live.left_over = vec![applied_by("kubectl", policy("by-hand"))];
    assert!(plan::deploy(&request(), &release(1), &live, Some(&[])).nothing_to_do);
}

#[test]
fn without_a_record_the_way_back_is_the_deployments_own_revision() {
    let mut live = live(&[]);
    for object in live.objects.iter_mut().filter(|object| object["kind"] == "Deployment") {
        object["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = json!("4");
    }
    insta::assert_snapshot!(plan::deploy(&request(), &release(2), &live, Some(&changes())).describe());
}

fn back(request: &Request) -> Plan {
    let mut live = live_in_production(&[State::Superseded, State::Deployed, State::Pending]);
    live.left_over = vec![applied_by("globeco-deploy", policy("only-in-the-newer-one"))];
    let target = live.records[0].clone();
    plan::rollback(request, &target, &live, &changes())
}

#[test]
fn a_rollback_applies_the_record_again_and_removes_what_only_newer_releases_have() {
    insta::assert_snapshot!(back(&production()).describe());
}

#[test]
fn a_rollback_as_json_shows_everything_that_is_sent() {
    insta::assert_snapshot!(format!("{:#}", back(&production()).to_json()));
}

#[test]
fn a_forced_rollback_takes_over_fields() {
    insta::assert_snapshot!(back(&Request { force: true, ..production() }).describe());
}

#[test]
fn a_rollback_to_what_is_deployed_only_looks() {
    let live = live(&[State::Superseded, State::Deployed]);
    insta::assert_snapshot!(plan::rollback(&request(), &live.records[1].clone(), &live, &[]).describe());
}

#[test]
fn an_undo_without_any_record_warns_of_whom_the_fields_will_belong_to() {
    insta::assert_snapshot!(plan::undo(&request(), &release(1).health_path(), &live(&[])).describe());
}
