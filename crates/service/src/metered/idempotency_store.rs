//! Counts the operations of the memory of keyed requests.

use super::StoreMetrics;
use async_trait::async_trait;
use domain::Timestamp;
use ports::{Claim, ClaimRequest, HeldClaim, IdempotencyStore, ResourceId, StoreError};
use std::sync::Arc;

/// A memory of keyed requests whose operations are counted.
pub(crate) struct MeteredIdempotencyStore {
    pub(crate) inner: Arc<dyn IdempotencyStore>,
    pub(crate) metrics: StoreMetrics,
}

#[async_trait]
impl IdempotencyStore for MeteredIdempotencyStore {
    async fn claim(&self, request: &ClaimRequest) -> Result<Claim, StoreError> {
        self.metrics.observe("request_claim", self.inner.claim(request)).await
    }

    async fn complete(&self, claim: &HeldClaim, status: u16, resource_id: ResourceId) -> Result<(), StoreError> {
        self.metrics.observe("request_complete", self.inner.complete(claim, status, resource_id)).await
    }

    async fn release(&self, claim: &HeldClaim) -> Result<(), StoreError> {
        self.metrics.observe("request_release", self.inner.release(claim)).await
    }

    async fn purge(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.metrics.observe("request_purge", self.inner.purge(now)).await
    }
}
