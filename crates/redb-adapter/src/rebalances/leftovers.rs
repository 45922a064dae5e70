//! Rows without a header: of calls that were interrupted, and of rebalances that were deleted.

use crate::engine::{Change, Engine};
use crate::failure::Failure;
use crate::tables::{LEFTOVERS, PORTFOLIO_REBALANCES, PORTFOLIOS};
use domain::RebalanceId;
use ports::StoreError;
use redb::{Database, ReadableDatabase, ReadableTable, WriteTransaction};
use std::sync::Arc;

/// The most portfolios that one transaction removes.
const BATCH: usize = 500;

/// Removes what is left of this rebalance, if anything is.
pub(super) async fn clear(engine: &Arc<Engine>, id: RebalanceId) -> Result<(), StoreError> {
    while engine.write(move |txn| remove_some(txn, id)).await? {}
    Ok(())
}

/// Removes all leftovers at start, before anyone else uses the file.
pub(crate) fn sweep(database: &Database) -> Result<(), redb::Error> {
    let mut found = Vec::new();
    for row in database.begin_read()?.open_table(LEFTOVERS)?.iter()? {
        found.push(RebalanceId::from_bytes(*row?.0.value()));
    }
    for id in found {
        tracing::info!(rebalance_id = %id, "removing what an interrupted call has left");
        let mut more = true;
        while more {
            let txn = database.begin_write()?;
            more = step(&txn, id)?.unwrap_or(false);
            txn.commit()?;
        }
    }
    Ok(())
}

fn remove_some(txn: &WriteTransaction, id: RebalanceId) -> Result<Change<bool>, Failure<StoreError>> {
    Ok(match step(txn, id)? {
        Some(more) => Change::Made(more),
        None => Change::None(false),
    })
}

/// Removes some of the leftovers of this rebalance: whether there are more, or nothing if there were none.
fn step(txn: &WriteTransaction, id: RebalanceId) -> Result<Option<bool>, redb::Error> {
    let mut leftovers = txn.open_table(LEFTOVERS)?;
    if leftovers.get(&id.bytes())?.is_none() {
        return Ok(None);
    }
    let more = remove_rows(txn, id, BATCH)? == BATCH;
    if !more {
        leftovers.remove(&id.bytes())?;
    }
    Ok(Some(more))
}

/// Removes up to `most` portfolios of this rebalance; returns how many there were.
pub(super) fn remove_rows(txn: &WriteTransaction, id: RebalanceId, most: usize) -> Result<usize, redb::Error> {
    let (mut portfolios, mut index) = (txn.open_table(PORTFOLIOS)?, txn.open_table(PORTFOLIO_REBALANCES)?);
    let key = id.bytes();
    let mut found = Vec::new();
    for row in portfolios.range((&key, 0)..=(&key, u32::MAX))?.take(most) {
        let (at, row) = row?;
        found.push((at.value().1, *row.value().0));
    }
    for (place, portfolio) in &found {
        portfolios.remove((&key, *place))?;
        index.remove((portfolio, &key))?;
    }
    Ok(found.len())
}
