//! The configured store, behind its ports.

use crate::config::{Config, StoreConfig};
use crate::metered::{MeteredIdempotencyStore, MeteredModelStore, MeteredRebalanceStore, StoreMetrics};
use anyhow::Context;
use mongo_adapter::{MongoConfig, MongoStore};
use ports::{IdempotencyStore, ModelStore, RebalanceStore, StoreHealth};
use redb_adapter::RedbStore;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How long a store may take to close.
pub(crate) const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long all of one rebalance may take to be written: a keyed request is taken for dead only after this.
pub(crate) const APPEND_TIMEOUT: Duration = Duration::from_mins(2);
/// The name of the embedded store's file in `DATA_DIR`.
const FILE_NAME: &str = "order-generation.redb";

/// The store's ports.
#[derive(Clone)]
pub(crate) struct StorePorts {
    pub(crate) models: Arc<dyn ModelStore>,
    pub(crate) rebalances: Arc<dyn RebalanceStore>,
    pub(crate) requests: Arc<dyn IdempotencyStore>,
    pub(crate) health: Arc<dyn StoreHealth>,
}

/// An open store.
pub(crate) struct Stores {
    pub(crate) ports: StorePorts,
    backend: Backend,
}

enum Backend {
    Embedded(RedbStore),
    Mongo(MongoStore),
}

impl Stores {
    /// Opens the embedded store, or gets a MongoDB ready; the latter need not be up yet.
    pub(crate) async fn open(config: &Config) -> anyhow::Result<Self> {
        match &config.store {
            StoreConfig::Embedded { data_dir } => {
                let data_dir = data_dir.clone();
                // Opening reads and checks the whole file.
                tokio::task::spawn_blocking(move || Self::embedded(&data_dir)).await?
            }
            StoreConfig::Mongo {
                url,
                database,
                max_pool_size,
                timeout,
                wait_queue_timeout,
                server_selection_timeout,
                connect_timeout,
                app_name,
            } => {
                let mongo = MongoConfig {
                    database_default: database.clone(),
                    app_name: app_name.clone(),
                    max_pool_size: *max_pool_size,
                    operation_timeout: *timeout,
                    wait_queue_timeout: *wait_queue_timeout,
                    server_selection_timeout: *server_selection_timeout,
                    connect_timeout: *connect_timeout,
                    append_timeout: APPEND_TIMEOUT,
                    ..MongoConfig::new(url.0.clone())
                };
                let store = MongoStore::connect(mongo).await.context("MongoDB cannot be used as configured")?;
                let ports = StorePorts {
                    models: store.model_store(),
                    rebalances: store.rebalance_store(),
                    requests: store.idempotency_store(),
                    health: store.health(),
                };
                Ok(Self { ports, backend: Backend::Mongo(store) })
            }
        }
    }

    /// Opens the store in a file of this directory, which is created when missing. Blocks.
    pub(crate) fn embedded(data_dir: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(data_dir)
            .with_context(|| format!("DATA_DIR {} cannot be created", data_dir.display()))?;
        let path = data_dir.join(FILE_NAME);
        let store = RedbStore::open(&path)?;
        tracing::warn!(
            path = %path.display(),
            "MONGODB_URL is not set: models and rebalances are kept in a file on this machine only"
        );
        let ports = StorePorts {
            models: Arc::new(store.model_store()),
            rebalances: Arc::new(store.rebalance_store()),
            requests: Arc::new(store.idempotency_store()),
            health: Arc::new(store.health()),
        };
        Ok(Self { ports, backend: Backend::Embedded(store) })
    }

    /// Lets writes that are going on end, at most `limit`, and closes the store. Every later call fails.
    pub(crate) async fn close(self, limit: Duration) -> anyhow::Result<()> {
        match self.backend {
            Backend::Embedded(store) => {
                let closed = tokio::task::spawn_blocking(move || store.close()).await?;
                closed.map_err(|error| anyhow::Error::from_boxed(error).context("the store could not be closed"))
            }
            Backend::Mongo(store) => {
                store.close(limit).await;
                Ok(())
            }
        }
    }
}

impl StorePorts {
    /// The same ports, with their operations counted.
    pub(crate) fn metered(self, metrics: &StoreMetrics) -> Self {
        Self {
            models: Arc::new(MeteredModelStore { inner: self.models, metrics: metrics.clone() }),
            rebalances: Arc::new(MeteredRebalanceStore { inner: self.rebalances, metrics: metrics.clone() }),
            requests: Arc::new(MeteredIdempotencyStore { inner: self.requests, metrics: metrics.clone() }),
            health: self.health,
        }
    }
}
