//! Rollouts that succeed, and what automatic rollback makes of those that do not.

use std::time::Duration;

use delivery::deploy::APP;
use serde_json::Value;

use crate::support::proxy::{Fault, Health};
use crate::support::scene::{Scene, kubectl};

#[test]
fn a_first_deploy_creates_the_missing_namespace() {
    let scene = Scene::empty("first");
    scene.deploy("v0.1.0", &[]).expect(0).says("create secret generic");
    scene.assert_runs("v0.1.0");
    assert_eq!(scene.records(), ["deployed"]);
    assert_eq!(scene.lock_holder(), "");
}

#[test]
fn the_namespace_of_a_deploy_refuses_pods_that_are_not_restricted() {
    let scene = Scene::empty("psa");
    scene.deploy("v0.1.0", &[]).expect(0);
    kubectl(&["-n", &scene.namespace, "run", "naked", "--image=x"], None)
        .expect(1)
        .says("violates PodSecurity \"restricted:v1.33\"");
}

#[test]
fn a_good_deploy_and_then_nothing_to_do() {
    let scene = Scene::new("good");
    scene.deploy("v0.1.0", &[]).expect(0);
    scene.deploy("v0.2.0", &[]).expect(0);
    scene.assert_runs("v0.2.0");
    assert_eq!(scene.records(), ["superseded", "deployed"]);
    let before = scene.versions();
    scene.deploy("v0.2.0", &[]).expect(0).says("nothing to do");
    scene.deploy("v0.2.0", &["--detailed-exitcode"]).expect(3);
    assert_eq!(scene.versions(), before);
}

#[test]
fn a_tag_that_means_another_image_now_is_something_to_do() {
    let scene = Scene::new("moved");
    scene.deploy("latest", &[]).expect(0);
    let first = scene.image();
    scene.registry.move_tag("latest");
    scene.deploy("latest", &[]).expect(0);
    assert_ne!(scene.image(), first);
    scene.assert_runs("latest");
    assert_eq!(scene.registry.served(), ["latest", "latest"]);
}

#[test]
fn a_change_of_the_configuration_alone_restarts_the_pods() {
    let scene = Scene::new("config");
    scene.deploy("v0.1.0", &[]).expect(0);
    let generation = scene.deployment()["metadata"]["generation"].clone();
    scene.edit("base/configmap.yaml", "EXTERNAL_SERVICE_RETRIES: \"3\"", "EXTERNAL_SERVICE_RETRIES: \"2\"");
    scene.deploy("v0.1.0", &[]).expect(0);
    assert_ne!(scene.deployment()["metadata"]["generation"], generation);
    assert_eq!(scene.get("v1/configmaps", &format!("{APP}-config"))["data"]["EXTERNAL_SERVICE_RETRIES"], "2");
}

#[test]
fn a_slow_rollout_is_waited_for() {
    let scene = Scene::new("slow");
    scene.make_slow();
    let deploy = scene.command(&["--env", "staging", "--tag", "v0.1.0"]).spawn().unwrap();
    scene.wait_for_watch();
    scene.admit();
    crate::support::scene::Ended::from(deploy.wait_with_output().unwrap()).expect(0).says("0 available");
    scene.assert_runs("v0.1.0");
}

#[test]
fn a_stuck_rollout_is_rolled_back_to_exactly_the_earlier_release() {
    let scene = Scene::new("stuck");
    scene.deploy("v0.1.0", &[]).expect(0);
    let earlier = comparable(&scene);
    scene.make_stuck();
    scene.edit("base/configmap.yaml", "LOG_FORMAT: json", "LOG_FORMAT: text");
    scene.edit("base/kustomization.yaml", "  - pdb.yaml\n", "  - pdb.yaml\n  - extra.yaml\n");
    scene.write("base/extra.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: extra\ndata:\n  a: b\n");
    let ended = scene.deploy("v0.2.0", &[]).expect(7);
    for said in ["progressDeadlineSeconds has passed", "Pending", "Insufficient cpu", "rolled back to v0.1.0"] {
        assert!(ended.stderr.contains(said), "{said:?} is not in {}", ended.stderr);
    }
    assert_eq!(comparable(&scene), earlier);
    assert_eq!(scene.get("v1/configmaps", "extra"), Value::Null);
    assert_eq!(scene.records(), ["deployed", "failed"]);
    assert_eq!(scene.lock_holder(), "");
}

/// Everything that a release decides, without what the server counts.
fn comparable(scene: &Scene) -> Vec<Value> {
    let deployment = scene.deployment();
    let mut all = vec![deployment["spec"].clone(), deployment["metadata"]["labels"].clone()];
    all.push(deployment["metadata"]["annotations"]["kubernetes.io/change-cause"].clone());
    for (kind, name, field) in [
        ("v1/configmaps", format!("{APP}-config"), "data"),
        ("v1/services", APP.to_owned(), "spec"),
        ("policy/v1/poddisruptionbudgets", APP.to_owned(), "spec"),
    ] {
        all.push(scene.get(kind, &name)[field].clone());
    }
    all
}

