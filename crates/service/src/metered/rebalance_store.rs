//! Counts the operations of a rebalance store.

use super::StoreMetrics;
use super::store::Label;
use async_trait::async_trait;
use domain::rebalance::{PortfolioRebalance, Rebalance, RebalanceHeader};
use domain::{PortfolioId, RebalanceId, Version};
use futures::StreamExt;
use ports::{Page, PortfolioStream, RebalanceSort, RebalanceStore, RebalanceStoreError, Slice, StoreError};
use std::sync::Arc;
use tokio::time::Instant;

/// A rebalance store whose operations are counted.
pub(crate) struct MeteredRebalanceStore {
    pub(crate) inner: Arc<dyn RebalanceStore>,
    pub(crate) metrics: StoreMetrics,
}

/// Counts a stream when it is dropped: read to its end, left early, or failed.
struct Reading {
    metrics: StoreMetrics,
    start: Instant,
    outcome: &'static str,
}

impl Reading {
    fn note(&mut self, row: &Result<PortfolioRebalance, StoreError>) {
        if let Err(error) = row {
            self.outcome = error.label();
        }
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.metrics.ended("rebalance_portfolios", self.outcome, self.start);
    }
}

#[async_trait]
impl RebalanceStore for MeteredRebalanceStore {
    async fn append(&self, rebalance: &Rebalance) -> Result<(), StoreError> {
        self.metrics.observe("rebalance_append", self.inner.append(rebalance)).await
    }

    async fn header(&self, id: RebalanceId) -> Result<Option<RebalanceHeader>, StoreError> {
        self.metrics.observe("rebalance_header", self.inner.header(id)).await
    }

    async fn list(
        &self,
        portfolios: Option<&[PortfolioId]>,
        sort: RebalanceSort,
        slice: Slice,
    ) -> Result<Page<RebalanceHeader>, StoreError> {
        self.metrics.observe("rebalance_list", self.inner.list(portfolios, sort, slice)).await
    }

    fn portfolios(&self, id: RebalanceId, slice: Slice) -> PortfolioStream {
        let mut reading = Reading { metrics: self.metrics.clone(), start: Instant::now(), outcome: "ok" };
        self.inner.portfolios(id, slice).inspect(move |row| reading.note(row)).boxed()
    }

    async fn portfolio(
        &self,
        id: RebalanceId,
        portfolio_id: &PortfolioId,
    ) -> Result<Option<PortfolioRebalance>, StoreError> {
        self.metrics.observe("rebalance_portfolio", self.inner.portfolio(id, portfolio_id)).await
    }

    async fn delete(&self, id: RebalanceId, expected: Version) -> Result<(), RebalanceStoreError> {
        self.metrics.observe("rebalance_delete", self.inner.delete(id, expected)).await
    }
}
