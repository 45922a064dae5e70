//! `--help` and `docs/configuration.md`, from the table of variables.

use super::variables::{ALL, Variable};
use std::fmt::Write;

const USAGE: &str = "\
Turns investment models into orders. Configured by environment variables.

Usage: order-generation-service [COMMAND]

Commands:
  (none)        serve HTTP until SIGTERM or SIGINT
  export        write all models and rebalances of the configured store to standard output, one JSON object a line
  import        read such lines from standard input into the configured store; what it holds already is left alone
  healthcheck   ask the service on this machine whether it is ready; exit code 0 or 1
  config        write this list as Markdown
  help          this text

Variables:
";

fn default_of(variable: &Variable) -> String {
    match variable.default {
        None => "unset".to_owned(),
        Some("") => "empty".to_owned(),
        Some(default) => default.to_owned(),
    }
}

/// What `--help` prints.
pub(crate) fn help_text() -> String {
    let mut text = USAGE.to_owned();
    for variable in ALL {
        // Writing to a string does not fail.
        let _infallible = write!(text, "  {} [{}]\n      {}\n", variable.name, default_of(variable), variable.help);
        for line in notes(variable) {
            let _infallible = writeln!(text, "      {line}");
        }
    }
    text
}

fn notes(variable: &Variable) -> Vec<String> {
    let mut notes = Vec::new();
    if !variable.aliases.is_empty() {
        notes.push(format!("Also read as {}.", variable.aliases.join(", ")));
    }
    if variable.secret {
        notes.push(format!("{}_FILE may name a file that holds it. Never logged.", variable.name));
    }
    notes
}

/// What `docs/configuration.md` holds.
pub(crate) fn markdown() -> String {
    let mut text = "\
# Configuration

Generated from the table that the service reads its environment with; `cargo xtask docs` writes it, `--check` compares.

Times are seconds, or a number with `ms`, `s`, `m` or `h`. An empty value counts as unset. A value that cannot be used
stops the start, with every problem listed at once.

| variable | default | meaning |
|---|---|---|
"
    .to_owned();
    for variable in ALL {
        let notes = notes(variable).into_iter().fold(String::new(), |text, note| text + " " + &note);
        let _infallible =
            writeln!(text, "| `{}` | `{}` | {}{notes} |", variable.name, default_of(variable), variable.help);
    }
    text
}
