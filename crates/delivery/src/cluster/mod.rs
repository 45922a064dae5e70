//! `cargo xtask cluster`.
use crate::exit::Exit;
/// Arguments of `cluster`.
#[derive(Debug, clap::Args)]
pub struct Args {}
/// Runs the command.
#[must_use]
pub fn run(_args: Args) -> Exit {
    Exit::Failed
}
