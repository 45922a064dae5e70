//! `cargo xtask deploy`: rolls a release out, or back.
//!
//! First everything is looked at, without changing anything ([`registry`], [`release`], [`inspect`]); then a [`plan`] is
//! made, a plain value that `--dry-run` prints; then exactly that plan is [run]. A deploy that was interrupted, even
//! by `kill -9`, can be repeated: applying is idempotent, the lock of a dead process is free, and a record that was left
//! pending is noted as failed.

pub mod args;
pub mod deadline;
mod diagnose;
pub mod failure;
pub mod fault;
pub mod inspect;
mod kubeconfig;
pub mod kubectl;
pub mod lock;
pub mod plan;
mod prepare;
pub mod record;
pub mod registry;
pub mod release;
pub mod report;
pub mod rollout;
mod run;
pub mod tag;

pub use args::Args;

use crate::console::{Color, Console, print_result};
use crate::deploy::args::Output;
use crate::deploy::failure::Failure;
use crate::deploy::prepare::{Local, Planned, Remote};
use crate::deploy::report::Outcome;
use crate::exit::Exit;
use crate::validate::{self, Format};

/// The application: the name of its Deployment and Service, and of everything that a deploy keeps in the cluster.
pub const APP: &str = "globeco-order-generation-service";

/// Runs the command.
#[must_use]
pub fn run(args: &Args) -> Exit {
    let json = args.output == Output::Json;
    let color = if args.output == Output::Human { args.color } else { Color::Never };
    let console = Console::new(color, args.verbose, json);
    if args.validate_only {
        return validate_only(args);
    }
    let refused = |failure: &Failure| end(&Outcome::refused("deploy", failure), args, &console);
    let local = match Local::new(args, &console) {
        Ok(local) => local,
        Err(failure) => return refused(&failure),
    };
    if args.check {
        return match check(&local) {
            Ok(outcome) => end(&outcome, args, &console),
            Err(failure) => refused(&failure),
        };
    }
    let remote = match Remote::new(&local) {
        Ok(remote) => remote,
        Err(failure) => return refused(&failure),
    };
    match remote.plan() {
        Ok(planned) if args.dry_run => dry_run(&planned, args, &console),
        Ok(planned) => end(&remote.execute(&planned), args, &console),
        Err(failure) => refused(&failure),
    }
}

/// No cluster, no registry, no request of any kind.
fn validate_only(args: &Args) -> Exit {
    validate::run(&validate::Args {
        format: if args.output == Output::Json { Format::Json } else { Format::Table },
        kubectl: args.kubectl.clone(),
        deployments: args.deployments.clone(),
        color: if args.output == Output::Human { args.color } else { Color::Never },
    })
}

/// Everything that is checked before a cluster is asked.
fn check(local: &Local<'_>) -> Result<Outcome, Failure> {
    let release = local.release()?;
    let (tag, digest, env) = (&release.tag, &release.digest, local.env.overlay());
    let title = format!("check {tag} ({digest}) for {env}: input, image and manifests; no cluster was asked");
    let mut outcome = Outcome::without_plan(&title);
    outcome.exit = Exit::Done;
    Ok(outcome)
}

fn dry_run(planned: &Planned, args: &Args, console: &Console) -> Exit {
    let plan = &planned.plan;
    let text = if args.output == Output::Json { format!("{:#}", plan.to_json()) } else { plan.describe() };
    if let Err(error) = print_result(&text) {
        console.error(&format!("cannot write the plan: {error}"));
        return Exit::Failed;
    }
    console.done("dry run: nothing was changed");
    if plan.nothing_to_do && args.detailed_exitcode { Exit::NothingToDo } else { Exit::Done }
}

fn end(outcome: &Outcome, args: &Args, console: &Console) -> Exit {
    let mut outcome = outcome.clone();
    if outcome.exit == Exit::Done && outcome.nothing_to_do && args.detailed_exitcode {
        outcome.exit = Exit::NothingToDo;
    }
    outcome.exit_code = outcome.exit.code();
    match (&outcome.message, &outcome.remedy) {
        (Some(message), remedy) => {
            console.error(message);
            if let Some(remedy) = remedy {
                console.step(&format!("to do: {remedy}"));
            }
            console.step(&format!("exit code {}: see docs/deployment.md", outcome.exit_code));
        }
        (None, _) if outcome.nothing_to_do => console.done(&format!("nothing to do: {}", outcome.title)),
        (None, _) => console.done(&format!("done: {}", outcome.title)),
    }
    if args.output == Output::Json {
        let text = serde_json::to_string_pretty(&outcome).map_err(std::io::Error::other);
        if let Err(error) = text.and_then(|text| print_result(&text)) {
            console.error(&format!("cannot write the report: {error}"));
            return Exit::Failed;
        }
    }
    outcome.exit
}
