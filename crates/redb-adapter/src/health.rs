//! Whether the file can be read at present.

use crate::engine::Engine;
use crate::failure::Failure;
use crate::tables::META;
use async_trait::async_trait;
use ports::{StoreError, StoreHealth};
use redb::{ReadableTableMetadata, TableHandle};
use std::sync::Arc;
use std::time::Duration;

/// The port's bound is two seconds; some of it is left for the way back.
const DEADLINE: Duration = Duration::from_millis(1_900);

/// [`StoreHealth`] of the file.
#[derive(Clone)]
pub struct RedbHealth(Arc<Engine>);

impl RedbHealth {
    pub(crate) const fn new(engine: Arc<Engine>) -> Self {
        Self(engine)
    }
}

#[async_trait]
impl StoreHealth for RedbHealth {
    async fn ping(&self) -> Result<Option<u64>, StoreError> {
        let engine = Arc::clone(&self.0);
        let touched = self.0.read::<_, StoreError>(move |txn| {
            if txn.open_table(META)?.is_empty()? {
                return Err(Failure::corrupt("store file", &META.name(), "it has lost its version"));
            }
            Ok(engine.file_size())
        });
        match tokio::time::timeout(DEADLINE, touched).await {
            Ok(answer) => answer,
            Err(elapsed) => Err(StoreError::Timeout(elapsed.into())),
        }
    }
}
