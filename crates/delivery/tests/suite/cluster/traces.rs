//! What must leave no trace leaves none: in the proxy, in resource versions, in the API server's own audit log.

use crate::support::scene::Scene;

#[test]
fn a_dry_run_changes_nothing() {
    let scene = Scene::new("dry");
    scene.deploy("v0.1.0", &[]).expect(0);
    let (before, audited) = (scene.versions(), scene.audited_changes());
    if let Some(changes) = &audited {
        assert!(!changes.is_empty(), "the audit log does not show the deploy: it would not show a dry run either");
    }
    scene.proxy.take_log();
    scene.deploy("v0.2.0", &["--dry-run"]).expect(0).says("apply --server-side").says("nothing was changed");
    scene.run(&["--env", "staging", "--rollback", "--to", "v0.1.0", "--dry-run"]).expect(0);
    let log = scene.proxy.take_log();
    assert!(!log.is_empty());
    assert!(log.iter().all(|(_, _, mutating)| !mutating), "{log:?}");
    assert_eq!(scene.versions(), before);
    assert_eq!(scene.audited_changes(), audited);
    scene.assert_runs("v0.1.0");
}

#[test]
fn a_dry_run_of_a_first_deploy_does_not_create_the_namespace() {
    let scene = Scene::empty("dry-first");
    scene.deploy("v0.1.0", &["--dry-run"]).expect(0).says("create the namespace");
    assert!(scene.proxy.take_log().iter().all(|(_, _, mutating)| !mutating));
    assert!(!scene.namespace_exists());
}

#[test]
fn validate_only_asks_neither_cluster_nor_registry() {
    let scene = Scene::new("validate-only");
    scene.run(&["--validate-only"]).expect(0).says("production").says("staging");
    // Some kubectls find out the server's version before they do anything.
    scene.run(&["--validate-only", "--kubectl", "kubectl"]).expect(0);
    scene.edit("base/deployment.yaml", "runAsUser: 65532", "runAsUser: 0");
    scene.run(&["--validate-only"]).expect(4).says("run-as-user");
    assert!(scene.proxy.take_log().is_empty());
    assert_eq!(scene.registry.requests(), 0);
}

#[test]
fn a_tag_is_resolved_by_exactly_one_manifest_request() {
    let scene = Scene::new("once");
    scene.deploy("v0.1.0", &[]).expect(0);
    assert_eq!(scene.registry.served(), ["v0.1.0"]);
    assert_eq!(scene.registry.requests(), 1);
}
