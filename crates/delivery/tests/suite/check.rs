//! `deploy --check`: everything that is checked before a cluster is asked, and no cluster. Interruptions of that part.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::support::planted::{Planted, shipped};
use crate::support::registry::{Behaviour, Registry};

/// A deploy whose kubeconfig names no cluster.
fn command(deployments: &Path, registry: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_delivery"));
    command
        .args(["deploy", "--check", "--registry", registry, "--deployments"])
        .arg(deployments)
        .args(arguments)
        .env("KUBECONFIG", "/dev/null")
        .env("NO_COLOR", "1")
        .env_remove("GITHUB_ACTIONS")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn check(deployments: &Path, registry: &Registry, arguments: &[&str]) -> (Option<i32>, String) {
    ended(&command(deployments, registry.url(), arguments).output().unwrap())
}

fn ended(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_good_release_passes_without_a_cluster_or_a_context() {
    let registry = Registry::start(&["v0.1.0"]);
    for env in ["staging", "production"] {
        let (code, said) = check(&shipped(), &registry, &["--env", env, "--tag", "v0.1.0"]);
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains(&format!("for {env}: input, image and manifests; no cluster was asked")), "{said}");
        assert!(said.contains(&registry.digest("v0.1.0")), "{said}");
    }
    assert_eq!(registry.served(), ["v0.1.0", "v0.1.0"]);
}

#[test]
fn input_image_manifests_and_timeout_are_each_checked() {
    let registry = Registry::start(&["v0.1.0", "latest"]);
    let faulty = Planted::staging().edit("base/deployment.yaml", "runAsUser: 65532", "runAsUser: 0");
    for (deployments, arguments, code, says) in [
        (&shipped(), &["--env", "production", "--tag", "latest"][..], 4, "not a release tag"),
        (&shipped(), &["--env", "staging", "--tag", "no/tag"], 4, "is not an image tag"),
        (&shipped(), &["--env", "staging", "--tag", "v9.9.9"], 4, "has no kasbench/"),
        (&shipped(), &["--env", "staging", "--tag", "v0.1.0", "--timeout", "1m"], 4, "progressDeadlineSeconds"),
        (&faulty.path().to_path_buf(), &["--env", "staging", "--tag", "v0.1.0"], 4, "the manifests are not valid"),
        (&shipped(), &["--env", "staging"], 2, "--tag"),
        (&shipped(), &["--env", "staging", "--tag", "v0.1.0", "--dry-run"], 2, "cannot be used with"),
        (&shipped(), &["--env", "staging", "--tag", "v0.1.0", "--validate-only"], 2, "cannot be used with"),
    ] {
        let (ended, said) = check(deployments, &registry, arguments);
        assert_eq!(ended, Some(code), "{arguments:?}: {said}");
        assert!(said.contains(says), "{arguments:?}: {says:?} is not in {said}");
    }
}

#[test]
fn a_registry_that_wants_a_token_or_is_late_is_asked_again() {
    let behaviour = Behaviour { failures: 1, wants_token: true, lies: false };
    let registry = Registry::behaving(&["v0.1.0"], behaviour);
    let (code, said) = check(&shipped(), &registry, &["--env", "staging", "--tag", "v0.1.0"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("registry: status 503; again in"), "{said}");
}

#[test]
fn json_says_that_it_passed() {
    let registry = Registry::start(&["v0.1.0"]);
    let arguments = ["--env", "staging", "--tag", "v0.1.0", "--output", "json"];
    let output = command(&shipped(), registry.url(), &arguments).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["exit"], &report["exit_code"]), (&"done".into(), &0.into()));
    assert!(output.stderr.is_empty());
}

fn interrupt(deploy: &Child) {
    assert!(Command::new("kill").args(["-INT", &deploy.id().to_string()]).status().unwrap().success());
}

#[test]
fn ctrl_c_does_not_wait_for_a_registry_that_says_nothing() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let deploy = command(&shipped(), &url, &["--env", "staging", "--tag", "v0.1.0"]).spawn().unwrap();
    let _held = silent.accept().unwrap();
    let asked = Instant::now();
    interrupt(&deploy);
    let (code, said) = ended(&deploy.wait_with_output().unwrap());
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("interrupted: nothing was changed"), "{said}");
    assert!(asked.elapsed() < Duration::from_secs(5));
}

/// Waits for the end of a deploy; one that outlives its `--timeout` by far is ended, and fails the test.
fn ended_in_time(mut deploy: Child) -> (Option<i32>, String) {
    let started = Instant::now();
    while deploy.try_wait().unwrap().is_none() {
        if started.elapsed() > Duration::from_secs(30) {
            deploy.kill().unwrap();
            panic!("still running after 30 s with --timeout 2s: {}", ended(&deploy.wait_with_output().unwrap()).1);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    ended(&deploy.wait_with_output().unwrap())
}

#[test]
fn the_deadline_of_the_command_ends_a_registry_that_says_nothing() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let arguments = ["--env", "staging", "--tag", "v0.1.0", "--timeout", "2s"];
    let (code, said) = ended_in_time(command(&shipped(), &url, &arguments).spawn().unwrap());
    assert_eq!(code, Some(9), "{said}");
    assert!(said.contains("--timeout of 2s has passed"), "{said}");
}

#[test]
fn the_deadline_of_the_command_ends_an_api_server_that_says_nothing() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let dir = tempfile::tempdir().unwrap();
    let config = serde_json::json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "test",
        "clusters": [{"name": "test", "cluster": {"server": format!("http://{}", silent.local_addr().unwrap())}}],
        "users": [], "contexts": [{"name": "test", "context": {"cluster": "test", "user": ""}}],
    });
    let kubeconfig = dir.path().join("kubeconfig");
    std::fs::write(&kubeconfig, config.to_string()).unwrap();
    let mut deploy = Command::new(env!("CARGO_BIN_EXE_delivery"));
    deploy
        .args(["deploy", "--env", "staging", "--rollback", "--timeout", "2s", "--deployments"])
        .arg(shipped())
        .env("KUBECONFIG", &kubeconfig)
        .env("HOME", dir.path())
        .env("NO_COLOR", "1")
        .env_remove("GITHUB_ACTIONS")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let (code, said) = ended_in_time(deploy.spawn().unwrap());
    assert_eq!(code, Some(9), "{said}");
    assert!(said.contains("no answer within") || said.contains("--timeout of 2s has passed"), "{said}");
}
