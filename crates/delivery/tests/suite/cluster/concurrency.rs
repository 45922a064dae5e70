//! Two deploys at once, and deploys that are interrupted.

use std::process::{Child, Command};

use delivery::deploy::APP;
use delivery::deploy::lock;
use serde_json::json;

use crate::support::scene::{Ended, Scene, kubectl, wait_until};

const DEPLOY: [&str; 4] = ["--env", "staging", "--tag", "v0.1.0"];

/// A deploy that has applied everything and waits for its pods.
fn half_way(scene: &Scene) -> Child {
    scene.make_slow();
    let deploy = scene.command(&DEPLOY).spawn().unwrap();
    scene.wait_for_watch();
    deploy
}

fn signal(deploy: &Child, signal: &str) {
    assert!(Command::new("kill").args([signal, &deploy.id().to_string()]).status().unwrap().success());
}

#[test]
fn of_two_deploys_at_once_the_second_is_refused() {
    let scene = Scene::new("two");
    let first = half_way(&scene);
    scene.run(&DEPLOY).expect(5).says("another deploy holds the lock").says("_");
    scene.run(&["--env", "staging", "--rollback"]).expect(5).says("another deploy holds the lock");
    scene.admit();
    Ended::from(first.wait_with_output().unwrap()).expect(0);
    assert_eq!(scene.records(), ["deployed"]);
}

#[test]
fn two_deploys_that_find_the_lock_free_cannot_both_take_it() {
    let scene = Scene::new("race");
    scene.make_slow();
    let both = [scene.command(&DEPLOY).spawn().unwrap(), scene.command(&DEPLOY).spawn().unwrap()];
    scene.wait_for_watch();
    scene.admit();
    let mut codes = both.map(|deploy| Ended::from(deploy.wait_with_output().unwrap()).code);
    codes.sort_unstable();
    // The second one may have looked after the first was done: then it finds nothing to do.
    assert!(codes == [0, 5] || codes == [0, 0], "{codes:?}");
    assert_eq!(scene.records().iter().filter(|state| *state == "deployed").count(), 1);
}

#[test]
fn an_expired_lock_is_taken_over_and_a_held_one_is_not() {
    let scene = Scene::new("expired");
    let lease = |renewed: &str| {
        json!({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
            "metadata": {"name": lock::name(), "namespace": scene.namespace},
            "spec": {"holderIdentity": "bob@elsewhere/1_2_3", "leaseDurationSeconds": 60, "renewTime": renewed}})
        .to_string()
    };
    kubectl(&["apply", "-f", "-"], Some(&lease("2999-01-01T00:00:00.000000Z"))).expect(0);
    scene.run(&DEPLOY).expect(5).says("bob@elsewhere");
    kubectl(&["apply", "-f", "-"], Some(&lease("2020-01-01T00:00:00.000000Z"))).expect(0);
    scene.run(&DEPLOY).expect(0).says("takes over the lock that bob@elsewhere");
}

#[test]
fn a_deploy_ended_by_ctrl_c_gives_the_lock_back_and_can_be_repeated() {
    let scene = Scene::new("ctrl-c");
    let deploy = half_way(&scene);
    signal(&deploy, "-INT");
    Ended::from(deploy.wait_with_output().unwrap()).expect(1).says("interrupted: every object was applied");
    assert_eq!(scene.lock_holder(), "");
    assert_eq!(scene.records(), ["pending"]);
    scene.admit();
    scene.run(&DEPLOY).expect(0);
    scene.assert_runs("v0.1.0");
    assert_eq!(scene.records(), ["failed", "deployed"]);
}

#[test]
fn a_deploy_ended_by_kill_9_can_be_repeated_at_once() {
    let scene = Scene::new("kill-9");
    let deploy = half_way(&scene);
    signal(&deploy, "-KILL");
    deploy.wait_with_output().unwrap();
    assert_ne!(scene.lock_holder(), "");
    scene.admit();
    scene.run(&DEPLOY).expect(0).says("takes over the lock");
    scene.assert_runs("v0.1.0");
    assert_eq!(scene.records(), ["failed", "deployed"]);
    wait_until("the lock's return", || scene.lock_holder().is_empty());
    assert_eq!(scene.deployment()["metadata"]["name"], APP);
}
