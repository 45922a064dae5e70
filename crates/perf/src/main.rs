//! The load generator and report behind `cargo xtask perf`.
//!
//! Starts the simulated suite and the release service as processes of their own, drives the service with an open load
//! (requests are due at fixed times, and latency counts from when they were due, so that a stall is not hidden by the
//! generator waiting for it), and compares what it sees with the limits that the project was given. It talks to the
//! service over HTTP only; the one crate of ours that it calls is the solver, with the values it takes.

mod client;
mod compare;
mod load;
mod memory;
mod numbers;
mod picture;
mod report;
mod rows;
mod scenarios;
mod solver;
mod stand;
mod world;

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Parser;

/// Measures the service and the solver against their limits.
#[derive(Debug, Parser)]
#[command(name = "perf", bin_name = "cargo xtask perf", version)]
struct Args {
    /// A tenth of the load and of the sizes: shows that everything works, not how fast it is.
    #[arg(long)]
    smoke: bool,
    /// An earlier report.json; shows the ratio of every measurement to it.
    #[arg(long, value_name = "FILE")]
    compare: Option<PathBuf>,
    /// Keeps models and rebalances in this MongoDB instead of an embedded store.
    #[arg(long, value_name = "URL")]
    mongodb: Option<String>,
    /// The service to measure.
    #[arg(long, default_value = "target/release/order-generation-service")]
    service: PathBuf,
    /// The suite that it talks to.
    #[arg(long, default_value = "target/release/simulator")]
    simulator: PathBuf,
    /// Where the report goes.
    #[arg(long, default_value = "target/perf")]
    output: PathBuf,
    /// The commit that is measured, for the report.
    #[arg(long, default_value = "unknown")]
    commit: String,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let earlier = args.compare.as_deref().map(compare::read).transpose()?;
    let scale = if args.smoke { scenarios::Scale::SMOKE } else { scenarios::Scale::FULL };
    let stand = stand::Stand::start(&args.simulator, &args.service, args.mongodb.as_deref(), scale.portfolios)?;
    let mut rows = scenarios::measure(&stand, &scale)?;
    stand.stop()?;
    rows.extend(solver::measure(scale.problems)?);
    let report = report::Report::new(rows, &args.commit, args.smoke, args.mongodb.is_some());
    report::print(&report, earlier.as_ref())?;
    std::fs::create_dir_all(&args.output).with_context(|| format!("cannot create {}", args.output.display()))?;
    std::fs::write(args.output.join("report.json"), serde_json::to_string_pretty(&report)? + "\n")?;
    std::fs::write(args.output.join("report.svg"), picture::draw(&report))?;
    report::say(&format!("wrote report.json and report.svg to {}", args.output.display()))
}
