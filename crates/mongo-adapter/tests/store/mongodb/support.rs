//! A replica of the service whose network fails on command, beside one whose network does not.

use crate::database::{TestDatabase, config, server_address, until_ready, url_at};
use crate::proxy::{Proxy, Rule};
use domain::RebalanceId;
use domain::rebalance::PortfolioRebalance;
use futures::TryStreamExt;
use mongo_adapter::{MongoConfig, MongoStore};
use ports::{ModelStore, RebalanceStore, Slice, StoreError};
use std::sync::Arc;
use std::time::Duration;

/// A database, a proxy in front of it, and a store behind the proxy.
pub(super) struct Faulty {
    pub(super) database: TestDatabase,
    pub(super) proxy: Proxy,
    pub(super) store: MongoStore,
}

/// Short deadlines: the tests wait for them to pass.
pub(super) fn hasty(url: &str, database: &str) -> MongoConfig {
    MongoConfig {
        server_selection_timeout: Duration::from_secs(5),
        operation_timeout: Duration::from_secs(2),
        wait_queue_timeout: Duration::from_millis(300),
        ..config(url, database)
    }
}

impl Faulty {
    pub(super) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// With a change to the usual configuration.
    pub(super) async fn with(change: impl FnOnce(&mut MongoConfig)) -> Self {
        let database = TestDatabase::new().await;
        let proxy = Proxy::open(server_address()).await;
        let mut config = hasty(&url_at(&proxy.address()), &database.name);
        change(&mut config);
        let store = MongoStore::connect(config).await.expect("a valid configuration");
        until_ready(&store).await;
        Self { database, proxy, store }
    }

    /// Models through the failing network.
    pub(super) fn models(&self) -> Arc<dyn ModelStore> {
        self.store.model_store()
    }

    /// Rebalances through the failing network.
    pub(super) fn rebalances(&self) -> Arc<dyn RebalanceStore> {
        self.store.rebalance_store()
    }

    /// Models as another replica sees them.
    pub(super) fn other_models(&self) -> Arc<dyn ModelStore> {
        self.database.store().model_store()
    }

    /// Rebalances as another replica sees them.
    pub(super) fn other_rebalances(&self) -> Arc<dyn RebalanceStore> {
        self.database.store().rebalance_store()
    }

    pub(super) fn rule(&self, rule: Rule) {
        self.proxy.rule(rule);
    }

    pub(super) async fn discard(self) {
        self.store.close(Duration::from_secs(10)).await;
        self.database.discard().await;
    }
}

/// All portfolios of a rebalance.
pub(super) async fn all(store: &dyn RebalanceStore, id: RebalanceId) -> Result<Vec<PortfolioRebalance>, StoreError> {
    store.portfolios(id, Slice::ALL).try_collect().await
}

/// Polls until `holds` says so; fails after a generous time.
pub(super) async fn eventually<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) -> Duration {
    let started = std::time::Instant::now();
    while !holds().await {
        assert!(started.elapsed() < Duration::from_mins(1), "{what}: not within a minute");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    started.elapsed()
}
