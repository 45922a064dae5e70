//! `--rollback`, with a record and without.

use delivery::deploy::APP;
use serde_json::{Value, json};

use crate::cluster::removals::{DNS_POLICY, POLICIES, rename_the_dns_policy};
use crate::support::scene::{Scene, kubectl};

#[test]
fn going_back_re_applies_the_previous_record_and_then_the_one_before() {
    let scene = Scene::new("back");
    scene.deploy("v0.1.0", &[]).expect(0);
    scene.edit("base/configmap.yaml", "LOG_FORMAT: json", "LOG_FORMAT: text");
    scene.deploy("v0.2.0", &[]).expect(0);
    scene.deploy("v0.3.0", &[]).expect(0);
    scene.run(&["--env", "staging", "--rollback"]).expect(0).says("v0.2.0");
    scene.assert_runs("v0.2.0");
    assert_eq!(scene.records(), ["superseded", "deployed", "rolled-back"]);
    scene.run(&["--env", "staging", "--rollback"]).expect(0);
    scene.assert_runs("v0.1.0");
    assert_eq!(scene.get("v1/configmaps", &format!("{APP}-config"))["data"]["LOG_FORMAT"], "json");
    scene.run(&["--env", "staging", "--rollback"]).expect(4).says("no earlier release");
    scene.run(&["--env", "staging", "--rollback", "--to", "v0.3.0"]).expect(0);
    scene.assert_runs("v0.3.0");
    scene.run(&["--env", "staging", "--rollback", "--to", "2"]).expect(0);
    scene.assert_runs("v0.2.0");
    // The digest is in the record: the registry was asked for the three deploys only.
    assert_eq!(scene.registry.served(), ["v0.1.0", "v0.2.0", "v0.3.0"]);
}

#[test]
fn without_any_record_the_deployment_itself_goes_back() {
    let scene = Scene::new("recordless");
    scene.deploy("v0.1.0", &[]).expect(0);
    scene.deploy("v0.2.0", &[]).expect(0);
    scene.forget_records();
    scene.run(&["--env", "staging", "--rollback"]).expect(0).says("there is no release record");
    scene.assert_runs("v0.1.0");
    assert_eq!(scene.lock_holder(), "");
    // Its fields belong to kubectl-rollout now.
    scene.deploy("v0.3.0", &[]).expect(5).says("--force");
    scene.deploy("v0.3.0", &["--force"]).expect(0);
    scene.assert_runs("v0.3.0");
}

#[test]
fn going_back_out_of_a_stuck_rollout_succeeds() {
    let scene = Scene::new("back-stuck");
    scene.deploy("v0.1.0", &[]).expect(0);
    scene.deploy("v0.2.0", &[]).expect(0);
    scene.make_stuck();
    scene.deploy("v0.3.0", &["--no-auto-rollback"]).expect(1).says("progressDeadlineSeconds has passed");
    scene.run(&["--env", "staging", "--rollback", "--to", "v0.2.0"]).expect(0);
    scene.assert_runs("v0.2.0");
    scene.deploy("v0.3.0", &["--no-auto-rollback"]).expect(1);
    scene.forget_records();
    scene.run(&["--env", "staging", "--rollback"]).expect(0).says("there is no release record");
    scene.assert_runs("v0.2.0");
}

#[test]
fn a_rollback_that_does_not_come_up_fails() {
    let scene = Scene::new("back-fails");
    scene.deploy("v0.1.0", &[]).expect(0);
    scene.deploy("v0.2.0", &[]).expect(0);
    // No node takes pods of the earlier release any more.
    kubectl(&["-n", &scene.namespace, "create", "quota", "none", "--hard=pods=1"], None).expect(0);
    scene.run(&["--env", "staging", "--rollback", "--timeout", "8s"]).expect(8).says("this was the way back");
}

#[test]
fn going_back_removes_what_only_the_newer_release_has() {
    let scene = Scene::new("back-removes");
    scene.deploy("v0.1.0", &[]).expect(0);
    rename_the_dns_policy(&scene);
    scene.deploy("v0.2.0", &[]).expect(0);
    scene.run(&["--env", "staging", "--rollback", "--dry-run"]).expect(0).says("note: removes: NetworkPolicy/names");
    scene.run(&["--env", "staging", "--rollback"]).expect(0);
    assert_eq!(scene.get(POLICIES, "names"), Value::Null);
    assert_eq!(scene.get(POLICIES, DNS_POLICY)["kind"], "NetworkPolicy");
    scene.run(&["--env", "staging", "--rollback", "--to", "v0.1.0", "--detailed-exitcode"]).expect(3);
}

#[test]
fn a_conflict_on_the_way_back_changes_nothing_until_it_is_forced() {
    let scene = Scene::new("back-conflict");
    scene.deploy("v0.1.0", &[]).expect(0);
    scene.edit("base/configmap.yaml", "LOG_FORMAT: json", "LOG_FORMAT: text");
    scene.deploy("v0.2.0", &[]).expect(0);
    let config = format!("{APP}-config");
    let foreign = json!({"apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": config, "namespace": scene.namespace}, "data": {"LOG_FORMAT": "xml"}});
    let apply = ["apply", "--server-side", "--field-manager=somebody", "--force-conflicts", "-f", "-"];
    kubectl(&apply, Some(&foreign.to_string())).expect(0);
    let before = scene.versions();
    scene.run(&["--env", "staging", "--rollback"]).expect(5).says("somebody").says("--force");
    assert_eq!(scene.versions(), before);
    scene.assert_runs("v0.2.0");
    scene.run(&["--env", "staging", "--rollback", "--force"]).expect(0);
    scene.assert_runs("v0.1.0");
    assert_eq!(scene.get("v1/configmaps", &config)["data"]["LOG_FORMAT"], "json");
}
