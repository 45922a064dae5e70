//! Rebalances in the file: a header, which is the commit point, and one row per portfolio.
//!
//! A rebalance of many positions is written in several transactions, so that neither memory nor the time that other
//! writers wait grows with it. Until the last one has written the header, its id stands among the leftovers and
//! nothing of it is visible; the same while a removed one is being cleared away.

mod append;
mod leftovers;
mod list;
mod stream;

pub(crate) use leftovers::sweep;

use crate::engine::{Change, Engine};
use crate::failure::Failure;
use crate::models::portfolio_key;
use crate::records::{header, portfolio};
use crate::tables::{Id, LEFTOVERS, PORTFOLIO_REBALANCES, PORTFOLIOS, REBALANCE_ORDER, REBALANCES, bytes_at};
use async_trait::async_trait;
use domain::rebalance::{PortfolioRebalance, Rebalance, RebalanceHeader};
use domain::{PortfolioId, RebalanceId, Version};
use ports::{Page, PortfolioStream, RebalanceSort, RebalanceStore, RebalanceStoreError, Slice, StoreError};
use redb::ReadableTable;
use std::sync::Arc;
use tokio::sync::Mutex;

/// [`RebalanceStore`] of the file.
#[derive(Clone)]
pub struct RedbRebalanceStore {
    engine: Arc<Engine>,
    /// Held by whoever writes or clears away a rebalance in several transactions.
    long_work: Arc<Mutex<()>>,
}

impl RedbRebalanceStore {
    pub(crate) fn new(engine: Arc<Engine>) -> Self {
        let long_work = engine.long_work();
        Self { engine, long_work }
    }
}

/// The header under this id.
fn stored<E: From<StoreError>>(
    rebalances: &impl ReadableTable<&'static Id, &'static [u8]>,
    id: RebalanceId,
) -> Result<Option<RebalanceHeader>, Failure<E>> {
    let bytes = bytes_at(rebalances, &id.bytes())?;
    bytes.map(|bytes| header::decode(id, &bytes).map_err(|cause| Failure::corrupt("rebalance", &id, cause))).transpose()
}

/// The portfolio of a row: what its id and its bytes say.
fn decoded<E: From<StoreError>>(id: RebalanceId, row: (&[u8; 24], &[u8])) -> Result<PortfolioRebalance, Failure<E>> {
    let text = String::from_utf8_lossy(row.0);
    let corrupt = |cause: Box<dyn std::error::Error + Send + Sync>| {
        Failure::corrupt("rebalanced portfolio", &format_args!("{id}/{text}"), cause)
    };
    let portfolio_id: PortfolioId = text.parse().map_err(|wrong: domain::IdError| corrupt(wrong.into()))?;
    portfolio::decode(portfolio_id, row.1).map_err(|wrong| corrupt(wrong.into()))
}

#[async_trait]
impl RebalanceStore for RedbRebalanceStore {
    async fn append(&self, rebalance: &Rebalance) -> Result<(), StoreError> {
        append::append(self, rebalance).await
    }

    async fn header(&self, id: RebalanceId) -> Result<Option<RebalanceHeader>, StoreError> {
        self.engine.read(move |txn| stored(&txn.open_table(REBALANCES)?, id)).await
    }

    async fn list(
        &self,
        portfolios: Option<&[PortfolioId]>,
        sort: RebalanceSort,
        slice: Slice,
    ) -> Result<Page<RebalanceHeader>, StoreError> {
        let wanted = portfolios.map(|ids| ids.iter().map(portfolio_key).collect::<Vec<_>>());
        self.engine.read(move |txn| list::page(txn, wanted.as_deref(), sort, slice)).await
    }

    fn portfolios(&self, id: RebalanceId, slice: Slice) -> PortfolioStream {
        stream::portfolios(Arc::clone(&self.engine), id, slice)
    }

    async fn portfolio(
        &self,
        id: RebalanceId,
        portfolio_id: &PortfolioId,
    ) -> Result<Option<PortfolioRebalance>, StoreError> {
        let key = portfolio_key(portfolio_id);
        self.engine
            .read(move |txn| {
                if txn.open_table(REBALANCES)?.get(&id.bytes())?.is_none() {
                    return Ok(None);
                }
                let Some(place) = txn.open_table(PORTFOLIO_REBALANCES)?.get((&key, &id.bytes()))? else {
                    return Ok(None);
                };
                match txn.open_table(PORTFOLIOS)?.get((&id.bytes(), place.value()))? {
                    Some(row) => decoded(id, row.value()).map(Some),
                    None => Err(Failure::corrupt("rebalance", &id, "a portfolio that an index lists is not there")),
                }
            })
            .await
    }

    async fn delete(&self, id: RebalanceId, expected: Version) -> Result<(), RebalanceStoreError> {
        // First, so that no one takes the leftovers for those of an interrupted call.
        let working = Arc::clone(&self.long_work).lock_owned().await;
        self.engine
            .write::<_, RebalanceStoreError>(move |txn| {
                let mut rebalances = txn.open_table(REBALANCES)?;
                let header = stored(&rebalances, id)?.ok_or(Failure::Refused(RebalanceStoreError::NotFound(id)))?;
                if header.version != expected {
                    let stored = header.version;
                    return Err(Failure::Refused(RebalanceStoreError::VersionConflict { id, expected, stored }));
                }
                rebalances.remove(&id.bytes())?;
                txn.open_table(REBALANCE_ORDER)?.remove(&id.bytes())?;
                txn.open_table(LEFTOVERS)?.insert(&id.bytes(), ())?;
                Ok(Change::Made(()))
            })
            .await?;
        // The rebalance is gone; what is left of it takes room only, and the next start removes it at the latest.
        if let Err(error) = leftovers::clear(&self.engine, id).await {
            tracing::warn!(rebalance_id = %id, %error, "the rows of a deleted rebalance stay until the next start");
        }
        drop(working);
        Ok(())
    }
}
