//! The binary behind `cargo xtask validate`, `deploy` and `cluster`: it parses and dispatches, nothing else.

use std::process::ExitCode;

use clap::Parser as _;
use delivery::Command;

fn main() -> ExitCode {
    delivery::run(Command::parse()).into()
}
