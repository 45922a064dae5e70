//! Two deploys at once.

use delivery::deploy::lock;
use serde_json::json;

use crate::cluster::interrupts::{DEPLOY, half_way};
use crate::support::scene::{Ended, Scene, kubectl};

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
