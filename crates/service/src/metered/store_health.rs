//! The size of the store's file, as it was when it was last touched.

use async_trait::async_trait;
use opentelemetry::metrics::{Gauge, Meter};
use ports::{StoreError, StoreHealth};
use std::sync::Arc;

/// A store's health whose answers set `store_file_bytes`.
pub(crate) struct MeteredStoreHealth {
    inner: Arc<dyn StoreHealth>,
    size: Gauge<u64>,
}

impl MeteredStoreHealth {
    pub(crate) fn new(inner: Arc<dyn StoreHealth>, meter: &Meter) -> Self {
        let size = meter.u64_gauge("store_file_bytes").with_description("Bytes that the embedded store's file takes");
        Self { inner, size: size.build() }
    }
}

#[async_trait]
impl StoreHealth for MeteredStoreHealth {
    async fn ping(&self) -> Result<Option<u64>, StoreError> {
        let bytes = self.inner.ping().await?;
        if let Some(bytes) = bytes {
            self.size.record(bytes, &[]);
        }
        Ok(bytes)
    }
}
