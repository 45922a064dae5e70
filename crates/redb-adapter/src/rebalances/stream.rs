//! Reading the portfolios of a rebalance, batch by batch from one snapshot: whole even while it is being deleted.

use super::{decoded, stored};
use crate::engine::Engine;
use crate::failure::Failure;
use crate::tables::{PORTFOLIOS, REBALANCES};
use domain::RebalanceId;
use domain::rebalance::PortfolioRebalance;
use futures::stream::{self, StreamExt, TryStreamExt};
use ports::{PortfolioStream, Slice, StoreError};
use redb::ReadTransaction;
use std::ops::Range;
use std::sync::Arc;

/// A batch ends with the portfolio that brings it to so many bytes.
const BATCH_BYTES: usize = 1024 * 1024;

/// What of the rebalance is still to be read.
struct Rest {
    snapshot: ReadTransaction,
    places: Range<u32>,
}

/// Portfolios of this rebalance.
pub(super) fn portfolios(engine: Arc<Engine>, id: RebalanceId, slice: Slice) -> PortfolioStream {
    let opening = {
        let engine = Arc::clone(&engine);
        async move {
            let snapshot = engine.snapshot().await?;
            engine
                .on_snapshot(snapshot, move |snapshot| {
                    Ok(places(&snapshot, id, slice)?.map(|places| Rest { snapshot, places }))
                })
                .await
        }
    };
    let batches = stream::once(opening).map_ok(move |rest| {
        let engine = Arc::clone(&engine);
        stream::try_unfold(rest, move |rest| next(Arc::clone(&engine), id, rest))
    });
    batches
        .try_flatten()
        .map_ok(|batch: Vec<PortfolioRebalance>| stream::iter(batch.into_iter().map(Ok)))
        .try_flatten()
        .boxed()
}

async fn next(
    engine: Arc<Engine>,
    id: RebalanceId,
    rest: Option<Rest>,
) -> Result<Option<(Vec<PortfolioRebalance>, Option<Rest>)>, StoreError> {
    match rest {
        Some(Rest { snapshot, places }) if !places.is_empty() => {
            engine.on_snapshot(snapshot, move |snapshot| batch(snapshot, id, places).map(Some)).await
        }
        _ => Ok(None),
    }
}

/// The places that the slice names; nothing when the rebalance does not exist.
fn places(
    snapshot: &ReadTransaction,
    id: RebalanceId,
    slice: Slice,
) -> Result<Option<Range<u32>>, Failure<StoreError>> {
    let header = stored::<StoreError>(&snapshot.open_table(REBALANCES)?, id)?;
    Ok(header.map(|header| {
        let end = u64::from(header.number_of_portfolios);
        let start = slice.offset.min(end);
        let end = slice.limit.map_or(end, |limit| start.saturating_add(limit).min(end));
        // Both are at most a number of 32 bits.
        u32::try_from(start).unwrap_or(u32::MAX)..u32::try_from(end).unwrap_or(u32::MAX)
    }))
}

fn batch(
    snapshot: ReadTransaction,
    id: RebalanceId,
    mut places: Range<u32>,
) -> Result<(Vec<PortfolioRebalance>, Option<Rest>), Failure<StoreError>> {
    let mut rows = Vec::new();
    let mut bytes = 0;
    {
        let key = id.bytes();
        let portfolios = snapshot.open_table(PORTFOLIOS)?;
        let mut stored = portfolios.range((&key, places.start)..(&key, places.end))?;
        while bytes < BATCH_BYTES {
            let Some(place) = places.next() else { break };
            let Some(row) = stored.next().transpose()?.filter(|(at, _)| at.value().1 == place) else {
                return Err(Failure::corrupt("rebalance", &id, format!("its portfolio in place {place} is not there")));
            };
            bytes += row.1.value().1.len();
            rows.push(decoded(id, row.1.value())?);
        }
    }
    Ok((rows, Some(Rest { snapshot, places })))
}
