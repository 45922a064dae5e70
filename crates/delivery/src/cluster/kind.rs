//! A kind cluster, where a container engine runs, with kwok's simulated nodes besides kind's own.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use super::child::Program;
use super::{Cluster, Running, Setting, build, plane};
use crate::interrupt::Interrupt;
use crate::process;
use crate::workspace::find_program;

/// Pulling the node image of a new machine takes its time.
const CREATED_WITHIN: Duration = Duration::from_mins(5);

struct Kind {
    name: String,
    kubeconfig: PathBuf,
    kwok: Option<Program>,
    _dir: TempDir,
}

impl Running for Kind {
    fn ended(&mut self) -> anyhow::Result<Option<String>> {
        self.kwok.as_mut().map_or(Ok(None), Program::ended)
    }
}

impl Drop for Kind {
    fn drop(&mut self) {
        self.kwok = None;
        let argv = kind(&["delete", "cluster", "--name", &self.name, "--kubeconfig"], &self.kubeconfig);
        // Nobody is left to tell; `kind get clusters` shows what stayed.
        let _ = process::run(&argv, None, CREATED_WITHIN, &Interrupt::default());
    }
}

/// Whether kind is installed and a container engine answers.
pub(super) fn is_available(setting: &Setting<'_>) -> bool {
    let argv = ["docker", "info"].map(str::to_owned);
    find_program("kind").is_some()
        && process::run(&argv, None, Duration::from_secs(10), setting.interrupt).is_ok_and(|done| done.succeeded())
}

fn kind(arguments: &[&str], kubeconfig: &Path) -> Vec<String> {
    let mut argv = vec!["kind".to_owned()];
    argv.extend(arguments.iter().map(|argument| (*argument).to_owned()));
    argv.push(kubeconfig.display().to_string());
    argv
}

/// Creates the cluster; its name carries our process id, so that two of them do not meet.
pub(super) fn start(setting: &Setting<'_>) -> anyhow::Result<Cluster> {
    let kwok = build::kwok(setting)?;
    let dir = TempDir::with_prefix("kind-")?;
    let home = dir.path().to_path_buf();
    let kubeconfig = home.join("kubeconfig");
    let name = format!("delivery-{}", std::process::id());
    setting.console.step(&format!("creating kind cluster {name}"));
    let argv = kind(&["create", "cluster", "--name", &name, "--wait", "120s", "--kubeconfig"], &kubeconfig);
    // From here on it is deleted, however this ends.
    let mut running = Kind { name, kubeconfig: kubeconfig.clone(), kwok: None, _dir: dir };
    let done = process::run(&argv, None, CREATED_WITHIN, setting.interrupt)?;
    anyhow::ensure!(done.succeeded(), "kind create cluster failed: {}", done.stderr);
    plane::add_nodes(setting, &kubeconfig)?;
    let arguments = [
        format!("--kubeconfig={}", kubeconfig.display()),
        "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake".to_owned(),
        "--node-lease-duration-seconds=40".to_owned(),
    ];
    running.kwok = Some(Program::start("kwok", &kwok, &arguments, &home)?);
    setting.console.done("kind cluster ready");
    Ok(Cluster { kubeconfig, audit_log: None, running: Box::new(running) })
}
