//! Where rebalances are kept.

use crate::{Direction, Page, Slice, StoreError};
use async_trait::async_trait;
use domain::rebalance::{PortfolioRebalance, Rebalance, RebalanceHeader};
use domain::{PortfolioId, RebalanceId, Version};
use futures::stream::BoxStream;

/// What rebalances can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RebalanceSortKey {
    /// The id, byte by byte.
    Id,
    /// The model's name at that time, by Unicode code points.
    ModelName,
    /// When the rebalance was made.
    Date,
    /// Portfolios stored with it.
    NumberOfPortfolios,
}

/// One sort key. Ties are broken by ascending id, so that pages never repeat or lose a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RebalanceSort {
    /// What to sort by.
    pub key: RebalanceSortKey,
    /// Which way.
    pub direction: Direction,
}

/// Portfolios of a rebalance as they are read, in the order they were stored.
pub type PortfolioStream = BoxStream<'static, Result<PortfolioRebalance, StoreError>>;

/// Why a rebalance store refused.
#[derive(Debug, thiserror::Error)]
pub enum RebalanceStoreError {
    /// No rebalance has this id.
    #[error("rebalance {0} does not exist")]
    NotFound(RebalanceId),
    /// The stored version is another one.
    #[error("rebalance {id} has version {stored}, not {expected}")]
    VersionConflict {
        /// The rebalance.
        id: RebalanceId,
        /// The version that the caller expected.
        expected: Version,
        /// The version that is stored.
        stored: Version,
    },
    /// The store itself failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Rebalances: written once, whole, read in parts.
#[async_trait]
pub trait RebalanceStore: Send + Sync {
    /// Stores a rebalance under its id. All of it becomes visible at once, when the header is written last; what an
    /// interrupted call leaves is never visible. Repeating a call that was interrupted is allowed and stores it once.
    ///
    /// # Errors
    /// `Unavailable` and `Timeout` leave open whether it was stored: read the header back.
    async fn append(&self, rebalance: &Rebalance) -> Result<(), StoreError>;

    /// The header of this rebalance.
    async fn header(&self, id: RebalanceId) -> Result<Option<RebalanceHeader>, StoreError>;

    /// A part of all headers in this order, and how many there are. With `portfolios`, only rebalances in which at
    /// least one of them was rebalanced (a failed one does not count).
    async fn list(
        &self,
        portfolios: Option<&[PortfolioId]>,
        sort: RebalanceSort,
        slice: Slice,
    ) -> Result<Page<RebalanceHeader>, StoreError>;

    /// Portfolios of this rebalance in the order they were stored, read as the stream is polled, in memory bounded by
    /// a batch. Empty when the rebalance does not exist.
    fn portfolios(&self, id: RebalanceId, slice: Slice) -> PortfolioStream;

    /// One portfolio of this rebalance; `None` when either does not exist.
    async fn portfolio(
        &self,
        id: RebalanceId,
        portfolio_id: &PortfolioId,
    ) -> Result<Option<PortfolioRebalance>, StoreError>;

    /// Removes the rebalance and its portfolios if, and only if, the stored version is `expected`. It is invisible at
    /// once, whole.
    ///
    /// # Errors
    /// `NotFound`; `VersionConflict`; `Store`.
    async fn delete(&self, id: RebalanceId, expected: Version) -> Result<(), RebalanceStoreError>;
}
