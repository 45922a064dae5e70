//! The stores on the server that `TEST_MONGODB_URL` names, in a database of their own.

use mongo_adapter::{MongoConfig, MongoStore};
use std::any::Any;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// One set of stores, with nothing in it.
pub(crate) struct Stores {
    pub(crate) models: Arc<dyn application::ModelStore>,
    pub(crate) rebalances: Arc<dyn application::RebalanceStore>,
    pub(crate) requests: Arc<dyn application::IdempotencyStore>,
    pub(crate) health: Arc<dyn application::StoreHealth>,
    /// What must live as long as the stores do.
    pub(crate) _keep: Box<dyn Any>,
}

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A new set.
#[expect(clippy::disallowed_methods, reason = "tests have no configuration but this")]
pub(crate) async fn open() -> Stores {
    let url = std::env::var("TEST_MONGODB_URL").expect(
        "TEST_MONGODB_URL names no MongoDB; run `cargo xtask mongodb run -- cargo nextest run --profile mongodb`",
    );
    let mut config = MongoConfig::new(url);
    config.database_default = format!("http_{}_{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let store = MongoStore::connect(config).await.expect("the URL can be used");
    let health = store.health();
    for _ in 0..600 {
        if health.ping().await.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    health.ping().await.expect("the server answers");
    Stores {
        models: store.model_store(),
        rebalances: store.rebalance_store(),
        requests: store.idempotency_store(),
        health,
        _keep: Box::new(store),
    }
}
