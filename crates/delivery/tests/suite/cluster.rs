//! Deploys with the real kubectl on a real API server.

use crate::support::scene::Scene;

#[test]
fn first_deploy_into_a_missing_namespace() {
    let scene = Scene::empty("first");
    scene.deploy("v0.1.0", &["--verbose"]).expect(0);
    scene.assert_runs("v0.1.0");
    assert_eq!(scene.records(), ["deployed"]);
    assert_eq!(scene.lock_holder(), "");
}

#[test]
fn a_good_deploy_and_then_nothing_to_do() {
    let scene = Scene::new("good");
    scene.deploy("v0.1.0", &[]).expect(0).says("done");
    scene.deploy("v0.2.0", &["--verbose"]).expect(0);
    scene.assert_runs("v0.2.0");
    scene.deploy("v0.2.0", &[]).expect(0).says("nothing to do");
    scene.deploy("v0.2.0", &["--detailed-exitcode"]).expect(3);
    assert_eq!(scene.records(), ["superseded", "deployed"]);
}
