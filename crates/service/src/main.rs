//! The binary `order-generation-service`: configuration, telemetry, wiring, lifecycle.

mod config;
mod healthcheck;
mod identity;
mod lifecycle;
mod metered;
mod stores;
mod telemetry;
mod transfer;
mod wiring;

use config::Config;
use std::io::Write;
use std::process::ExitCode;

/// Usage errors have their own code, as everywhere.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next();
    if let Some(extra) = arguments.next() {
        return complain(&format!("unexpected argument {extra:?}; see --help"), USAGE);
    }
    let result = match command.as_deref() {
        None => with_runtime(lifecycle::serve),
        Some("export") => with_runtime(transfer::export),
        Some("import") => with_runtime(transfer::import),
        Some("healthcheck") => healthcheck::run(),
        Some("config") => show(&config::markdown()),
        Some("help" | "--help" | "-h") => show(&config::help_text()),
        Some("--version" | "-V") => show(concat!(env!("CARGO_PKG_VERSION"), "\n")),
        Some(other) => return complain(&format!("unknown command {other:?}; see --help"), USAGE),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&format!("{error:#}"), 1),
    }
}

/// Reads the configuration and runs a command on a multi-threaded runtime, which outlives every HTTP worker.
fn with_runtime<F: Future<Output = anyhow::Result<()>>>(command: impl FnOnce(Config) -> F) -> anyhow::Result<()> {
    let config = Config::from_env()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(command(config))
}

fn show(text: &str) -> anyhow::Result<()> {
    match std::io::stdout().write_all(text.as_bytes()) {
        // A reader such as `head` has seen enough.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

fn complain(problem: &str, code: u8) -> ExitCode {
    // When standard error is gone there is nobody to tell; the exit code says it too.
    let _unread = writeln!(std::io::stderr(), "order-generation-service: {problem}");
    ExitCode::from(code)
}
