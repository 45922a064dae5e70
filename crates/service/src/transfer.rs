//! Moving everything from one store to another: `export` writes JSON lines, `import` reads them. Both go through the
//! ports, so that any store can be the source and any the target.
//!
//! The first line names the format, the last one counts what came before: a cut file is recognised.

mod lines;
mod model_line;
mod rebalance_line;

use crate::config::Config;
use crate::stores::{CLOSE_TIMEOUT, StorePorts, Stores};
use anyhow::{Context, bail};
use domain::rebalance::{PortfolioRebalance, Rebalance, RebalanceHeader};
use domain::{Model, RebalanceId};
use futures::TryStreamExt;
use lines::{FORMAT, Line};
use ports::{Direction, ModelSortKey, ModelStoreError, RebalanceSort, RebalanceSortKey, Slice};
use std::io::{BufRead, BufReader, BufWriter, Write};

/// Rows read at a time.
const BATCH: u64 = 500;

/// Writes all models and rebalances of the configured store to standard output.
pub(crate) async fn export(config: Config) -> anyhow::Result<()> {
    let stores = Stores::open(&config).await?;
    let mut out = BufWriter::new(std::io::stdout());
    let counts = write_all(&stores.ports, &mut out).await?;
    out.flush()?;
    stores.close(CLOSE_TIMEOUT).await?;
    report(&format!("exported {counts}"))
}

/// Reads models and rebalances from standard input into the configured store.
pub(crate) async fn import(config: Config) -> anyhow::Result<()> {
    let stores = Stores::open(&config).await?;
    let counts = read_all(&stores.ports, BufReader::new(std::io::stdin())).await?;
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

async fn write_all(stores: &StorePorts, out: &mut impl Write) -> anyhow::Result<Counts> {
    let mut counts = Counts::default();
    lines::write(out, &Line::Format { version: FORMAT })?;
    let by_id = vec![(ModelSortKey::Id, Direction::Ascending)];
    loop {
        let slice = Slice { offset: counts.models, limit: Some(BATCH) };
        let page = stores.models.list(&by_id, slice).await?;
        if page.items.is_empty() {
            break;
        }
        for model in &page.items {
            lines::write(out, &Line::Model(model.into()))?;
            counts.models += 1;
        }
    }
    let by_id = RebalanceSort { key: RebalanceSortKey::Id, direction: Direction::Ascending };
    loop {
        let slice = Slice { offset: counts.rebalances, limit: Some(BATCH) };
        let page = stores.rebalances.list(None, by_id, slice).await?;
        if page.items.is_empty() {
            break;
        }
        for header in &page.items {
            lines::write(out, &Line::Rebalance(header.into()))?;
            let mut portfolios = stores.rebalances.portfolios(header.id, Slice::ALL);
            while let Some(portfolio) = portfolios.try_next().await? {
                lines::write(out, &Line::Portfolio((&portfolio).into()))?;
            }
            counts.rebalances += 1;
        }
    }
    lines::write(out, &Line::End { models: counts.models, rebalances: counts.rebalances })?;
    Ok(counts)
}

async fn read_all(stores: &StorePorts, input: impl BufRead) -> anyhow::Result<Counts> {
    let mut counts = Counts::default();
    let mut open: Option<Rebalance> = None;
    let mut lines = input.lines().enumerate();
    let first = lines.next().context("there is nothing to import")?.1?;
    match lines::read(&first).context("line 1")? {
        Line::Format { version: FORMAT } => {}
        Line::Format { version } => bail!("line 1: format {version} is not known, only {FORMAT}"),
        _ => bail!("line 1 does not name a format: this is no export"),
    }
    for (index, line) in lines {
        let number = index + 1;
        let line = lines::read(&line?).with_context(|| format!("line {number}"))?;
        if !matches!(line, Line::Portfolio(_)) {
            counts.rebalances += append(stores, open.take()).await?;
        }
        match line {
            Line::Format { .. } => bail!("line {number} begins another export"),
            Line::Model(line) => {
                insert(stores, line.try_into().with_context(|| format!("line {number}"))?).await?;
                counts.models += 1;
            }
            Line::Rebalance(line) => {
                let header: RebalanceHeader = line.try_into().with_context(|| format!("line {number}"))?;
                open = Some(Rebalance { header, portfolios: Vec::new() });
            }
            Line::Portfolio(line) => {
                let portfolio: PortfolioRebalance = line.try_into().with_context(|| format!("line {number}"))?;
                let rebalance = open.as_mut().with_context(|| format!("line {number} belongs to no rebalance"))?;
                rebalance.portfolios.push(portfolio);
            }
            Line::End { models, rebalances } => {
                let expected = Counts { models, rebalances };
                return if counts == expected {
                    Ok(counts)
                } else {
                    bail!("the export counts {expected}, but holds {counts}")
                };
            }
        }
    }
    bail!(
        "the last line is missing: the export was cut after {counts}; what was read is imported, repeat with the whole file"
    )
}

/// Stores a model; one that is there already, just like it, is left alone, so that an import can be repeated.
async fn insert(stores: &StorePorts, model: Model) -> anyhow::Result<()> {
    match stores.models.get(model.id).await? {
        Some(present) if present == model => return Ok(()),
        Some(_) => bail!("model {} cannot be imported: it is there already and differs", model.id),
        None => {}
    }
    match stores.models.insert(&model).await {
        Err(ModelStoreError::NameTaken(name)) => {
            bail!("model {} cannot be imported: another model has the name {name}", model.id)
        }
        result => result.with_context(|| format!("model {} cannot be stored", model.id)),
    }
}

async fn append(stores: &StorePorts, rebalance: Option<Rebalance>) -> anyhow::Result<u64> {
    let Some(rebalance) = rebalance else { return Ok(0) };
    let id: RebalanceId = rebalance.header.id;
    let read = rebalance.portfolios.len();
    if usize::try_from(rebalance.header.number_of_portfolios).ok() != Some(read) {
        // Records of the previous service count the portfolios that were asked for.
        tracing::info!(%id, read, counted = rebalance.header.number_of_portfolios, "counts differ");
    }
    stores.rebalances.append(&rebalance).await.with_context(|| format!("rebalance {id} cannot be stored"))?;
    Ok(1)
}

#[cfg(test)]
mod tests;
