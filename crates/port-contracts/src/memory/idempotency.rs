//! Keyed requests in memory.

use super::locked;
use async_trait::async_trait;
use domain::Timestamp;
use ports::{Claim, ClaimRequest, HeldClaim, IdempotencyStore, ResourceId, StoreError};
use std::collections::HashMap;
use std::sync::Mutex;

#[derive(Debug)]
struct Entry {
    request: ClaimRequest,
    /// The answer, once there is one.
    status: Option<u16>,
}

/// An [`IdempotencyStore`] that lives as long as its owner.
#[derive(Debug, Default)]
pub struct MemoryIdempotencyStore {
    entries: Mutex<HashMap<String, Entry>>,
}

#[async_trait]
impl IdempotencyStore for MemoryIdempotencyStore {
    async fn claim(&self, request: &ClaimRequest) -> Result<Claim, StoreError> {
        let mut entries = locked(&self.entries);
        let key = request.key.as_str();
        let Some(entry) = entries.get_mut(key).filter(|entry| entry.request.expires_at > request.now) else {
            entries.insert(key.to_owned(), Entry { request: request.clone(), status: None });
            return Ok(Claim::First);
        };
        let resource_id = entry.request.resource_id;
        Ok(match entry.status {
            _ if entry.request.fingerprint != request.fingerprint => Claim::Reused,
            Some(status) => Claim::Done { status, resource_id },
            None if entry.request.busy_until > request.now => Claim::Running,
            None => {
                entry.request = ClaimRequest { resource_id, ..request.clone() };
                Claim::Interrupted(resource_id)
            }
        })
    }

    async fn complete(&self, claim: &HeldClaim, status: u16, resource_id: ResourceId) -> Result<(), StoreError> {
        let mut entries = locked(&self.entries);
        let entry = entries.get_mut(claim.key.as_str());
        if let Some(entry) = entry.filter(|entry| entry.request.busy_until == claim.busy_until) {
            entry.status = Some(status);
            entry.request.resource_id = resource_id;
        }
        Ok(())
    }

    async fn release(&self, claim: &HeldClaim) -> Result<(), StoreError> {
        let mut entries = locked(&self.entries);
        let is_held = |entry: &Entry| entry.status.is_none() && entry.request.busy_until == claim.busy_until;
        if entries.get(claim.key.as_str()).is_some_and(is_held) {
            entries.remove(claim.key.as_str());
        }
        Ok(())
    }

    async fn purge(&self, now: Timestamp) -> Result<u64, StoreError> {
        let mut entries = locked(&self.entries);
        let before = entries.len();
        entries.retain(|_, entry| entry.request.expires_at > now);
        Ok((before - entries.len()) as u64)
    }
}
