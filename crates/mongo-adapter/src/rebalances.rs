//! Rebalances in MongoDB: a header and a document for each portfolio, the header written last and removed first.
//!
//! Each call of `append` is an *attempt* with an id of its own. Its portfolios carry the id, and become visible when a
//! header that names it is written. Whatever an interrupted attempt left can therefore never be seen, nor be mixed
//! with what a later one writes. An entry in `rebalance_writes` from before the first portfolio until after the header
//! is where the sweep finds such leftovers.
//!
//! Records of the previous service lie in the same collection as our headers: they have no `attempt_id`, and their
//! portfolios inside.

mod append;
mod delete;
mod failures;
mod header;
mod list;
mod portfolio;
mod position;
mod stream;
mod sweep;

use crate::connection::Connection;
use crate::fields::{FieldError, Fields};
use crate::store::Handle;
use async_trait::async_trait;
use domain::rebalance::{PortfolioRebalance, Rebalance, RebalanceHeader};
use domain::{PortfolioId, RebalanceId, Version};
use mongodb::bson::{doc, oid::ObjectId};
use ports::{Page, PortfolioStream, RebalanceSort, RebalanceStore, RebalanceStoreError, Slice, StoreError};
use std::sync::Arc;
use std::time::Duration;

pub(crate) use sweep::{sweep, sweep_regularly};

/// The rebalance store on MongoDB.
pub(crate) struct MongoRebalanceStore {
    handle: Handle,
    append_timeout: Duration,
}

impl MongoRebalanceStore {
    pub(crate) const fn new(handle: Handle, append_timeout: Duration) -> Self {
        Self { handle, append_timeout }
    }
}

const fn object_id(id: RebalanceId) -> ObjectId {
    ObjectId::from_bytes(id.bytes())
}

fn corrupt(id: RebalanceId) -> impl Fn(FieldError) -> StoreError {
    move |error| error.corrupt("rebalance", id)
}

/// Where the portfolios of a rebalance are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// In documents of their own, so many; behind them as many of failures.
    Apart { attempt: ObjectId, count: u64, failures: u64 },
    /// Inside the record, as the previous service had it.
    Inside,
}

/// What decides how a stored rebalance is read and deleted.
#[derive(Clone, Copy, Debug)]
struct Stored {
    place: Place,
    version: Version,
}

/// What is stored under this id, without its portfolios.
async fn stored(connection: &Connection, id: RebalanceId) -> Result<Option<Stored>, StoreError> {
    let projection =
        doc! { "attempt_id": 1, "number_of_portfolios": 1, "failure_documents": 1, "version": 1, "schema_version": 1 };
    let rebalances = &connection.collections.rebalances;
    let find = || rebalances.find_one(doc! { "_id": object_id(id) }).projection(projection.clone());
    let found = connection.read_back("look for a rebalance", || find().into_future()).await?;
    let read = |fields: Fields<'_>| {
        crate::models::check_schema(fields)?;
        let place = match fields.maybe("attempt_id", Fields::object_id)? {
            Some(attempt) => Place::Apart {
                attempt,
                count: fields.whole("number_of_portfolios")?,
                failures: fields.maybe("failure_documents", Fields::whole)?.unwrap_or_default(),
            },
            None => Place::Inside,
        };
        Ok(Stored { place, version: fields.version("version")? })
    };
    found.map(|document| read(Fields::new(&document)).map_err(corrupt(id))).transpose()
}

#[async_trait]
impl RebalanceStore for MongoRebalanceStore {
    async fn append(&self, rebalance: &Rebalance) -> Result<(), StoreError> {
        // A copy: the write goes on when the caller, and what it lent us, are gone.
        let (connection, rebalance) = (Arc::clone(&self.handle.connection), rebalance.clone());
        self.handle.write(append::append(connection, rebalance, self.append_timeout)).await
    }

    async fn header(&self, id: RebalanceId) -> Result<Option<RebalanceHeader>, StoreError> {
        list::header(&self.handle, id).await
    }

    async fn list(
        &self,
        portfolios: Option<&[PortfolioId]>,
        sort: RebalanceSort,
        slice: Slice,
    ) -> Result<Page<RebalanceHeader>, StoreError> {
        list::list(&self.handle, portfolios, sort, slice).await
    }

    fn portfolios(&self, id: RebalanceId, slice: Slice) -> PortfolioStream {
        stream::portfolios(self.handle.clone(), id, slice)
    }

    async fn portfolio(
        &self,
        id: RebalanceId,
        portfolio_id: &PortfolioId,
    ) -> Result<Option<PortfolioRebalance>, StoreError> {
        stream::portfolio(&self.handle, id, portfolio_id).await
    }

    async fn delete(&self, id: RebalanceId, expected: Version) -> Result<(), RebalanceStoreError> {
        let connection = Arc::clone(&self.handle.connection);
        self.handle.write(delete::delete(connection, id, expected)).await
    }
}
