//! Reads an export.

use super::Counts;
use super::lines::{self, FORMAT, Line};
use crate::stores::StorePorts;
use anyhow::{Context, bail};
use domain::Model;
use domain::rebalance::{PortfolioRebalance, Rebalance, RebalanceHeader};
use ports::ModelStoreError;
use std::io::BufRead;

/// Stores all that an export holds.
pub(super) async fn read_all(stores: &StorePorts, input: impl BufRead) -> anyhow::Result<Counts> {
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
        if matches!(line, Line::Withdrawn) {
            open.take().with_context(|| format!("line {number} takes back nothing"))?;
        }
        if !matches!(line, Line::Portfolio(_)) {
            counts.rebalances += append(stores, open.take()).await?;
        }
        match line {
            Line::Format { .. } => bail!("line {number} begins another export"),
            Line::Withdrawn => {}
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

/// Stores a rebalance whose lines have all been read; one whose portfolios are not those that it counts is refused.
async fn append(stores: &StorePorts, rebalance: Option<Rebalance>) -> anyhow::Result<u64> {
    let Some(rebalance) = rebalance else { return Ok(0) };
    let header = &rebalance.header;
    let positions: usize = rebalance.portfolios.iter().map(|portfolio| portfolio.positions.len()).sum();
    let (rows, positions) = (rebalance.portfolios.len() as u64, positions as u64);
    if (rows, positions) != (u64::from(header.number_of_portfolios), header.number_of_positions) {
        bail!(
            "rebalance {} counts {} portfolios and {} positions, but its lines hold {rows} and {positions}: lines are missing",
            header.id,
            header.number_of_portfolios,
            header.number_of_positions
        );
    }
    stores.rebalances.append(&rebalance).await.with_context(|| format!("rebalance {} cannot be stored", header.id))?;
    Ok(1)
}
