//! `cargo xtask validate`, `deploy` and `cluster`: builds the crate `delivery` and becomes it.
//!
//! Kubernetes types take half a minute to compile; they stay out of xtask so that every other command starts at once.

#[cfg(unix)]
use anyhow::Context as _;
use anyhow::Result;
use clap::Args as ClapArgs;

#[cfg(unix)]
use crate::environment;
use crate::exit::Exit;
use crate::plan::Invocation;
use crate::runner::Runner;
#[cfg(unix)]
use crate::tools;
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
    Runner::quiet(workspace).run(&build())?;
    hand_over(workspace, &invocation(command, &args.rest))
}

/// This process becomes `delivery`: a ctrl-c, or a signal to this process alone, then meets the one program that gives
/// the lock back, instead of a parent that ends and leaves it running.
#[cfg(unix)]
fn hand_over(workspace: &Workspace, invocation: &Invocation) -> Result<Exit> {
    use std::os::unix::process::CommandExt as _;

    let mut command = std::process::Command::new(workspace.path(&invocation.program));
    command.current_dir(&workspace.root).args(&invocation.args).env("PATH", tools::search_path(workspace));
    // As for every other program that is started from here: see `environment`.
    for name in environment::about_this_package() {
        command.env_remove(name);
    }
    let error = command.exec();
    Err(error).with_context(|| format!("`{invocation}` could not be started"))
}

/// Where there is no `exec`, the program is a child.
#[cfg(not(unix))]
fn hand_over(workspace: &Workspace, invocation: &Invocation) -> Result<Exit> {
    use crate::runner::StepFailure;

    match Runner::quiet(workspace).run(invocation) {
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
