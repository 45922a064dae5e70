//! One way to the server for all stores: every command has a free connection, a deadline and a meaning when it fails.

use crate::config::{MongoConfig, MongoConfigError};
use crate::fault::{DriverError, Fault, classify, is_refusal};
use crate::outage::{Kind, Outage};
use crate::schema::{Collections, Readiness};
use futures::TryFutureExt;
use mongodb::options::ClientOptions;
use mongodb::{Client, Database};
use ports::StoreError;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;
use tracing::Instrument;

/// How long a read-back is repeated that fails without waiting for anything.
const AT_ONCE: Duration = Duration::from_millis(500);
/// The most writes that may be going on at once; the pool is the bound that is felt.
const WRITES: u32 = 1 << 16;

/// The client, and what bounds its use.
pub(crate) struct Connection {
    client: Client,
    database: Database,
    pub(crate) collections: Collections,
    /// One permit per pooled connection. The driver's own queue has no time limit, this one does.
    slots: Semaphore,
    wait: Duration,
    pub(crate) operation: Duration,
    outage: Outage,
    readiness: watch::Receiver<Readiness>,
    /// Where writes run on when their caller goes away.
    runtime: Handle,
    writes: Arc<Semaphore>,
}

impl Connection {
    /// A client that has not asked any server yet.
    pub(crate) fn new(
        config: &MongoConfig,
        options: ClientOptions,
        readiness: watch::Receiver<Readiness>,
    ) -> Result<Self, MongoConfigError> {
        let name = options.default_database.clone().unwrap_or_else(|| config.database_default.clone());
        let client =
            Client::with_options(options).map_err(|error| MongoConfigError::Setting(error.kind.to_string()))?;
        let database = client.database(&name);
        Ok(Self {
            collections: Collections::of(&database),
            client,
            database,
            slots: Semaphore::new(config.max_pool_size.try_into().unwrap_or(Semaphore::MAX_PERMITS)),
            wait: config.wait_queue_timeout,
            operation: config.operation_timeout,
            outage: Outage::default(),
            readiness,
            runtime: Handle::current(),
            writes: Arc::new(Semaphore::new(WRITES as usize)),
        })
    }

    pub(crate) const fn database(&self) -> &Database {
        &self.database
    }

    /// Runs one command that changes something within the operation's time.
    pub(crate) async fn command<T>(
        &self,
        doing: &'static str,
        command: impl Future<Output = mongodb::error::Result<T>>,
    ) -> Result<T, Fault> {
        self.patient(doing, Kind::Write, self.operation, command).await
    }

    /// Runs one command within `limit`, once a connection is free.
    pub(crate) async fn patient<T>(
        &self,
        doing: &'static str,
        kind: Kind,
        limit: Duration,
        command: impl Future<Output = mongodb::error::Result<T>>,
    ) -> Result<T, Fault> {
        let Ok(Ok(_slot)) = timeout(self.wait, self.slots.acquire()).await else {
            let said = format!("no connection became free within {} ms", self.wait.as_millis());
            let error = StoreError::Timeout(Box::new(DriverError { doing, said }));
            self.outage.failed(&error, None);
            return Err(Fault::Refused(error));
        };
        self.timed(doing, kind, limit, command).await
    }

    /// Runs one command within `limit` on the connection that is kept for it.
    pub(crate) async fn timed<T>(
        &self,
        doing: &'static str,
        kind: Kind,
        limit: Duration,
        command: impl Future<Output = mongodb::error::Result<T>>,
    ) -> Result<T, Fault> {
        let mut refused = None;
        let late = |_| {
            let said = format!("no answer within {} ms", limit.as_millis());
            Fault::Unknown(StoreError::Timeout(Box::new(DriverError { doing, said })))
        };
        let answer = timeout(limit, command).await.map_err(late);
        let result = answer.and_then(|answer| {
            answer.map_err(|error| {
                refused = is_refusal(&error).then_some(kind);
                classify(doing, &error)
            })
        });
        match &result {
            Ok(_) | Err(Fault::Duplicate(_)) => self.outage.answered(kind),
            Err(fault) => fault.store_error().into_iter().for_each(|error| self.outage.failed(error, refused)),
        }
        result
    }

    /// Runs a read: whatever goes wrong is the store's error.
    pub(crate) async fn read<T>(
        &self,
        doing: &'static str,
        command: impl Future<Output = mongodb::error::Result<T>>,
    ) -> Result<T, StoreError> {
        self.patient(doing, Kind::Read, self.operation, command).map_err(Fault::into_store_error).await
    }

    /// Runs a read that says what became of a write. A cut connection takes those of other commands with it: what ends
    /// at once for that reason is tried again, the driver's own repetition aside.
    pub(crate) async fn read_back<T, F>(&self, doing: &'static str, command: impl Fn() -> F) -> Result<T, StoreError>
    where
        F: Future<Output = mongodb::error::Result<T>>,
    {
        let started = Instant::now();
        loop {
            match self.read(doing, command()).await {
                Err(StoreError::Unavailable(_)) if started.elapsed() < AT_ONCE => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                result => return result,
            }
        }
    }

    /// Runs a write to its end, also when the caller goes away, once the indexes that guard it exist.
    pub(crate) async fn write<T, E>(&self, write: impl Future<Output = Result<T, E>> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.ready().await?;
        let closed = || StoreError::Unavailable("the store is being closed".into());
        let going_on = Arc::clone(&self.writes).acquire_owned().await.map_err(|_| closed())?;
        let write = async move {
            let result = write.await;
            drop(going_on);
            result
        };
        match self.runtime.spawn(write.in_current_span()).await {
            Ok(result) => result,
            Err(lost) if lost.is_panic() => std::panic::resume_unwind(lost.into_panic()),
            Err(lost) => Err(StoreError::Unavailable(Box::new(lost)).into()),
        }
    }

    /// Waits until all indexes exist.
    pub(crate) async fn ready(&self) -> Result<(), StoreError> {
        let mut readiness = self.readiness.clone();
        match timeout(self.operation, readiness.wait_for(|now| matches!(now, Readiness::Ready))).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(self.not_ready().unwrap_or_else(|| StoreError::Unavailable("closed".into()))),
        }
    }

    /// Waits until all indexes exist, as long as it takes; false when nobody makes them any more.
    pub(crate) async fn becomes_ready(&self) -> bool {
        self.readiness.clone().wait_for(|now| matches!(now, Readiness::Ready)).await.is_ok()
    }

    /// What stands in the way of using the store, if something does.
    pub(crate) fn not_ready(&self) -> Option<StoreError> {
        match &*self.readiness.borrow() {
            Readiness::Ready => None,
            Readiness::Pending(reason) => {
                Some(StoreError::Unavailable(format!("the indexes do not exist yet: {reason}").into()))
            }
        }
    }

    /// Lets writes that are going on end, at most `limit`, and gives back the connections.
    pub(crate) async fn close(&self, limit: Duration) {
        if timeout(limit, self.writes.acquire_many(WRITES)).await.is_err() {
            tracing::warn!("writes to MongoDB were still going on when the store was closed");
        }
        self.writes.close();
        self.client.clone().shutdown().immediate(true).await;
    }
}
