//! `cargo xtask validate`, `deploy` and `cluster`: builds the crate `delivery` and hands over to it, exit code included.
//!
//! Kubernetes types take half a minute to compile; they stay out of xtask so that every other command starts at once.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args as ClapArgs;

use crate::environment;
use crate::exit::Exit;
use crate::plan::Invocation;
use crate::runner::{Runner, StepFailure};
use crate::workspace::Workspace;

/// The commands that `delivery` implements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Renders every overlay offline and checks it.
    Validate,
    /// Rolls a release out, or back.
    Deploy,
    /// Provides a disposable control plane.
    Cluster,
}

/// Arguments that are handed through unseen; `--help` is answered by `delivery`.
#[derive(Debug, ClapArgs)]
#[command(disable_help_flag = true)]
pub struct Args {
    /// As `delivery` documents them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
    rest: Vec<String>,
}

/// Runs one of the commands.
///
/// # Errors
/// When `delivery` cannot be built or started.
pub fn run(workspace: &Workspace, command: Command, args: &Args) -> Result<Exit> {
    let runner = Runner::quiet(workspace);
    runner.run(&build())?;
    let kubeconfig = Kubeconfig::from_environment(workspace)?;
    let mut invocation = invocation(command, &args.rest);
    if let Some(Kubeconfig(path)) = &kubeconfig {
        invocation = invocation.env("KUBECONFIG", path.display().to_string());
    }
    match runner.run(&invocation) {
        Ok(()) => Ok(Exit::Done),
        Err(error) => match error.downcast_ref::<StepFailure>().and_then(StepFailure::code) {
            // It has said itself what is wrong.
            Some(code) => Ok(Exit::from_program(Some(code))),
            None => Err(error),
        },
    }
}

/// The dev profile, as the tests have it.
fn build() -> Invocation {
    Invocation::new("cargo build --quiet --package delivery").remedy("fix the first error above")
}

fn invocation(command: Command, rest: &[String]) -> Invocation {
    let name = match command {
        Command::Validate => "validate",
        Command::Deploy => "deploy",
        Command::Cluster => "cluster",
    };
    Invocation::new("target/debug/delivery").arg(name).args(rest)
}

/// A kubeconfig file for the time of one command, from the secret that a GitHub environment holds.
struct Kubeconfig(PathBuf);

impl Kubeconfig {
    /// `None` unless `KUBECONFIG_SECRET` is set, which holds the content of the file.
    fn from_environment(workspace: &Workspace) -> Result<Option<Self>> {
        let Some(content) = environment::value("KUBECONFIG_SECRET") else { return Ok(None) };
        let path = workspace.path("target").join(format!("kubeconfig-{}", std::process::id()));
        fs::create_dir_all(workspace.path("target"))?;
        let mut options = fs::File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path).with_context(|| format!("cannot create {}", path.display()))?;
        let kubeconfig = Self(path);
        std::io::Write::write_all(&mut file, content.as_bytes())?;
        Ok(Some(kubeconfig))
    }
}

impl Drop for Kubeconfig {
    fn drop(&mut self) {
        // The job's machine is thrown away anyway.
        drop(fs::remove_file(&self.0));
    }
}

#[cfg(test)]
mod tests {
    use super::{Command, invocation};

    #[test]
    fn arguments_are_handed_through_unchanged() {
        let rest = ["-e", "staging", "--tag", "v1.2.3", "--dry-run"].map(str::to_owned);
        let shown = invocation(Command::Deploy, &rest).to_string();
        assert_eq!(shown, "target/debug/delivery deploy -e staging --tag v1.2.3 --dry-run");
    }
}
