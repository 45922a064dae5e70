//! `cargo xtask cluster`: a disposable Kubernetes for tests, on loopback, that ends with whoever asked for it.
//!
//! In order: the cluster named by `TEST_KUBECONFIG`; [kind] where a container engine runs; otherwise a [control
//! plane](plane) of our own, [built](build) from Go modules and Debian's etcd. Nodes and pods are simulated by kwok in
//! the last two: an image is never pulled, a pod is ready as soon as it is scheduled. Tests select those nodes by the
//! label `type: kwok`.

mod build;
mod child;
mod etcd;
mod files;
mod kind;
mod kubectls;
mod plane;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Subcommand, ValueEnum};

use crate::console::{Color, Console, print_result};
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::{environment, workspace};

/// Arguments of `cluster`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
    /// Where the cluster comes from.
    #[arg(long, value_enum, default_value_t, global = true)]
    provider: Provider,
    /// The kubectl that sets the cluster up.
    #[arg(long, default_value = "kubectl", value_name = "PATH", global = true)]
    kubectl: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Start a cluster, run a program with `TEST_KUBECONFIG` set, stop the cluster; ends with the program's exit code.
    Run {
        /// The program and its arguments.
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        command: Vec<String>,
    },
    /// Start a cluster and stay in the foreground until ctrl-c, SIGTERM, `cluster down` or the end of the parent.
    Up,
    /// Stop the cluster that `cluster up` started.
    Down,
    /// Only build (or find) what the control plane consists of.
    Build,
}

/// Where a cluster comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Provider {
    /// The first of the others that is to be had.
    #[default]
    Auto,
    /// The one that `TEST_KUBECONFIG` names; it must have nodes with the label `type: kwok`.
    Existing,
    /// kind, with simulated nodes besides its own.
    Kind,
    /// A control plane built from Go modules and Debian's etcd.
    Built,
}

/// A running cluster; dropping it stops what was started for it.
struct Cluster {
    kubeconfig: PathBuf,
    audit_log: Option<PathBuf>,
    running: Box<dyn Running>,
}

/// What was started for a cluster.
trait Running {
    /// What has ended although it should run.
    fn ended(&mut self) -> anyhow::Result<Option<String>>;
}

/// Nothing was started.
struct Elsewhere;

impl Running for Elsewhere {
    fn ended(&mut self) -> anyhow::Result<Option<String>> {
        Ok(None)
    }
}

/// What starting a cluster needs.
struct Setting<'a> {
    root: PathBuf,
    target: PathBuf,
    kubectl: &'a Path,
    console: &'a Console,
    interrupt: &'a Interrupt,
}

/// Runs the command.
#[must_use]
pub fn run(args: Args) -> Exit {
    let console = Console::new(Color::Auto, false, false);
    act(args, &console).unwrap_or_else(|error| {
        console.error(&format!("{error:#}"));
        Exit::Failed
    })
}

fn act(args: Args, console: &Console) -> anyhow::Result<Exit> {
    let root = workspace::root()?;
    let target = workspace::target(&root).context("cargo does not say where it builds")?;
    let interrupt = Interrupt::listen()?;
    let setting = Setting { root, target, kubectl: &args.kubectl, console, interrupt: &interrupt };
    match args.action {
        Action::Build => {
            build::programs(&setting)?;
            etcd::program(&setting)?;
            Ok(Exit::Done)
        }
        Action::Down => down(&setting),
        Action::Up => up(args.provider, &setting),
        Action::Run { command } => run_program(args.provider, &command, &setting),
    }
}

fn start(provider: Provider, setting: &Setting<'_>) -> anyhow::Result<Cluster> {
    let existing = environment::test_kubeconfig();
    match (provider, existing) {
        (Provider::Auto | Provider::Existing, Some(kubeconfig)) => {
            setting.console.step(&format!("cluster: the one of TEST_KUBECONFIG, {}", kubeconfig.display()));
            Ok(Cluster { kubeconfig, audit_log: environment::test_audit_log(), running: Box::new(Elsewhere) })
        }
        (Provider::Existing, None) => anyhow::bail!("TEST_KUBECONFIG is not set"),
        (Provider::Kind, _) => kind::start(setting),
        (Provider::Auto, None) if kind::is_available(setting) => kind::start(setting),
        (Provider::Auto | Provider::Built, _) => plane::start(setting),
    }
}

