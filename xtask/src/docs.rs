//! `cargo xtask docs`: the documents that the code writes: the OpenAPI document, error codes, configuration.

use anyhow::Result;
use clap::Args as ClapArgs;

use crate::console::Tone;
use crate::exit::Exit;
use crate::plan::{Invocation, Plan};
use crate::runner::Runner;
use crate::workspace::Workspace;

const CONFIGURATION: &str = "docs/configuration.md";
const FRESH: &str = "target/ci/configuration.md";

/// Arguments of `cargo xtask docs`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Only compares, and fails when a document is out of date.
    #[arg(long)]
    check: bool,
    /// Shows what would be done.
    #[arg(long)]
    dry_run: bool,
}

/// Runs the command.
///
/// # Errors
/// When the build fails or, with `--check`, a document is out of date.
pub fn run(workspace: &Workspace, args: &Args) -> Result<Exit> {
    let plan = plan(args.check);
    if args.dry_run {
        workspace.console.say(Tone::Plain, plan.placed(workspace).to_string().trim_end());
        return Ok(Exit::Done);
    }
    Runner::new(workspace).execute(&plan)?;
    Ok(Exit::Done)
}

/// Writes the documents, or compares them. Everything is built as the tests build it, so that nothing is built twice.
#[must_use]
pub fn plan(check: bool) -> Plan {
    let build =
        Invocation::new("cargo build --quiet --workspace --bins --examples").remedy("fix the first error above");
    let http = Invocation::new("target/debug/examples/docs").remedy("run `cargo xtask docs` and commit the result");
    let configuration = Invocation::new("target/debug/order-generation-service config");
    let plan = Plan::new("documents written by the code").then(build);
    if check {
        let compare = Invocation::new("git diff --no-index --exit-code").args([CONFIGURATION, FRESH]);
        plan.then(http.arg("--check"))
            .then(configuration.stdout(FRESH))
            .then(compare.remedy("run `cargo xtask docs` and commit the result"))
    } else {
        plan.then(http).then(configuration.stdout(CONFIGURATION))
    }
}

#[cfg(test)]
mod tests {
    use super::plan;

    #[test]
    fn both_plans_are_as_reviewed() {
        insta::assert_snapshot!(format!("{}\n{}", plan(false), plan(true)));
    }
}