#[test]
fn a_stuck_rollout_stays_as_it_is_without_automatic_rollback() {
    let scene = Scene::new("stay");
    scene.deploy("v0.1.0", &[]).expect(0);
    scene.make_stuck();
    scene.deploy("v0.2.0", &["--no-auto-rollback"]).expect(1).says("nothing is rolled back");
    scene.assert_runs("v0.2.0");
    assert_eq!(scene.records(), ["deployed", "failed"]);
}

#[test]
fn a_stuck_first_deploy_has_nothing_to_go_back_to() {
    let scene = Scene::new("stuck-first");
    scene.make_stuck();
    scene.deploy("v0.1.0", &[]).expect(1).says("there is no earlier release");
    assert_eq!(scene.records(), ["failed"]);
}

#[test]
fn a_service_that_is_not_ready_or_in_the_wrong_version_is_rolled_back() {
    let scene = Scene::new("health");
    scene.deploy("v0.1.0", &[]).expect(0).says("in version 0.1.0");
    scene.proxy.health(Health::Version("0.1.0"));
    scene.deploy("v0.2.0", &[]).expect(7).says("reports version 0.1.0 instead of 0.2.0");
    scene.assert_runs("v0.1.0");
    scene.proxy.health(Health::NotReady);
    scene.deploy("v0.3.0", &[]).expect(7).says("the service is not ready");
    scene.assert_runs("v0.1.0");
    assert_eq!(scene.records(), ["deployed", "failed", "failed"]);
}

#[test]
fn one_deadline_bounds_the_whole_deploy_and_another_its_way_back() {
    let scene = Scene::new("deadline");
    scene.deploy("v0.1.0", &[]).expect(0);
    scene.proxy.health(Health::NotReady);
    // The service has a minute to become ready, but the command has only nine seconds.
    let patient = ["--timeout", "9s", "--health-timeout", "60s"];
    let ended = scene.deploy("v0.2.0", &patient).expect(7).says("--timeout of 9s has passed");
    ended.says("within 9s of its own").says("the roll-back's own time of 9s has passed");
    scene.assert_runs("v0.1.0");
    assert_eq!(scene.lock_holder(), "");
    assert_eq!(scene.records(), ["deployed", "failed"]);
}

#[test]
fn a_server_that_stops_answering_ends_the_deploy_at_its_deadline() {
    let scene = Scene::new("silent");
    scene.deploy("v0.1.0", &[]).expect(0);
    scene.proxy.fault(usize::MAX, Fault::Hang(Duration::from_mins(2)), |_| true);
    let patient = ["--timeout", "8s", "--request-timeout", "30s", "--unreachable-after", "60s"];
    scene.deploy("v0.2.0", &patient).expect(9);
}

#[test]
fn without_a_record_a_failed_rollout_is_undone() {
    let scene = Scene::new("undo");
    scene.deploy("v0.1.0", &[]).expect(0);
    scene.forget_records();
    scene.make_stuck();
    scene.deploy("v0.2.0", &[]).expect(7).says("there is no release record");
    scene.assert_runs("v0.1.0");
}

#[test]
fn production_is_scaled_by_its_hpa() {
    let scene = Scene::new("hpa");
    scene.run(&["--env", "production", "--context", "test", "--tag", "v0.1.0", "--output", "plain"]).expect(0);
    scene.assert_runs("v0.1.0");
    crate::support::scene::wait_until("the HPA's minimum", || scene.deployment()["status"]["availableReplicas"] == 2);
    scene.run(&["--env", "production", "--context", "test", "--tag", "v0.2.0"]).expect(0);
    assert_eq!(scene.deployment()["spec"]["replicas"], 2);
}

#[test]
fn the_json_report_says_how_it_ended() {
    let scene = Scene::new("json");
    let ended = scene.deploy("v0.1.0", &["--output", "json"]).expect(0);
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!((&report["exit"], &report["version"]), (&"done".into(), &"0.1.0".into()));
    assert_eq!(report["applied"].as_array().unwrap().len(), 12);
    assert_eq!(report["not_applied"].as_array().unwrap().len(), 0);
    assert_eq!(ended.stderr, "");
}

#[test]
fn verbose_shows_each_command_and_no_secret() {
    let scene = Scene::new("verbose");
    let ended = scene.deploy("v0.1.0", &["--verbose"]).expect(0);
    assert!(ended.stderr.contains("apply --server-side --validate=false --field-manager=globeco-deploy"));
    assert!(ended.stderr.contains("serverside-applied") || ended.stderr.contains(&format!("deployment.apps/{APP}")));
    assert!(!ended.stderr.contains("hunter2") && !ended.stderr.contains("aHVudGVyMg"));
}
