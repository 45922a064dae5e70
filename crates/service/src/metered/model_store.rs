//! Counts the operations of a model store.

use super::StoreMetrics;
use async_trait::async_trait;
use domain::{Model, ModelId, PortfolioId, Timestamp, Version};
use ports::{DateChange, ModelSort, ModelStore, ModelStoreError, Page, Slice, StoreError};
use std::sync::Arc;

/// A model store whose operations are counted.
pub(crate) struct MeteredModelStore {
    pub(crate) inner: Arc<dyn ModelStore>,
    pub(crate) metrics: StoreMetrics,
}

#[async_trait]
impl ModelStore for MeteredModelStore {
    async fn insert(&self, model: &Model) -> Result<(), ModelStoreError> {
        self.metrics.observe("model_insert", self.inner.insert(model)).await
    }

    async fn get(&self, id: ModelId) -> Result<Option<Model>, StoreError> {
        self.metrics.observe("model_get", self.inner.get(id)).await
    }

    async fn with_portfolio(&self, portfolio_id: &PortfolioId) -> Result<Vec<Model>, StoreError> {
        self.metrics.observe("model_with_portfolio", self.inner.with_portfolio(portfolio_id)).await
    }

    async fn list(&self, sort: &ModelSort, slice: Slice) -> Result<Page<Model>, StoreError> {
        self.metrics.observe("model_list", self.inner.list(sort, slice)).await
    }

    async fn replace(&self, model: &Model, expected: Version, date: DateChange) -> Result<(), ModelStoreError> {
        self.metrics.observe("model_replace", self.inner.replace(model, expected, date)).await
    }

    async fn mark_rebalanced(&self, id: ModelId, date: Timestamp) -> Result<(), ModelStoreError> {
        self.metrics.observe("model_mark_rebalanced", self.inner.mark_rebalanced(id, date)).await
    }

    async fn delete(&self, id: ModelId, expected: Version) -> Result<(), ModelStoreError> {
        self.metrics.observe("model_delete", self.inner.delete(id, expected)).await
    }
}
