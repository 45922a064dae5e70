//! Portfolios, batch by batch. A batch is one command with a cursor of its own, found by its place in the rebalance:
//! nothing is held on the server between batches, a slow reader keeps no connection, and a batch that was cut off is
//! read again by the driver.

use super::portfolio::{portfolio_of, seq_of, these};
use super::{Place, corrupt, object_id, stored};
use crate::connection::Connection;
use crate::fields::Fields;
use crate::store::Handle;
use domain::rebalance::PortfolioRebalance;
use domain::{PortfolioId, RebalanceId};
use futures::{StreamExt, TryStreamExt, stream};
use mongodb::bson::{doc, oid::ObjectId};
use ports::{PortfolioStream, Slice, StoreError};
use std::ops::Range;

/// Portfolios per batch: 3 MB when each has 100 positions.
const BATCH: u64 = 64;

/// How far a stream has come.
struct Reading {
    handle: Handle,
    id: RebalanceId,
    place: Option<Place>,
    /// The next portfolio, and the first that is not wanted, counted from 0.
    next: u64,
    end: u64,
}

pub(super) fn portfolios(handle: Handle, id: RebalanceId, slice: Slice) -> PortfolioStream {
    let end = slice.limit.map_or(u64::MAX, |limit| slice.offset.saturating_add(limit));
    let reading = Reading { handle, id, place: None, next: slice.offset, end };
    let batches = stream::try_unfold(reading, |mut reading| async move {
        let batch = reading.batch().await?;
        Ok((!batch.is_empty()).then_some((batch, reading)))
    });
    batches.map_ok(|batch| stream::iter(batch.into_iter().map(Ok))).try_flatten().boxed()
}

impl Reading {
    /// The next portfolios; none at the end.
    async fn batch(&mut self) -> Result<Vec<PortfolioRebalance>, StoreError> {
        if self.next >= self.end {
            return Ok(Vec::new());
        }
        let place = match self.place {
            Some(place) => place,
            None => match stored(&self.handle, self.id).await? {
                Some(stored) => stored.place,
                None => return Ok(Vec::new()),
            },
        };
        let first = self.place.replace(place).is_none();
        let batch = match place {
            Place::Apart { attempt, count, .. } => {
                self.end = self.end.min(count);
                let wanted = self.end.saturating_sub(self.next).min(BATCH);
                if wanted == 0 {
                    return Ok(Vec::new());
                }
                match apart(&self.handle, self.id, attempt, self.next..self.next + wanted).await? {
                    Some(batch) => batch,
                    None => return Err(self.vanished().await),
                }
            }
            Place::Inside => match inside(&self.handle, self.id, self.next, (self.end - self.next).min(BATCH)).await? {
                Some(batch) => batch,
                None if first => Vec::new(),
                None => return Err(self.vanished().await),
            },
        };
        self.next += batch.len() as u64;
        Ok(batch)
    }

    /// Why fewer portfolios are there than there were: a reader must not take a part for the whole.
    async fn vanished(&self) -> StoreError {
        match stored(&self.handle, self.id).await {
            Ok(None) => StoreError::Unavailable(format!("rebalance {} was deleted while it was read", self.id).into()),
            Ok(Some(_)) => StoreError::Corrupt {
                kind: "rebalance",
                id: self.id.to_string(),
                cause: format!("portfolios are missing from number {} on", self.next).into(),
            },
            Err(error) => error,
        }
    }
}

/// The portfolios of these numbers; `None` when one of them is missing.
async fn apart(
    connection: &Connection,
    id: RebalanceId,
    attempt: ObjectId,
    seqs: Range<u64>,
) -> Result<Option<Vec<PortfolioRebalance>>, StoreError> {
    let found = connection.collections.portfolios.find(these(attempt, seqs.clone()));
    let reading = async { found.await?.try_collect::<Vec<_>>().await };
    let documents = connection.read("read portfolios", reading).await?;
    let read = |document| Ok((seq_of(Fields::new(document))?, portfolio_of(Fields::new(document))?));
    let portfolios: Result<Vec<_>, _> = documents.iter().map(|document| read(document)).collect();
    let mut portfolios = portfolios.map_err(corrupt(id))?;
    portfolios.sort_by_key(|(seq, _)| *seq);
    let complete = portfolios.iter().map(|(seq, _)| *seq).eq(seqs);
    Ok(complete.then(|| portfolios.into_iter().map(|(_, portfolio)| portfolio).collect()))
}

/// A part of the nested portfolios; `None` when the record is gone.
async fn inside(
    connection: &Connection,
    id: RebalanceId,
    next: u64,
    wanted: u64,
) -> Result<Option<Vec<PortfolioRebalance>>, StoreError> {
    // A record of 16 MiB cannot hold as many portfolios as an i32 can count.
    let Ok(next) = i32::try_from(next) else { return Ok(Some(Vec::new())) };
    let slice = doc! { "portfolios": { "$slice": [next, i32::try_from(wanted).unwrap_or(i32::MAX)] } };
    let finding = connection.collections.rebalances.find_one(doc! { "_id": object_id(id) }).projection(slice);
    let found = connection.read("read nested portfolios", finding.into_future()).await?;
    let read = |fields: Fields<'_>| fields.documents("portfolios", portfolio_of);
    found.map(|record| read(Fields::new(&record)).map_err(corrupt(id))).transpose()
}

pub(super) async fn portfolio(
    connection: &Connection,
    id: RebalanceId,
    portfolio_id: &PortfolioId,
) -> Result<Option<PortfolioRebalance>, StoreError> {
    match stored(connection, id).await?.map(|stored| stored.place) {
        None => Ok(None),
        Some(Place::Apart { attempt, .. }) => {
            let filter = doc! { "portfolio_id": portfolio_id.as_str(), "attempt_id": attempt };
            let finding = connection.collections.portfolios.find_one(filter);
            let found = connection.read("read a portfolio", finding.into_future()).await?;
            found.map(|document| portfolio_of(Fields::new(&document)).map_err(corrupt(id))).transpose()
        }
        Some(Place::Inside) => {
            let this_one = doc! { "portfolios": { "$elemMatch": { "portfolio_id": portfolio_id.as_str() } } };
            let finding = connection.collections.rebalances.find_one(doc! { "_id": object_id(id) });
            let finding = finding.projection(this_one);
            let found = connection.read("read a nested portfolio", finding.into_future()).await?;
            let read = |fields: Fields<'_>| fields.maybe("portfolios", |all, field| all.documents(field, portfolio_of));
            let found = found.map(|record| read(Fields::new(&record)).map_err(corrupt(id))).transpose()?;
            Ok(found.flatten().and_then(|mut portfolios| portfolios.pop()))
        }
    }
}
