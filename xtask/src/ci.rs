//! `cargo xtask ci`: everything that must pass, in stages, with one readable summary at the end.

pub mod needs;
pub mod outcome;
pub mod report;
pub mod stages;

use std::time::Instant;

use anyhow::{Context, Result};
use clap::Args as ClapArgs;

use crate::api;
use crate::console::Tone;
use crate::environment;
use crate::exit::{Exit, Refusal};
use crate::plan::{Plan, Step};
use crate::runner::{self, Runner};
use crate::tools;
use crate::workspace::Workspace;

use outcome::{Outcome, Tally, Verdict};
use stages::{Check, Stage};

/// Arguments of `cargo xtask ci`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Stages to run, in the order of the pipeline; without any, all that are not on request.
    stages: Vec<String>,
    /// Shows the stages and their checks.
    #[arg(long)]
    list: bool,
    /// Shows what would be run.
    #[arg(long)]
    dry_run: bool,
    /// The compiler to use: `pinned` is that of rust-toolchain.toml, anything else a name that rustup knows.
    #[arg(long, default_value = "pinned")]
    toolchain: String,
    /// Stops at the first check that fails.
    #[arg(long)]
    fail_fast: bool,
}

/// Runs the command.
///
/// # Errors
/// When a stage does not exist, the tools cannot be installed, or the reports cannot be written.
pub fn run(workspace: &Workspace, args: &Args) -> Result<Exit> {
    let selected = select(stages::all(api::free_ports()?), &args.stages)?;
    if args.list || args.dry_run {
        for stage in &selected {
            show(workspace, stage, args.dry_run);
        }
        return Ok(Exit::Done);
    }
    let started = Instant::now();
    tools::ensure(workspace)?;
    let mut outcomes = Vec::new();
    'stages: for stage in &selected {
        for check in &stage.checks {
            let outcome = run_check(workspace, stage.name, &with_toolchain(check, &args.toolchain))?;
            let failed = matches!(outcome.verdict, Verdict::Failed(_));
            outcomes.push(outcome);
            if failed && args.fail_fast {
                break 'stages;
            }
        }
    }
    report::write(workspace, &outcomes, started.elapsed())?;
    let failed = outcomes.iter().any(|outcome| matches!(outcome.verdict, Verdict::Failed(_)));
    Ok(if failed { Exit::Failed } else { Exit::Done })
}

/// The stages that were named, or all that run by default.
fn select(all: Vec<Stage>, names: &[String]) -> Result<Vec<Stage>> {
    if names.is_empty() {
        return Ok(all.into_iter().filter(|stage| stage.by_default).collect());
    }
    if let Some(unknown) = names.iter().find(|name| !all.iter().any(|stage| stage.name == **name)) {
        let known: Vec<_> = all.iter().map(|stage| stage.name).collect();
        let message = format!("there is no stage `{unknown}`; the stages are {}", known.join(", "));
        return Err(Refusal::usage(message).into());
    }
    Ok(all.into_iter().filter(|stage| names.iter().any(|name| name == stage.name)).collect())
}

fn show(workspace: &Workspace, stage: &Stage, with_plans: bool) {
    let console = &workspace.console;
    let on_request = if stage.by_default { "" } else { " (on request)" };
    console.say(Tone::Strong, &format!("{:<13} {}{on_request}", stage.name, stage.about));
    for check in &stage.checks {
        if with_plans {
            console.say(
                Tone::Plain,
                &format!("  {}: {}", check.name, check.plan.placed(workspace)).trim_end().replace('\n', "\n  "),
            );
        } else {
            console.say(Tone::Plain, &format!("  {:<13} {}", check.name, check.plan.title));
        }
    }
}

/// The check with another compiler for everything that it runs.
fn with_toolchain(check: &Check, toolchain: &str) -> Check {
    let mut check = check.clone();
    if toolchain != "pinned" {
        for step in &mut check.plan.steps {
            if let Step::Run(invocation) = step {
                invocation.env.push(("RUSTUP_TOOLCHAIN".to_owned(), toolchain.to_owned()));
            }
        }
    }
    check
}

fn run_check(workspace: &Workspace, stage: &'static str, check: &Check) -> Result<Outcome> {
    let console = &workspace.console;
    let name = format!("{stage}/{}", check.name);
    console.open_group(&name);
    let started = Instant::now();
    let log = workspace.reports().join(format!("logs/{stage}-{}.log", check.name));
    let missing = check.needs.iter().find_map(|need| need.missing(workspace).map(|why| (need, why)));
    let verdict = if let Some((need, why)) = missing {
        let must = need.is_mandatory() && environment::is_ci();
        let text = format!("{why} ({})", need.how_to_get());
        if must { Verdict::Failed(text) } else { Verdict::NotRun(text) }
    } else {
        match Runner::logging(workspace, &log)?.execute(&check.plan) {
            Ok(()) => Verdict::Passed,
            Err(error) => Verdict::Failed(format!("{error:#}")),
        }
    };
    let tally = std::fs::read_to_string(&log).ok().and_then(|text| Tally::read(&text));
    console.close_group();
    match &verdict {
        Verdict::Passed => {}
        Verdict::Failed(why) => {
            console.say(Tone::Bad, &format!("{name} failed: {why}"));
            let context = runner::tail(&log, 30).unwrap_or_default();
            console.annotate_error(&name, &format!("{why}\n{context}"));
        }
        Verdict::NotRun(why) => console.say(Tone::Warn, &format!("{name} not run: {why}")),
    }
    let took = started.elapsed();
    Ok(Outcome { stage, check: check.name, verdict, took, tally })
}

/// The plan of one check, for tests that plant its fault.
///
/// # Errors
/// When there is no such check.
pub fn check_plan(stage: &str, check: &str) -> Result<Plan> {
    let stages = stages::all(api::free_ports()?);
    let stage = stages.into_iter().find(|candidate| candidate.name == stage).context("no such stage")?;
    let check = stage.checks.into_iter().find(|candidate| candidate.name == check).context("no such check")?;
    Ok(check.plan)
}

#[cfg(test)]
mod tests {
    use super::{select, stages, with_toolchain};
    use crate::exit::Exit;

    fn names(wanted: &[&str]) -> anyhow::Result<Vec<&'static str>> {
        let wanted: Vec<String> = wanted.iter().map(|&name| name.to_owned()).collect();
        Ok(select(stages::all([0; 7]), &wanted)?.into_iter().map(|stage| stage.name).collect())
    }

    #[test]
    fn without_names_everything_runs_that_is_not_on_request() {
        let all = names(&[]).unwrap();
        assert!(all.contains(&"quality") && all.contains(&"deploy") && !all.contains(&"coverage"));
    }

    #[test]
    fn named_stages_run_in_the_pipelines_order_and_unknown_ones_are_refused() {
        assert_eq!(names(&["workflows", "quality"]).unwrap(), ["quality", "workflows"]);
        let refused = names(&["qualty"]).unwrap_err();
        assert_eq!(Exit::of(&refused), Exit::Usage);
        let refused = refused.to_string();
        assert!(refused.contains("no stage `qualty`") && refused.contains("supply-chain"), "{refused}");
    }

    #[test]
    fn another_compiler_is_used_for_every_program() {
        let test = &select(stages::all([0; 7]), &["test".to_owned()]).unwrap()[0];
        let shown = with_toolchain(&test.checks[0], "stable").plan.to_string();
        assert!(shown.contains("RUSTUP_TOOLCHAIN=stable cargo nextest"), "{shown}");
        assert!(!with_toolchain(&test.checks[0], "pinned").plan.to_string().contains("RUSTUP_TOOLCHAIN"));
    }
}
