//! Keyed requests in the file.

use crate::engine::{Change, Engine};
use crate::tables::KEYS;
use async_trait::async_trait;
use domain::Timestamp;
use ports::{Claim, ClaimRequest, HeldClaim, IdempotencyStore, ResourceId, StoreError};
use redb::{Database, ReadableTable, ReadableTableMetadata};
use std::sync::Arc;

/// [`IdempotencyStore`] of the file.
#[derive(Clone)]
pub struct RedbIdempotencyStore(Arc<Engine>);

impl RedbIdempotencyStore {
    pub(crate) const fn new(engine: Arc<Engine>) -> Self {
        Self(engine)
    }
}

/// Lets go of the claims of the process that had the file before, at start, before anyone else uses the file: whatever
/// it was running ended with it.
pub(crate) fn free_claims(database: &Database) -> Result<(), redb::Error> {
    let txn = database.begin_write()?;
    let mut freed = Vec::new();
    {
        let mut keys = txn.open_table(KEYS)?;
        for row in keys.iter()? {
            let (key, row) = row?;
            let (.., busy_until, _, status) = row.value();
            if status.is_none() && busy_until > i64::MIN {
                freed.push(key.value().to_owned());
            }
        }
        for key in &freed {
            let Some(known) = entry(&keys, key)? else { continue };
            keys.insert(key.as_str(), (&known.fingerprint, &known.resource_id, i64::MIN, known.expires_at, None))?;
        }
    }
    if freed.is_empty() {
        txn.abort()?;
    } else {
        txn.commit()?;
    }
    Ok(())
}

/// A row of the table, copied out of it.
struct Entry {
    fingerprint: [u8; 32],
    resource_id: [u8; 12],
    busy_until: i64,
    expires_at: i64,
    status: Option<u16>,
}

impl Entry {
    /// Whether it is the claim that lasts until then, and not one that took the key over since.
    fn is_held_until(&self, busy_until: Timestamp) -> bool {
        self.busy_until == busy_until.timestamp_millis()
    }
}

/// What a claim comes to, and the resource id that the caller holds the key with from now on, if it does.
fn decide(entry: Option<&Entry>, request: &ClaimRequest) -> (Claim, Option<ResourceId>) {
    let now = request.now.timestamp_millis();
    let Some(entry) = entry.filter(|entry| entry.expires_at > now) else {
        return (Claim::First, Some(request.resource_id));
    };
    let resource_id = ResourceId(entry.resource_id);
    match entry.status {
        _ if entry.fingerprint != request.fingerprint.0 => (Claim::Reused, None),
        Some(status) => (Claim::Done { status, resource_id }, None),
        None if entry.busy_until > now => (Claim::Running, None),
        None => (Claim::Interrupted(resource_id), Some(resource_id)),
    }
}

fn entry(
    keys: &impl ReadableTable<&'static str, crate::tables::KeyRow<'static>>,
    key: &str,
) -> Result<Option<Entry>, redb::StorageError> {
    Ok(keys.get(key)?.map(|row| {
        let (fingerprint, resource_id, busy_until, expires_at, status) = row.value();
        Entry { fingerprint: *fingerprint, resource_id: *resource_id, busy_until, expires_at, status }
    }))
}

#[async_trait]
impl IdempotencyStore for RedbIdempotencyStore {
    async fn claim(&self, request: &ClaimRequest) -> Result<Claim, StoreError> {
        let request = request.clone();
        self.0
            .write(move |txn| {
                let mut keys = txn.open_table(KEYS)?;
                let key = request.key.as_str();
                let (claim, held_with) = decide(entry(&keys, key)?.as_ref(), &request);
                let Some(ResourceId(resource_id)) = held_with else { return Ok(Change::None(claim)) };
                let (busy, expires) = (request.busy_until.timestamp_millis(), request.expires_at.timestamp_millis());
                keys.insert(key, (&request.fingerprint.0, &resource_id, busy, expires, None))?;
                Ok(Change::Made(claim))
            })
            .await
    }

    async fn complete(&self, claim: &HeldClaim, status: u16, resource_id: ResourceId) -> Result<(), StoreError> {
        let HeldClaim { key, busy_until } = claim.clone();
        self.0
            .write(move |txn| {
                let mut keys = txn.open_table(KEYS)?;
                let known = entry(&keys, key.as_str())?.filter(|known| known.is_held_until(busy_until));
                let Some(known) = known else { return Ok(Change::None(())) };
                let row = (&known.fingerprint, &resource_id.0, known.busy_until, known.expires_at, Some(status));
                keys.insert(key.as_str(), row)?;
                Ok(Change::Made(()))
            })
            .await
    }

    async fn release(&self, claim: &HeldClaim) -> Result<(), StoreError> {
        let HeldClaim { key, busy_until } = claim.clone();
        self.0
            .write(move |txn| {
                let mut keys = txn.open_table(KEYS)?;
                let known = entry(&keys, key.as_str())?.filter(|known| known.is_held_until(busy_until));
                if known.is_none_or(|known| known.status.is_some()) {
                    return Ok(Change::None(()));
                }
                keys.remove(key.as_str())?;
                Ok(Change::Made(()))
            })
            .await
    }

    async fn purge(&self, now: Timestamp) -> Result<u64, StoreError> {
        let now = now.timestamp_millis();
        self.0
            .write(move |txn| {
                let mut keys = txn.open_table(KEYS)?;
                let before = keys.len()?;
                keys.retain(|_, (_, _, _, expires_at, _)| expires_at > now)?;
                let purged = before - keys.len()?;
                Ok(if purged == 0 { Change::None(0) } else { Change::Made(purged) })
            })
            .await
    }
}
