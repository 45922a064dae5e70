//! `cargo xtask perf`: builds the release binaries and measures them with the crate `perf`.

use anyhow::Result;
use clap::Args as ClapArgs;
use xshell::cmd;

use crate::build;
use crate::exit::Exit;
use crate::plan::{Invocation, Plan};
use crate::runner::Runner;
use crate::workspace::Workspace;

/// Where the report goes.
const OUTPUT: &str = "target/perf";

/// Arguments of `cargo xtask perf`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// A tenth of the load and of the sizes: shows that everything works, not how fast it is.
    #[arg(long)]
    smoke: bool,
    /// An earlier target/perf/report.json; shows the ratio of every measurement to it.
    #[arg(long, value_name = "FILE")]
    compare: Option<String>,
    /// Keeps models and rebalances in this MongoDB instead of an embedded store.
    #[arg(long, value_name = "URL")]
    mongodb: Option<String>,
    /// Shows what would be done.
    #[arg(long)]
    dry_run: bool,
}

/// Runs the command.
///
/// # Errors
/// When the build fails, or a server does not start or ends early.
pub fn run(workspace: &Workspace, args: &Args) -> Result<Exit> {
    let shell = workspace.shell()?;
    let commit = cmd!(shell, "git rev-parse --short HEAD").quiet().read()?;
    let plan = plan(args, &commit, build::release(workspace));
    if args.dry_run {
        workspace.console.say(crate::console::Tone::Plain, plan.placed(workspace).to_string().trim_end());
        return Ok(Exit::Done);
    }
    Runner::new(workspace).execute(&plan)?;
    Ok(Exit::Done)
}

fn plan(args: &Args, commit: &str, build: Invocation) -> Plan {
    let mut perf = Invocation::new(build::PERF)
        .args(["--service", build::SERVICE, "--simulator", build::SIMULATOR, "--output", OUTPUT])
        .args(["--commit", commit]);
    if args.smoke {
        perf = perf.arg("--smoke");
    }
    for (option, value) in [("--compare", &args.compare), ("--mongodb", &args.mongodb)] {
        perf = value.iter().fold(perf, |perf, value| perf.arg(option).arg(value));
    }
    Plan::new("measure the release binaries")
        .then(build)
        .then(perf.remedy("the message above names what ended or failed"))
}

#[cfg(test)]
mod tests {
    use super::{Args, plan};
    use crate::plan::Invocation;

    #[test]
    fn every_flag_is_in_the_plan_and_passwords_are_not() {
        let args = Args {
            smoke: true,
            compare: Some("before.json".into()),
            mongodb: Some("mongodb://app:secret@127.0.0.1/perf".into()),
            dry_run: true,
        };
        insta::assert_snapshot!(plan(&args, "abc1234", Invocation::new("cargo build --release")));
    }
}
