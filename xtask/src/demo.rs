//! `cargo xtask demo`: the service and the GlobeCo suite on this machine, one real book rebalanced end to end, and an
//! independent calculation that confirms every answer.

mod api;
mod audit;
mod book;
mod exact;
mod report;
mod run;
mod stand;

use std::io::IsTerminal;
use std::time::Instant;

use anyhow::Result;
use clap::Args as ClapArgs;

use crate::build;
use crate::console::Tone;
use crate::exit::Exit;
use crate::runner::Runner;
use crate::workspace::Workspace;

/// Rebalances a book on this machine and checks the result.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Stay up afterwards and print the URLs.
    #[arg(long)]
    keep: bool,
    /// The book, its ids and prices; the same number gives the same demo.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Print the plan and do nothing.
    #[arg(long)]
    dry_run: bool,
}

/// Runs the demo.
///
/// # Errors
/// When the build fails, a server does not start, an answer is not what it must be, or the independent calculation
/// disagrees.
pub fn run(workspace: &Workspace, args: &Args) -> Result<Exit> {
    let console = &workspace.console;
    let steps = stand::plan(args.seed);
    if args.dry_run {
        console.say(Tone::Plain, &format!("{}\n{steps}", build::release(workspace)));
        return Ok(Exit::Done);
    }
    Runner::new(workspace).run(&build::release(workspace))?;
    let started = Instant::now();
    let stand = stand::Stand::start(workspace, &steps)?;
    let results = run::all(console, &stand)?;
    report::show(console, &results)?;
    audit::confirm(console, &results)?;
    let took = started.elapsed().as_secs_f64();
    console.say(Tone::Good, &format!("Done in {took:.1} s, servers included."));
    if args.keep {
        stand.keep(console)?;
    } else if std::io::stdout().is_terminal() {
        console.say(Tone::Faint, "Nothing is left running. `cargo xtask demo --keep` stays up for a look around.");
    }
    Ok(Exit::Done)
}
