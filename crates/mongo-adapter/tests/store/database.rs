//! A database for one test.

use async_trait::async_trait;
use mongo_adapter::{MongoConfig, MongoStore};
use port_contracts::contract::{Fixture, Provides};
use ports::{IdempotencyStore, ModelStore, RebalanceStore, StoreHealth};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ::mongodb::bson::{Document, oid::ObjectId};
use ::mongodb::{Client, Collection, Database};

/// The server that tests use.
#[expect(clippy::disallowed_methods, reason = "tests have no configuration but this")]
pub(crate) fn server_url() -> String {
    std::env::var("TEST_MONGODB_URL").expect(
        "TEST_MONGODB_URL names no MongoDB; run `cargo xtask mongodb run -- cargo nextest run --profile mongodb`",
    )
}

/// The host and port of that server.
pub(crate) fn server_address() -> String {
    let url = server_url();
    let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let hosts = rest.rsplit_once('@').map_or(rest, |(_, hosts)| hosts);
    let host = hosts.split(['/', '?', ',']).next().unwrap_or_default();
    if host.contains(':') { host.to_owned() } else { format!("{host}:27017") }
}

/// The URL of the same server when it is reached at `address`.
pub(crate) fn url_at(address: &str) -> String {
    server_url().replacen(&server_address(), address, 1)
}

/// A configuration for tests: nothing takes long unless a test says so.
pub(crate) fn config(url: &str, database: &str) -> MongoConfig {
    MongoConfig {
        database_default: database.to_owned(),
        app_name: "mongo-adapter-tests".to_owned(),
        max_pool_size: 20,
        server_selection_timeout: Duration::from_secs(10),
        wait_queue_timeout: Duration::from_secs(10),
        operation_timeout: Duration::from_secs(20),
        ..MongoConfig::new(url)
    }
}

/// A database that nobody else uses, and two replicas' views of it.
pub(crate) struct TestDatabase {
    pub(crate) name: String,
    client: Client,
    replicas: [MongoStore; 2],
    next: AtomicUsize,
}

impl TestDatabase {
    pub(crate) async fn new() -> Self {
        let (url, name) = (server_url(), format!("test_{}", ObjectId::new()));
        let client = Client::with_uri_str(&url).await.expect("the URL of the server is valid");
        let open = || async { MongoStore::connect(config(&url, &name)).await.expect("the configuration is valid") };
        let replicas = [open().await, open().await];
        let database = Self { name, client, replicas, next: AtomicUsize::new(0) };
        for replica in &database.replicas {
            until_ready(replica).await;
        }
        database
    }

    /// A replica of the service.
    pub(crate) fn store(&self) -> &MongoStore {
        &self.replicas[self.next.fetch_add(1, Ordering::Relaxed) % 2]
    }

    /// The database itself, as an operator sees it.
    pub(crate) fn raw(&self) -> Database {
        self.client.database(&self.name)
    }

    /// A collection, as an operator sees it.
    pub(crate) fn collection(&self, name: &str) -> Collection<Document> {
        self.raw().collection(name)
    }

    /// Drops everything.
    pub(crate) async fn discard(self) {
        for replica in &self.replicas {
            replica.close(Duration::from_secs(10)).await;
        }
        self.raw().drop().await.expect("dropped");
    }
}

/// Waits until the store can be used.
pub(crate) async fn until_ready(store: &MongoStore) {
    let health = store.health();
    let mut last = None;
    for _ in 0..600 {
        match health.ping().await {
            Ok(_) => return,
            Err(error) => last = Some(error),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the server does not answer: {last:?}");
}

#[async_trait]
impl Fixture for TestDatabase {
    async fn dispose(self) {
        self.discard().await;
    }
}

impl Provides<dyn ModelStore> for TestDatabase {
    fn port(&self) -> Arc<dyn ModelStore> {
        self.store().model_store()
    }
}

impl Provides<dyn RebalanceStore> for TestDatabase {
    fn port(&self) -> Arc<dyn RebalanceStore> {
        self.store().rebalance_store()
    }
}

impl Provides<dyn IdempotencyStore> for TestDatabase {
    fn port(&self) -> Arc<dyn IdempotencyStore> {
        self.store().idempotency_store()
    }
}

impl Provides<dyn StoreHealth> for TestDatabase {
    fn port(&self) -> Arc<dyn StoreHealth> {
        self.store().health()
    }
}
