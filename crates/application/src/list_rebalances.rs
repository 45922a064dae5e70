//! List stored rebalances.

use domain::PortfolioId;
use domain::rebalance::RebalanceHeader;
use ports::{Page, RebalanceSort, RebalanceStore, Slice, StoreError};
use std::sync::Arc;

/// Reads headers of rebalances; their portfolios are streamed by [`crate::ReadRebalance`].
pub struct ListRebalances {
    pub(crate) rebalances: Arc<dyn RebalanceStore>,
}

impl ListRebalances {
    /// A part of all headers in this order; with `portfolios`, of those in which one of them was rebalanced.
    pub async fn run(
        &self,
        portfolios: Option<&[PortfolioId]>,
        sort: RebalanceSort,
        slice: Slice,
    ) -> Result<Page<RebalanceHeader>, StoreError> {
        self.rebalances.list(portfolios, sort, slice).await
    }
}
