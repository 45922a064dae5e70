//! Every supported kubectl that the machine has; the others are refused.

use crate::support::scene::{Scene, kubectl_binary};

#[expect(clippy::print_stdout, reason = "a version that is not installed is said to be so")]
fn with_minor(minor: u32, test: impl FnOnce(&Scene, &str)) {
    match kubectl_binary(Some(minor)) {
        Some(binary) => test(&Scene::new(&format!("kubectl-{minor}")), &binary.display().to_string()),
        None => println!("not run: kubectl 1.{minor} is not among TEST_KUBECTLS"),
    }
}

fn deploys(minor: u32) {
    with_minor(minor, |scene, binary| {
        scene.deploy("v0.1.0", &["--kubectl", binary]).expect(0).says(&format!("kubectl v1.{minor}."));
        scene.deploy("v0.2.0", &["--kubectl", binary]).expect(0);
        scene.assert_runs("v0.2.0");
        scene.deploy("v0.2.0", &["--kubectl", binary, "--detailed-exitcode"]).expect(3);
    });
}

fn is_refused(minor: u32) {
    with_minor(minor, |scene, binary| {
        scene.deploy("v0.1.0", &["--kubectl", binary]).expect(4).says("1.29 or later is needed");
        assert!(scene.proxy.take_log().is_empty());
    });
}

#[test]
fn kubectl_1_27_is_refused() {
    is_refused(27);
}

#[test]
fn kubectl_1_28_is_refused() {
    is_refused(28);
}

#[test]
fn kubectl_1_29_deploys() {
    deploys(29);
}

#[test]
fn kubectl_1_30_deploys() {
    deploys(30);
}

#[test]
fn kubectl_1_31_deploys() {
    deploys(31);
}

#[test]
fn kubectl_1_32_deploys() {
    deploys(32);
}

#[test]
fn kubectl_1_33_deploys() {
    deploys(33);
}

#[test]
fn the_machines_own_kubectl_deploys_even_when_it_is_a_dispatcher() {
    let scene = Scene::new("kubectl-path");
    scene.deploy("v0.1.0", &["--kubectl", "kubectl"]).expect(0);
    scene.assert_runs("v0.1.0");
}
