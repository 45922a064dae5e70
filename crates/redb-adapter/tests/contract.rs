//! The redb stores keep the contract of their ports.

use port_contracts::contract::{Fixture, Provides};
use ports::{IdempotencyStore, ModelStore, RebalanceStore, StoreHealth};
use redb_adapter::RedbStore;
use std::sync::Arc;
use tempfile::TempDir;

/// A store in a directory of its own.
struct InDirectory {
    store: RedbStore,
    _directory: TempDir,
}

impl InDirectory {
    #[expect(clippy::expect_used, reason = "without its store a test can only fail")]
    fn new() -> Self {
        let directory = TempDir::new().expect("a directory");
        let store = RedbStore::open(directory.path().join("store.redb")).expect("a new store");
        Self { store, _directory: directory }
    }
}

impl Fixture for InDirectory {}

impl Provides<dyn ModelStore> for InDirectory {
    fn port(&self) -> Arc<dyn ModelStore> {
        Arc::new(self.store.model_store())
    }
}

impl Provides<dyn RebalanceStore> for InDirectory {
    fn port(&self) -> Arc<dyn RebalanceStore> {
        Arc::new(self.store.rebalance_store())
    }
}

impl Provides<dyn IdempotencyStore> for InDirectory {
    fn port(&self) -> Arc<dyn IdempotencyStore> {
        Arc::new(self.store.idempotency_store())
    }
}

impl Provides<dyn StoreHealth> for InDirectory {
    fn port(&self) -> Arc<dyn StoreHealth> {
        Arc::new(self.store.health())
    }
}

port_contracts::model_store_contract!(InDirectory::new());
port_contracts::rebalance_store_contract!(InDirectory::new());
port_contracts::idempotency_store_contract!(InDirectory::new());
port_contracts::store_health_contract!(InDirectory::new());
