//! The stores in memory.

use port_contracts::{MemoryIdempotencyStore, MemoryModelStore, MemoryRebalanceStore};
use std::any::Any;
use std::sync::Arc;

/// One set of stores, with nothing in it.
pub(crate) struct Stores {
    pub(crate) models: Arc<dyn application::ModelStore>,
    pub(crate) rebalances: Arc<dyn application::RebalanceStore>,
    pub(crate) requests: Arc<dyn application::IdempotencyStore>,
    pub(crate) health: Arc<dyn application::StoreHealth>,
    /// What must live as long as the stores do.
    pub(crate) _keep: Box<dyn Any>,
}

/// A new set.
#[expect(clippy::unused_async, reason = "the stores of other suites are opened over a network")]
pub(crate) async fn open() -> Stores {
    let models = Arc::new(MemoryModelStore::default());
    Stores {
        models: models.clone(),
        rebalances: Arc::new(MemoryRebalanceStore::default()),
        requests: Arc::new(MemoryIdempotencyStore::default()),
        health: models,
        _keep: Box::new(()),
    }
}
