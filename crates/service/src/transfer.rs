//! Moving everything from one store to another: `export` writes JSON lines, `import` reads them. Both go through the
//! ports, so that any store can be the source and any the target.
//!
//! The first line names the format, the last one counts what came before: a cut file is recognised. A store may be
//! written to while it is exported: what is there from beginning to end is exported whole.

mod lines;
mod model_line;
mod pages;
mod reading;
mod rebalance_line;
mod writing;

use crate::config::Config;
use crate::stores::{CLOSE_TIMEOUT, Stores};
use std::io::{BufReader, BufWriter, Write};

/// Writes all models and rebalances of the configured store to standard output.
pub(crate) async fn export(config: Config) -> anyhow::Result<()> {
    let stores = Stores::open(&config).await?;
    let mut out = BufWriter::new(std::io::stdout());
    let counts = writing::write_all(&stores.ports, &mut out).await?;
    out.flush()?;
    stores.close(CLOSE_TIMEOUT).await?;
    report(&format!("exported {counts}"))
}

/// Reads models and rebalances from standard input into the configured store.
pub(crate) async fn import(config: Config) -> anyhow::Result<()> {
    let stores = Stores::open(&config).await?;
    let counts = reading::read_all(&stores.ports, BufReader::new(std::io::stdin())).await?;
    stores.close(CLOSE_TIMEOUT).await?;
    report(&format!("imported {counts}"))
}

fn report(text: &str) -> anyhow::Result<()> {
    Ok(writeln!(std::io::stderr(), "{text}")?)
}

/// How much was moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    models: u64,
    rebalances: u64,
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} models and {} rebalances", self.models, self.rebalances)
    }
}

#[cfg(test)]
mod tests;
