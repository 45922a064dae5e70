//! Writing a rebalance.

use super::RedbRebalanceStore;
use super::leftovers::{clear, remove_rows};
use crate::engine::Change;
use crate::failure::Failure;
use crate::models::portfolio_key;
use crate::records::{header, portfolio};
use crate::tables::{LEFTOVERS, PORTFOLIO_REBALANCES, PORTFOLIOS, REBALANCE_ORDER, REBALANCES};
use domain::RebalanceId;
use domain::rebalance::{PortfolioRebalance, Rebalance, RebalanceHeader};
use ports::StoreError;
use redb::WriteTransaction;
use std::ops::Range;
use std::sync::Arc;

/// The most positions of one transaction: about a megabyte, a few milliseconds.
const BATCH_POSITIONS: usize = 5_000;
/// The most portfolios of one transaction, however few positions they have.
const BATCH_PORTFOLIOS: usize = 500;

type Outcome<T> = Result<T, Failure<StoreError>>;

/// Stores the rebalance unless it is stored.
pub(super) async fn append(store: &RedbRebalanceStore, rebalance: &Rebalance) -> Result<(), StoreError> {
    let mut batches = batches(&rebalance.portfolios);
    let last = batches.pop().unwrap_or(0..0);
    if batches.is_empty() {
        return finish(store, rebalance, last).await;
    }
    let working = Arc::clone(&store.long_work).lock_owned().await;
    let id = rebalance.header.id;
    // Whatever an interrupted call has left is written anew.
    clear(&store.engine, id).await?;
    for batch in batches {
        let (first, rows) = (batch.start, rebalance.portfolios[batch].to_vec());
        let written = store.engine.write(move |txn| write_part(txn, id, first, &rows)).await?;
        if written == Written::Before {
            return Ok(());
        }
    }
    finish(store, rebalance, last).await?;
    drop(working);
    Ok(())
}

#[derive(PartialEq, Eq)]
enum Written {
    /// By this call.
    Now,
    /// By an earlier call, all of it.
    Before,
}

/// Writes the last portfolios and the header: the commit point.
async fn finish(store: &RedbRebalanceStore, rebalance: &Rebalance, last: Range<usize>) -> Result<(), StoreError> {
    let (first, rows) = (last.start, rebalance.portfolios[last].to_vec());
    let header = rebalance.header.clone();
    store
        .engine
        .write(move |txn| {
            let id = header.id;
            if is_stored(txn, id)? {
                return Ok(Change::None(()));
            }
            let unfinished = txn.open_table(LEFTOVERS)?.remove(&id.bytes())?.is_some();
            if unfinished && first == 0 {
                // A removed rebalance of this id was not cleared away yet.
                remove_rows(txn, id, usize::MAX)?;
            }
            write_rows(txn, id, first, &rows)?;
            write_header(txn, &header)?;
            Ok(Change::Made(()))
        })
        .await
}

fn write_part(
    txn: &WriteTransaction,
    id: RebalanceId,
    first: usize,
    rows: &[PortfolioRebalance],
) -> Outcome<Change<Written>> {
    if is_stored(txn, id)? {
        return Ok(Change::None(Written::Before));
    }
    txn.open_table(LEFTOVERS)?.insert(&id.bytes(), ())?;
    write_rows(txn, id, first, rows)?;
    Ok(Change::Made(Written::Now))
}

fn is_stored(txn: &WriteTransaction, id: RebalanceId) -> Outcome<bool> {
    use redb::ReadableTable;
    Ok(txn.open_table(REBALANCES)?.get(&id.bytes())?.is_some())
}

fn write_rows(txn: &WriteTransaction, id: RebalanceId, first: usize, rows: &[PortfolioRebalance]) -> Outcome<()> {
    let (mut portfolios, mut index) = (txn.open_table(PORTFOLIOS)?, txn.open_table(PORTFOLIO_REBALANCES)?);
    for (place, row) in (first..).zip(rows) {
        let place = u32::try_from(place).map_err(|many| Failure::corrupt("rebalance", &id, many))?;
        let bytes = portfolio::encode(row).map_err(|cause| Failure::corrupt("rebalance", &id, cause))?;
        let key = portfolio_key(&row.portfolio_id);
        portfolios.insert((&id.bytes(), place), (&key, bytes.as_slice()))?;
        index.insert((&key, &id.bytes()), place)?;
    }
    Ok(())
}

fn write_header(txn: &WriteTransaction, header: &RebalanceHeader) -> Outcome<()> {
    let id = header.id.bytes();
    let keys = (header.date.timestamp_millis(), header.number_of_portfolios, header.model_name.as_str());
    txn.open_table(REBALANCE_ORDER)?.insert(&id, keys)?;
    let bytes = header::encode(header).map_err(|cause| Failure::corrupt("rebalance", &header.id, cause))?;
    txn.open_table(REBALANCES)?.insert(&id, bytes.as_slice())?;
    Ok(())
}

/// The portfolios of each transaction; none when there are none.
fn batches(portfolios: &[PortfolioRebalance]) -> Vec<Range<usize>> {
    let mut batches = Vec::new();
    let (mut start, mut positions) = (0, 0);
    for (place, portfolio) in portfolios.iter().enumerate() {
        let count = portfolio.positions.len();
        if place > start && (positions + count > BATCH_POSITIONS || place - start == BATCH_PORTFOLIOS) {
            batches.push(start..place);
            (start, positions) = (place, 0);
        }
        positions += count;
    }
    if start < portfolios.len() {
        batches.push(start..portfolios.len());
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;
    use port_contracts::rebalance_builder;

    #[test]
    fn batches_are_bounded_and_cover_everything_once() {
        for (portfolios, positions, ends) in [
            (0, 0, &[] as &[usize]),
            (1, 0, &[1]),
            (500, 1, &[500]),
            (501, 1, &[500, 501]),
            (100, 50, &[100]),
            (101, 50, &[100, 101]),
            (2, 6_000, &[1, 2]),
        ] {
            let starts = [0].iter().chain(ends);
            let wanted: Vec<_> = starts.zip(ends).map(|(start, end)| *start..*end).collect();
            let rebalance = rebalance_builder(1).portfolios(0..portfolios).positions(positions).build();
            assert_eq!(batches(&rebalance.portfolios), wanted, "{portfolios} × {positions}");
        }
    }
}
