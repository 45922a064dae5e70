//! Writes an export.

use super::Counts;
use super::lines::{self, FORMAT, Line};
use super::pages;
use crate::stores::StorePorts;
use anyhow::bail;
use domain::Model;
use domain::rebalance::RebalanceHeader;
use futures::TryStreamExt;
use ports::{Direction, ModelSortKey, RebalanceSort, RebalanceSortKey, Slice};
use std::io::Write;

/// Writes all that the stores hold.
pub(super) async fn write_all(stores: &StorePorts, out: &mut impl Write) -> anyhow::Result<Counts> {
    let mut counts = Counts::default();
    lines::write(out, &Line::Format { version: FORMAT })?;
    let by_id = vec![(ModelSortKey::Id, Direction::Ascending)];
    let mut models = pages::by_id(async |slice| stores.models.list(&by_id, slice).await, |model: &Model| model.id);
    while let Some(page) = models.next().await? {
        for model in &page {
            lines::write(out, &Line::Model(model.into()))?;
            counts.models += 1;
        }
    }
    let by_id = RebalanceSort { key: RebalanceSortKey::Id, direction: Direction::Ascending };
    let mut headers = pages::by_id(
        async |slice| stores.rebalances.list(None, by_id, slice).await,
        |header: &RebalanceHeader| header.id,
    );
    while let Some(page) = headers.next().await? {
        for header in &page {
            counts.rebalances += write_rebalance(stores, header, out).await?;
        }
    }
    lines::write(out, &Line::End { models: counts.models, rebalances: counts.rebalances })?;
    Ok(counts)
}

/// Writes a rebalance, and takes it back if it was deleted meanwhile; returns how many count.
async fn write_rebalance(stores: &StorePorts, header: &RebalanceHeader, out: &mut impl Write) -> anyhow::Result<u64> {
    lines::write(out, &Line::Rebalance(header.into()))?;
    let (mut rows, mut positions) = (0_u64, 0_u64);
    let mut portfolios = stores.rebalances.portfolios(header.id, Slice::ALL);
    while let Some(portfolio) = portfolios.try_next().await? {
        lines::write(out, &Line::Portfolio((&portfolio).into()))?;
        rows += 1;
        positions += portfolio.positions.len() as u64;
    }
    let expected = (u64::from(header.number_of_portfolios), header.number_of_positions);
    if (rows, positions) == expected {
        return Ok(1);
    }
    if stores.rebalances.header(header.id).await?.is_some() {
        bail!(
            "rebalance {} counts {} portfolios and {} positions, but {rows} and {positions} are stored: it is damaged",
            header.id,
            expected.0,
            expected.1
        );
    }
    lines::write(out, &Line::Withdrawn)?;
    Ok(0)
}
