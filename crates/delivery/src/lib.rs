//! Manifest validation, deployment and the disposable control plane that both are tested on.
//!
//! `cargo xtask validate`, `deploy` and `cluster` build and run this crate's binary with the same arguments. Everything
//! that talks to a cluster does so through the real `kubectl`, started by [`process`], the only place that starts
//! programs. [`validate`] works offline; [`deploy`] inspects, makes a plan (a plain value) and runs that value;
//! [`cluster`] provides an API server to disposable ends.

pub mod clock;
pub mod cluster;
pub mod console;
pub mod deploy;
pub mod digest;
pub mod environment;
pub mod exit;
pub mod interrupt;
pub mod mask;
pub mod process;
pub mod validate;
pub mod workspace;
pub mod yaml;

use clap::Parser;

use crate::exit::Exit;

/// Validates and deploys the manifests under `deployments/`.
#[derive(Debug, Parser)]
#[command(name = "delivery", bin_name = "cargo xtask", version)]
pub enum Command {
    /// Render every overlay offline and check it: types, unknown fields, the named rules.
    Validate(validate::Args),
    /// Roll a release out, or back.
    Deploy(Box<deploy::Args>),
    /// Provide a disposable Kubernetes control plane for tests.
    Cluster(cluster::Args),
}

/// Runs a command to its end.
#[must_use]
pub fn run(command: Command) -> Exit {
    match command {
        Command::Validate(args) => validate::run(&args),
        Command::Deploy(args) => deploy::run(&args),
        Command::Cluster(args) => cluster::run(args),
    }
}
