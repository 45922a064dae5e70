//! Every collection and every index, declared in this one place, and made to exist.
//!
//! | collection | one document is | made visible by |
//! |---|---|---|
//! | `models` | a model | itself |
//! | `rebalances` | a rebalance's header; of the previous service: a whole rebalance | itself: it is written last |
//! | `rebalance_portfolios` | one portfolio of a rebalance | the header that names its `attempt_id` |
//! | `rebalance_writes` | an append or a deletion that is going on, or was interrupted | never |
//! | `idempotency_keys` | a keyed request | itself |
//!
//! Names and options of indexes are those of the previous service where it had one, so that its data need no change.
//! Making an index that exists is no work, and several replicas may do it at once.

use crate::connection::Connection;
use crate::fault::Fault;
use crate::outage::{Chain, Kind};
use mongodb::bson::{Document, RawDocumentBuf};
use mongodb::options::IndexOptions;
use mongodb::{Collection, Database, IndexModel};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

pub(crate) const MODELS: &str = "models";
pub(crate) const REBALANCES: &str = "rebalances";
pub(crate) const PORTFOLIOS: &str = "rebalance_portfolios";
pub(crate) const WRITES: &str = "rebalance_writes";
pub(crate) const KEYS: &str = "idempotency_keys";

/// The layout of the documents that this service writes, in each as `schema_version`. Documents without one are the
/// previous service's.
pub(crate) const VERSION: i32 = 2;

/// A key that nobody touched for this long is dropped by the server, should nobody purge it: far above the 24 h that
/// keys live, because it is counted by the server's clock.
const KEY_LIFETIME: Duration = Duration::from_hours(7 * 24);

struct Index {
    collection: &'static str,
    keys: &'static [(&'static str, i32)],
    unique: bool,
    expire_after: Option<Duration>,
}

const fn index(collection: &'static str, keys: &'static [(&'static str, i32)]) -> Index {
    Index { collection, keys, unique: false, expire_after: None }
}

const fn unique(collection: &'static str, keys: &'static [(&'static str, i32)]) -> Index {
    Index { collection, keys, unique: true, expire_after: None }
}

const INDEXES: [Index; 13] = [
    // Names are compared byte by byte: no collation.
    unique(MODELS, &[("name", 1)]),
    index(MODELS, &[("portfolios", 1)]),
    index(MODELS, &[("created_at", -1)]),
    // The orders of lists, with ties by ascending id in both directions.
    index(REBALANCES, &[("rebalance_date", -1), ("_id", 1)]),
    index(REBALANCES, &[("rebalance_date", 1), ("_id", 1)]),
    index(REBALANCES, &[("model_name", 1), ("_id", 1)]),
    index(REBALANCES, &[("model_name", -1), ("_id", 1)]),
    // From a portfolio to its rebalances: nested in the previous service's records, by the attempt in ours.
    index(REBALANCES, &[("portfolios.portfolio_id", 1)]),
    index(REBALANCES, &[("attempt_id", 1)]),
    // Portfolios are read by their `_id`; this one is for people.
    index(PORTFOLIOS, &[("rebalance_id", 1)]),
    index(PORTFOLIOS, &[("portfolio_id", 1), ("attempt_id", 1)]),
    index(KEYS, &[("expires_at", 1)]),
    Index { expire_after: Some(KEY_LIFETIME), ..index(KEYS, &[("touched_at", 1)]) },
];

/// The collections, typed by what is read from them: bytes that are decoded field by field.
pub(crate) struct Collections {
    pub(crate) models: Collection<RawDocumentBuf>,
    pub(crate) rebalances: Collection<RawDocumentBuf>,
    pub(crate) portfolios: Collection<RawDocumentBuf>,
    pub(crate) writes: Collection<RawDocumentBuf>,
    pub(crate) keys: Collection<RawDocumentBuf>,
}

impl Collections {
    pub(crate) fn of(database: &Database) -> Self {
        Self {
            models: database.collection(MODELS),
            rebalances: database.collection(REBALANCES),
            portfolios: database.collection(PORTFOLIOS),
            writes: database.collection(WRITES),
            keys: database.collection(KEYS),
        }
    }
}

/// Whether all indexes exist.
#[derive(Clone, Debug)]
pub(crate) enum Readiness {
    /// Not yet; what stands in the way, as far as it is known.
    Pending(String),
    /// All do.
    Ready,
}

/// How long to wait between attempts to make the indexes.
const RETRY: Duration = Duration::from_millis(500);
/// Making an index on much data takes long; the server goes on with it also when nobody waits any more.
const PATIENCE: Duration = Duration::from_hours(1);

/// Makes all indexes, again and again until they exist, and says so; then looks now and then whether they still do: a
/// database that was dropped or restored under a running service has none.
pub(crate) async fn keep_prepared(connection: Arc<Connection>, readiness: watch::Sender<Readiness>, every: Duration) {
    prepare(&connection, &readiness).await;
    tracing::info!(indexes = INDEXES.len(), database = connection.database().name(), "MongoDB is ready to be used");
    loop {
        tokio::time::sleep(every).await;
        // What is out of reach is told by the connection, and says nothing about the indexes.
        if let Err(Fault::Duplicate(_)) = create_indexes(&connection).await {
            prepare(&connection, &readiness).await;
        }
    }
}

async fn prepare(connection: &Connection, readiness: &watch::Sender<Readiness>) {
    let mut told = false;
    while let Err(fault) = create_indexes(connection).await {
        // Any other failure is told by the connection.
        if let Fault::Duplicate(error) = &fault {
            if !told {
                tracing::error!(%error, "a unique index cannot be made: documents that share its key must be changed first");
            }
            told = true;
        }
        readiness.send_replace(Readiness::Pending(Chain(&fault.into_store_error()).to_string()));
        tokio::time::sleep(RETRY).await;
    }
    readiness.send_replace(Readiness::Ready);
}

async fn create_indexes(connection: &Connection) -> Result<(), Fault> {
    for collection in [MODELS, REBALANCES, PORTFOLIOS, KEYS] {
        let wanted: Vec<IndexModel> =
            INDEXES.iter().filter(|index| index.collection == collection).map(Index::model).collect();
        let collection = connection.database().collection::<Document>(collection);
        let creating = collection.create_indexes(wanted);
        connection.patient("create indexes", Kind::Indexes, PATIENCE, creating.into_future()).await?;
    }
    Ok(())
}

impl Index {
    fn model(&self) -> IndexModel {
        let keys: Document = self.keys.iter().map(|(field, way)| ((*field).to_owned(), (*way).into())).collect();
        let options = IndexOptions::builder().unique(self.unique.then_some(true)).expire_after(self.expire_after);
        IndexModel::builder().keys(keys).options(options.build()).build()
    }
}
