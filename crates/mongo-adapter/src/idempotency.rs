//! The memory of keyed requests in MongoDB: one document per key, found by `_id`, changed by compare-and-set on the
//! id of the claim that holds it.

mod document;

use crate::connection::Connection;
use crate::fault::Fault;
use crate::fields::{FieldError, Fields, date_time};
use crate::outage::Chain;
use crate::store::Handle;
use async_trait::async_trait;
use document::{Free, Held, claimed, held_of, taken_over};
use domain::Timestamp;
use futures::TryFutureExt;
use mongodb::bson::{Bson, Document, RawDocumentBuf, doc, oid::ObjectId};
use ports::{Claim, ClaimRequest, HeldClaim, IdempotencyKey, IdempotencyStore, ResourceId, StoreError};
use std::sync::Arc;

/// How often a claim looks again after another one came first. Each time somebody got on, so that it ends.
const TRIES: u32 = 32;

/// The idempotency store on MongoDB.
pub(crate) struct MongoIdempotencyStore(Handle);

impl MongoIdempotencyStore {
    pub(crate) const fn new(handle: Handle) -> Self {
        Self(handle)
    }
}

#[async_trait]
impl IdempotencyStore for MongoIdempotencyStore {
    async fn claim(&self, request: &ClaimRequest) -> Result<Claim, StoreError> {
        self.0.write(claim(Arc::clone(&self.0.connection), request.clone())).await
    }

    async fn complete(&self, claim: &HeldClaim, status: u16, resource_id: ResourceId) -> Result<(), StoreError> {
        let answer = doc! { "status": i32::from(status), "resource_id": ObjectId::from_bytes(resource_id.0) };
        let (connection, filter) = (Arc::clone(&self.0.connection), held_by(claim));
        self.0.write(async move { twice(|| update(&connection, &filter, doc! { "$set": answer.clone() })).await }).await
    }

    async fn release(&self, claim: &HeldClaim) -> Result<(), StoreError> {
        let (connection, mut filter) = (Arc::clone(&self.0.connection), held_by(claim));
        filter.insert("status", Bson::Null);
        let deleting = async move {
            twice(|| {
                let deleting = connection.collections.keys.delete_one(filter.clone()).into_future();
                connection.command("release a key", deleting).map_ok(drop)
            })
            .await
        };
        self.0.write(deleting).await
    }

    async fn purge(&self, now: Timestamp) -> Result<u64, StoreError> {
        let connection = Arc::clone(&self.0.connection);
        let purging = async move {
            let expired = doc! { "expires_at": { "$lte": date_time(now) } };
            let deleting = connection.collections.keys.delete_many(expired).into_future();
            connection.command("purge keys", deleting).map_err(Fault::into_store_error).await
        };
        Ok(self.0.write(purging).await?.deleted_count)
    }
}

/// The key, as long as no other claim has taken it over.
fn held_by(claim: &HeldClaim) -> Document {
    doc! { "_id": claim.key.as_str(), "busy_until": date_time(claim.busy_until) }
}

async fn update(connection: &Connection, filter: &Document, update: Document) -> Result<(), Fault> {
    let updating = connection.collections.keys.update_one(filter.clone(), update).into_future();
    connection.command("complete a key", updating).map_ok(drop).await
}

/// Runs what may be done twice: once more when nobody knows whether it was done.
async fn twice<F: Future<Output = Result<(), Fault>>>(run: impl Fn() -> F) -> Result<(), StoreError> {
    match run().await {
        Err(Fault::Unknown(error)) => run().await.map_err(|_| error),
        result => result.map_err(Fault::into_store_error),
    }
}

async fn claim(connection: Arc<Connection>, request: ClaimRequest) -> Result<Claim, StoreError> {
    let mine = ObjectId::new();
    let mut wanted = Claim::First;
    for _ in 0..TRIES {
        let Some(held) = held(&connection, &request.key).await? else {
            wanted = Claim::First;
            if insert(&connection, &request, mine).await? {
                return Ok(wanted);
            }
            continue;
        };
        if held.claim == mine {
            // What we wrote arrived after all, although its answer did not.
            return Ok(wanted);
        }
        let mut filter = doc! { "_id": request.key.as_str(), "claim_id": held.claim };
        let update = match held.judge(&request) {
            Ok(claim) => return Ok(claim),
            Err(Free::Expired) => {
                wanted = Claim::First;
                claimed(&request, mine)
            }
            Err(Free::Abandoned) => {
                wanted = Claim::Interrupted(held.resource_id);
                filter.insert("status", Bson::Null); // not completed meanwhile
                taken_over(&request, mine)
            }
        };
        if exchange(&connection, &request.key, filter, update, mine).await? {
            return Ok(wanted);
        }
    }
    Err(StoreError::Timeout("other claims of the key came first, again and again".into()))
}

/// What is stored under the key.
async fn held(connection: &Connection, key: &IdempotencyKey) -> Result<Option<Held>, StoreError> {
    let finding = connection.collections.keys.find_one(doc! { "_id": key.as_str() }).into_future();
    let found: Option<RawDocumentBuf> = connection.read("look for a key", finding).await?;
    let corrupt = |error: FieldError| error.corrupt("idempotency key", key);
    found.map(|document| held_of(Fields::new(&document)).map_err(corrupt)).transpose()
}

/// Puts a claim where none was; whether it did.
async fn insert(connection: &Connection, request: &ClaimRequest, mine: ObjectId) -> Result<bool, StoreError> {
    // An upsert that matches nothing that exists: the unique `_id` lets one of many through, and the server's clock
    // says when.
    let filter = doc! { "_id": request.key.as_str(), "claim_id": mine };
    let inserting = connection.collections.keys.update_one(filter, claimed(request, mine)).upsert(true);
    match connection.command("claim a key", inserting.into_future()).await {
        Ok(_) => Ok(true),
        Err(Fault::Duplicate(_)) => Ok(false),
        Err(Fault::Refused(error)) => Err(error),
        Err(Fault::Unknown(error)) => settle(connection, &request.key, mine, error).await,
    }
}

/// Replaces the claim that holds the key, if it is still the one that `filter` names; whether it did.
async fn exchange(
    connection: &Connection,
    key: &IdempotencyKey,
    filter: Document,
    update: Document,
    mine: ObjectId,
) -> Result<bool, StoreError> {
    let exchanging = connection.collections.keys.update_one(filter, update).into_future();
    match connection.command("claim a key", exchanging).await {
        Ok(result) => Ok(result.matched_count > 0),
        Err(Fault::Unknown(error)) => settle(connection, key, mine, error).await,
        Err(fault) => Err(fault.into_store_error()),
    }
}

/// A claim of unknown outcome, read back: whether the key is ours. If it is nobody's of whom we know, the caller tries
/// again with the same claim, so that a late arrival of the first try is recognised.
async fn settle(
    connection: &Connection,
    key: &IdempotencyKey,
    mine: ObjectId,
    unknown: StoreError,
) -> Result<bool, StoreError> {
    tracing::info!("a claim of an idempotency key was cut off and is read back");
    let Ok(held) = held(connection, key).await else {
        tracing::warn!(error = %Chain(&unknown), "a claim of an idempotency key could not be completed; it may still happen");
        return Err(unknown);
    };
    Ok(held.is_some_and(|held| held.claim == mine))
}
