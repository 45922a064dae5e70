//! Objects that have left the manifests leave the cluster: a renamed policy must not go on allowing what it allowed.

use serde_json::{Value, json};

use crate::support::scene::{Scene, kubectl};

pub(super) const POLICIES: &str = "networking.k8s.io/v1/networkpolicies";
pub(super) const DNS_POLICY: &str = "globeco-order-generation-service-dns";

pub(super) fn rename_the_dns_policy(scene: &Scene) {
    scene.edit("base/networkpolicy.yaml", &format!("name: {DNS_POLICY}"), "name: names");
}

#[test]
fn a_renamed_object_is_removed_once_the_new_release_is_up() {
    let scene = Scene::new("renamed");
    scene.deploy("v0.1.0", &[]).expect(0);
    rename_the_dns_policy(&scene);
    scene.deploy("v0.2.0", &["--dry-run"]).expect(0).says(&format!("note: removes: NetworkPolicy/{DNS_POLICY}"));
    assert_eq!(scene.get(POLICIES, DNS_POLICY)["kind"], "NetworkPolicy");
    scene.deploy("v0.2.0", &[]).expect(0).says(&format!("removes: NetworkPolicy/{DNS_POLICY}"));
    assert_eq!(scene.get(POLICIES, DNS_POLICY), Value::Null);
    assert_eq!(scene.get(POLICIES, "names")["kind"], "NetworkPolicy");
    scene.deploy("v0.2.0", &["--detailed-exitcode"]).expect(3);
}

#[test]
fn a_failed_rollout_keeps_what_the_earlier_release_has() {
    let scene = Scene::new("renamed-stuck");
    scene.deploy("v0.1.0", &[]).expect(0);
    rename_the_dns_policy(&scene);
    scene.make_stuck();
    scene.deploy("v0.2.0", &[]).expect(7);
    assert_eq!(scene.get(POLICIES, DNS_POLICY)["kind"], "NetworkPolicy");
    assert_eq!(scene.get(POLICIES, "names"), Value::Null);
}

#[test]
fn what_somebody_else_has_made_since_is_kept_and_named() {
    let scene = Scene::new("foreign");
    scene.deploy("v0.1.0", &[]).expect(0);
    rename_the_dns_policy(&scene);
    scene.deploy("v0.2.0", &[]).expect(0);
    let foreign = json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
        "metadata": {"name": DNS_POLICY, "namespace": scene.namespace}, "spec": {"podSelector": {}}});
    kubectl(&["create", "-f", "-"], Some(&foreign.to_string())).expect(0);
    scene.deploy("v0.3.0", &[]).expect(0).says("keeps what an earlier release had and somebody else has made since");
    assert_eq!(scene.get(POLICIES, DNS_POLICY)["kind"], "NetworkPolicy");
}
