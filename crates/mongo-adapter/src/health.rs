//! Whether the store can be used.

use crate::fault::Fault;
use crate::outage::Kind;
use crate::store::Handle;
use async_trait::async_trait;
use mongodb::bson::doc;
use ports::{StoreError, StoreHealth};
use std::time::Duration;

/// The port promises an answer within two seconds.
const LIMIT: Duration = Duration::from_millis(1_500);

pub(crate) struct MongoStoreHealth(Handle);

impl MongoStoreHealth {
    pub(crate) const fn new(handle: Handle) -> Self {
        Self(handle)
    }
}

#[async_trait]
impl StoreHealth for MongoStoreHealth {
    async fn ping(&self) -> Result<Option<u64>, StoreError> {
        if let Some(error) = self.0.not_ready() {
            return Err(error);
        }
        // Not queued behind other commands: a busy store is a working store.
        let ping = self.0.database().run_command(doc! { "ping": 1 });
        self.0.timed("ping", Kind::Read, LIMIT, ping.into_future()).await.map_err(Fault::into_store_error).map(|_| None)
    }
}
