//! The store as a whole: its parts, its start and its end.

use crate::config::{MongoConfig, MongoConfigError};
use crate::connection::Connection;
use crate::health::MongoStoreHealth;
use crate::idempotency::MongoIdempotencyStore;
use crate::models::MongoModelStore;
use crate::rebalances::{self, MongoRebalanceStore};
use crate::schema::{self, Readiness};
use mongodb::options::ClientOptions;
use ports::{IdempotencyStore, ModelStore, RebalanceStore, StoreError, StoreHealth};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The stores on one MongoDB database, sharing one pool of connections. Cheap to clone.
#[derive(Clone)]
pub struct MongoStore {
    connection: Arc<Connection>,
    settings: Arc<Settings>,
    _background: Arc<Background>,
}

struct Settings {
    append_timeout: Duration,
    orphan_grace: Duration,
}

/// Work that ends with the last handle to the store.
struct Background(Vec<JoinHandle<()>>);

impl Drop for Background {
    fn drop(&mut self) {
        self.0.iter().for_each(JoinHandle::abort);
    }
}

impl MongoStore {
    /// Opens the store without waiting for a server: until one answers and all indexes exist, [`StoreHealth::ping`]
    /// fails, writes wait, and the server is tried again and again in the background. Needs a tokio runtime, which
    /// must outlive the store.
    ///
    /// # Errors
    /// When the configuration cannot be used; with `mongodb+srv`, also when the name cannot be resolved.
    pub async fn connect(config: MongoConfig) -> Result<Self, MongoConfigError> {
        let options = config.client_options().await?;
        Self::open(&config, options)
    }

    /// The same with the driver's options at hand.
    pub(crate) fn open(config: &MongoConfig, options: ClientOptions) -> Result<Self, MongoConfigError> {
        let (tell, readiness) = watch::channel(Readiness::Pending("no server was asked yet".to_owned()));
        let connection = Arc::new(Connection::new(config, options, readiness)?);
        let preparing = tokio::spawn(schema::keep_prepared(Arc::clone(&connection), tell, config.sweep_interval));
        let sweeping = {
            let (connection, grace, every) = (Arc::clone(&connection), config.orphan_grace, config.sweep_interval);
            tokio::spawn(rebalances::sweep_regularly(connection, grace, every))
        };
        Ok(Self {
            connection,
            settings: Arc::new(Settings { append_timeout: config.append_timeout, orphan_grace: config.orphan_grace }),
            _background: Arc::new(Background(vec![preparing, sweeping])),
        })
    }

    /// The models.
    #[must_use]
    pub fn model_store(&self) -> Arc<dyn ModelStore> {
        Arc::new(MongoModelStore::new(self.clone_connection()))
    }

    /// The rebalances.
    #[must_use]
    pub fn rebalance_store(&self) -> Arc<dyn RebalanceStore> {
        Arc::new(MongoRebalanceStore::new(self.clone_connection(), self.settings.append_timeout))
    }

    /// The memory of keyed requests.
    #[must_use]
    pub fn idempotency_store(&self) -> Arc<dyn IdempotencyStore> {
        Arc::new(MongoIdempotencyStore::new(self.clone_connection()))
    }

    /// Whether the store can be used.
    #[must_use]
    pub fn health(&self) -> Arc<dyn StoreHealth> {
        Arc::new(MongoStoreHealth::new(self.clone_connection()))
    }

    /// Removes what appends and deletions left behind that were interrupted more than `orphan_grace` ago, and returns
    /// how many such writes there were. Runs by itself every `sweep_interval`; several replicas may sweep at once.
    ///
    /// # Errors
    /// When the server cannot be reached; what was not removed then is removed by the next sweep.
    pub async fn sweep_orphans(&self) -> Result<u64, StoreError> {
        rebalances::sweep(&self.connection, self.settings.orphan_grace).await
    }

    /// Lets writes that are going on end, at most `limit`, and closes all connections. Every later call fails.
    pub async fn close(&self, limit: Duration) {
        self.connection.close(limit).await;
    }

    fn clone_connection(&self) -> Handle {
        Handle { connection: Arc::clone(&self.connection), _store: self.clone() }
    }
}

/// A way to the server that keeps the store's background work going.
#[derive(Clone)]
pub(crate) struct Handle {
    pub(crate) connection: Arc<Connection>,
    _store: MongoStore,
}

impl std::ops::Deref for Handle {
    type Target = Arc<Connection>;

    fn deref(&self) -> &Arc<Connection> {
        &self.connection
    }
}

impl fmt::Debug for MongoStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MongoStore").field("database", &self.connection.database().name()).finish_non_exhaustive()
    }
}