fn run_program(provider: Provider, command: &[String], setting: &Setting<'_>) -> anyhow::Result<Exit> {
    let mut cluster = start(provider, setting)?;
    let (program, arguments) = command.split_first().context("no program to run")?;
    let mut child = Command::new(program)
        .args(arguments)
        .envs(variables(&cluster, setting)?)
        .spawn()
        .with_context(|| format!("cannot start `{program}`"))?;
    let parent = std::os::unix::process::parent_id();
    loop {
        if let Some(status) = child.try_wait()? {
            // A program that a signal ended has no code.
            let code = status.code().map_or(1, |code| u8::try_from(code).unwrap_or(1));
            return Ok(if code == 0 { Exit::Done } else { Exit::Program(code) });
        }
        let gone = cluster.running.ended()?;
        if setting.interrupt.raised() || std::os::unix::process::parent_id() != parent || gone.is_some() {
            child.kill()?;
            child.wait()?;
            anyhow::bail!("{}", gone.unwrap_or_else(|| "interrupted".to_owned()));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn variables(cluster: &Cluster, setting: &Setting<'_>) -> anyhow::Result<Vec<(&'static str, std::ffi::OsString)>> {
    let mut variables = vec![("TEST_KUBECONFIG", cluster.kubeconfig.clone().into_os_string())];
    if let Some(log) = &cluster.audit_log {
        variables.push(("TEST_AUDIT_LOG", log.clone().into_os_string()));
    }
    let kubectls = match environment::test_kubectls() {
        Some(given) => given,
        None => kubectls::find(setting.kubectl),
    };
    variables.push(("TEST_KUBECTLS", std::env::join_paths(kubectls)?));
    Ok(variables)
}

/// The file that says which process holds the cluster of `up`.
fn pid_file(setting: &Setting<'_>) -> PathBuf {
    setting.target.join("control-plane").join("up.pid")
}

fn up(provider: Provider, setting: &Setting<'_>) -> anyhow::Result<Exit> {
    let mut cluster = start(provider, setting)?;
    let pid_file = files::Removed::write(pid_file(setting), &std::process::id().to_string())?;
    for (name, value) in variables(&cluster, setting)? {
        print_result(&format!("export {name}={}", value.to_string_lossy()))?;
    }
    print_result(&format!("export KUBECONFIG={}", cluster.kubeconfig.display()))?;
    setting.console.done("the cluster is up; ctrl-c or `cargo xtask cluster down` stops it");
    let parent = std::os::unix::process::parent_id();
    while !setting.interrupt.raised() && std::os::unix::process::parent_id() == parent {
        if let Some(gone) = cluster.running.ended()? {
            anyhow::bail!("{gone}");
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    drop(cluster);
    drop(pid_file);
    setting.console.done("the cluster is stopped");
    Ok(Exit::Done)
}

fn down(setting: &Setting<'_>) -> anyhow::Result<Exit> {
    let file = pid_file(setting);
    let Ok(pid) = std::fs::read_to_string(&file) else {
        setting.console.done("no cluster is up");
        return Ok(Exit::Done);
    };
    let status = Command::new("kill").args(["-TERM", pid.trim()]).output().context("cannot run `kill`")?.status;
    for _ in 0..200 {
        if !status.success() || !file.exists() {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    if status.success() && file.exists() {
        anyhow::bail!("process {} does not stop", pid.trim());
    }
    // The file of a process that was killed hard is left over.
    if file.exists() {
        std::fs::remove_file(&file)?;
    }
    setting.console.done("the cluster is stopped");
    Ok(Exit::Done)
}
