//! Deploys that are interrupted: by ctrl-c, by a cancelled job, by `kill -9`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use delivery::deploy::APP;

use crate::support::http::Request;
use crate::support::proxy::Fault;
use crate::support::scene::{Ended, Scene, wait_until};

pub(super) const DEPLOY: [&str; 4] = ["--env", "staging", "--tag", "v0.1.0"];

/// A deploy that has applied everything and waits for its pods.
pub(super) fn half_way(scene: &Scene) -> Child {
    scene.make_slow();
    let deploy = scene.command(&DEPLOY).spawn().unwrap();
    scene.wait_for_watch();
    deploy
}

fn signal(deploy: &Child, signal: &str) {
    send(signal, &deploy.id().to_string());
}

fn send(signal: &str, to: &str) {
    assert!(Command::new("kill").args([signal, "--", to]).status().unwrap().success());
}

/// The names of the files in a directory.
fn files(dir: &Path) -> Vec<String> {
    fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// A deploy in a process group of its own, as at a terminal, with its kubeconfig as GitHub gives it.
fn started_by_github(scene: &Scene, mut command: Command) -> Child {
    scene.make_slow();
    scene.dress(&mut command, &DEPLOY);
    command
        .env("KUBECONFIG", "/no/such/kubeconfig")
        .env("KUBECONFIG_SECRET", scene.kubeconfig())
        .env("TMPDIR", scene.temporary())
        .process_group(0);
    command.spawn().unwrap()
}

#[test]
fn ctrl_c_at_the_terminal_ends_xtask_and_leaves_neither_lock_nor_kubeconfig() {
    let scene = Scene::new("xtask");
    let mut cargo = Command::new("cargo");
    cargo.arg("xtask").current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
    // What the test runner says about this package would make cargo build others anew.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CARGO_")) {
        if !["CARGO_HOME", "CARGO_TARGET_DIR"].iter().any(|kept| name == *kept) {
            cargo.env_remove(name);
        }
    }
    let mut deploy = started_by_github(&scene, cargo);
    // Longer than elsewhere: cargo may have to build, or to wait for another build.
    let started = Instant::now();
    while !scene.is_watched() {
        assert!(deploy.try_wait().unwrap().is_none() && started.elapsed() < Duration::from_mins(3), "no deploy");
        std::thread::sleep(Duration::from_millis(50));
    }
    let kubeconfig = files(&scene.temporary()).into_iter().find(|name| name.starts_with("kubeconfig-")).unwrap();
    let mode = fs::metadata(scene.temporary().join(kubeconfig)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    send("-INT", &format!("-{}", deploy.id()));
    Ended::from(deploy.wait_with_output().unwrap()).expect(1).says("interrupted: every object was applied");
    assert_eq!(scene.lock_holder(), "");
    assert_eq!(files(&scene.temporary()), [""; 0]);
}

#[test]
fn a_second_ctrl_c_ends_a_deploy_that_cannot_give_its_lock_back() {
    let scene = Scene::new("twice");
    let deploy = started_by_github(&scene, Command::new(env!("CARGO_BIN_EXE_delivery")));
    scene.wait_for_watch();
    let gives_back = |request: &Request| request.method == "PATCH" && request.path().contains("/leases/");
    scene.proxy.fault(usize::MAX, Fault::Hang(Duration::from_mins(1)), gives_back);
    signal(&deploy, "-INT");
    wait_until("the attempt to give the lock back", || {
        scene.proxy.log().iter().any(|(method, target, _)| method == "PATCH" && target.contains("/leases/"))
    });
    signal(&deploy, "-INT");
    Ended::from(deploy.wait_with_output().unwrap()).expect(1).says("the lock could not be given back");
    assert_eq!(files(&scene.temporary()), [""; 0]);
}

#[test]
fn a_lock_whose_taking_was_cut_off_is_given_back() {
    let scene = Scene::new("cut-off");
    let takes = |request: &Request| request.method == "POST" && request.path().ends_with("/leases");
    scene.proxy.fault(usize::MAX, Fault::LoseAnswer, takes);
    let deploy = started_by_github(&scene, Command::new(env!("CARGO_BIN_EXE_delivery")));
    wait_until("the taking of the lock", || !scene.lock_holder().is_empty());
    signal(&deploy, "-INT");
    let ended = Ended::from(deploy.wait_with_output().unwrap()).expect(1).says("interrupted: nothing was applied");
    assert!(!ended.stderr.contains("given back"), "{}", ended.stderr);
    assert_eq!(scene.lock_holder(), "");
}

#[test]
fn a_cancelled_job_which_ends_only_the_shell_ends_the_deploy() {
    let scene = Scene::new("cancel");
    let mut shell = Command::new("sh");
    // The command after it keeps the shell from becoming the deploy.
    shell.args(["-c", "\"$@\"; true", "sh", env!("CARGO_BIN_EXE_delivery")]);
    scene.make_slow();
    scene.dress(&mut shell, &DEPLOY);
    let shell = shell.env("GITHUB_ACTIONS", "true").spawn().unwrap();
    scene.wait_for_watch();
    signal(&shell, "-TERM");
    // The output ends when the deploy does.
    let ended = Ended::from(shell.wait_with_output().unwrap());
    ended.says("interrupted: every object was applied");
    assert_eq!(scene.lock_holder(), "");
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
