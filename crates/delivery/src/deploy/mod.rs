//! `cargo xtask deploy`.
pub mod tag;
use crate::exit::Exit;
/// Arguments of `deploy`.
#[derive(Debug, clap::Args)]
pub struct Args {}
/// Runs the command.
#[must_use]
pub fn run(_args: &Args) -> Exit {
    Exit::Failed
}
