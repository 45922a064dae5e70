//! Faults of the wire: those that pass are ridden out, those that stay are told apart from refusals.

use std::time::Duration;

use delivery::deploy::APP;

use crate::support::http::Request;
use crate::support::proxy::Fault;
use crate::support::scene::Scene;

fn applies_the_deployment(request: &Request) -> bool {
    request.is_mutating() && request.path().ends_with(&format!("/deployments/{APP}"))
}

fn reads_the_deployment(request: &Request) -> bool {
    request.method == "GET" && request.path().ends_with(&format!("/deployments/{APP}"))
}

fn later(code: u16, retry_after: bool) -> Fault {
    Fault::Status { code, retry_after }
}

#[test]
fn answers_that_say_later_are_repeated_whether_or_not_they_say_when() {
    let scene = Scene::new("later");
    scene.proxy.fault(1, later(429, true), applies_the_deployment);
    scene.proxy.fault(1, later(503, true), applies_the_deployment);
    scene.proxy.fault(1, later(429, false), applies_the_deployment);
    scene.proxy.fault(1, later(503, false), applies_the_deployment);
    scene.deploy("v0.1.0", &[]).expect(0);
    scene.assert_runs("v0.1.0");
}

#[test]
fn a_reset_or_a_hang_is_repeated() {
    let scene = Scene::new("reset");
    scene.proxy.fault(1, Fault::Reset, applies_the_deployment);
    scene.proxy.fault(1, Fault::Hang(Duration::from_secs(5)), applies_the_deployment);
    scene.proxy.fault(2, Fault::Reset, reads_the_deployment);
    scene.deploy("v0.1.0", &[]).expect(0);
    scene.assert_runs("v0.1.0");
}

#[test]
fn a_lock_whose_answer_was_lost_is_recognised_as_ours() {
    let scene = Scene::new("lost-lock");
    // The request goes through, its answer does not come back.
    scene.proxy.fault(1, Fault::LoseAnswer, |request| request.method == "POST" && request.path().ends_with("/leases"));
    scene.deploy("v0.1.0", &[]).expect(0);
    assert_eq!(scene.lock_holder(), "");
}

#[test]
fn a_lock_whose_answer_never_comes_is_given_back() {
    let scene = Scene::new("late-lock");
    let takes = |request: &Request| request.method == "POST" && request.path().ends_with("/leases");
    scene.proxy.fault(usize::MAX, Fault::LoseAnswer, takes);
    scene.deploy("v0.1.0", &[]).expect(9);
    assert_eq!(scene.lock_holder(), "");
}

#[test]
fn a_server_that_only_answers_5xx_is_out_of_reach() {
    let scene = Scene::new("only-5xx");
    scene.proxy.fault(usize::MAX, later(503, false), |_| true);
    scene.deploy("v0.1.0", &[]).expect(9);
}

#[test]
fn a_server_that_does_not_listen_is_out_of_reach() {
    let scene = Scene::new("refused");
    scene.rewrite_kubeconfig(|config| config["clusters"][0]["cluster"]["server"] = "http://127.0.0.1:1".into());
    scene.deploy("v0.1.0", &[]).expect(9).says("connection refused");
}

#[test]
fn a_registry_that_does_not_answer_is_out_of_reach() {
    let scene = Scene::new("registry");
    scene.deploy("v0.1.0", &["--registry", "http://127.0.0.1:1"]).expect(9);
    assert!(scene.proxy.take_log().is_empty());
}

#[test]
fn a_server_that_goes_away_during_the_rollout_is_reported_and_the_deploy_can_be_repeated() {
    let scene = Scene::new("gone");
    scene.deploy("v0.1.0", &[]).expect(0);
    scene.make_slow();
    scene.proxy.fault(1, Fault::GoneAfter, applies_the_last_object);
    scene.deploy("v0.2.0", &[]).expect(9).says("the API server is gone").says("every object was applied");
    scene.proxy.come_back();
    scene.admit();
    scene.deploy("v0.2.0", &[]).expect(0);
    scene.assert_runs("v0.2.0");
    assert_eq!(scene.records(), ["superseded", "failed", "deployed"]);
}

/// The last object that staging applies.
fn applies_the_last_object(request: &Request) -> bool {
    request.is_mutating() && request.path().contains("/poddisruptionbudgets/")
}
