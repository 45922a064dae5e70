//! Which requests were already made, for callers that repeat them under one key.

use crate::StoreError;
use async_trait::async_trait;
use domain::Timestamp;
use std::fmt;

/// What a caller names a request by: 1 to 255 visible ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

/// Why a text is not a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an idempotency key has 1 to 255 visible ASCII characters")]
pub struct IdempotencyKeyError;

impl IdempotencyKey {
    /// A key of 1 to 255 visible ASCII characters (`!` to `~`).
    pub fn new(text: &str) -> Result<Self, IdempotencyKeyError> {
        let visible = text.bytes().all(|b| b.is_ascii_graphic());
        if visible && (1..=255).contains(&text.len()) { Ok(Self(text.to_owned())) } else { Err(IdempotencyKeyError) }
    }

    /// The key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// SHA-256 over method, path and body: what makes two requests the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; 32]);

/// The id of what a request creates, chosen before it runs so that an interrupted one can be found again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResourceId(pub [u8; 12]);

/// A request that wants to run under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimRequest {
    /// The caller's key.
    pub key: IdempotencyKey,
    /// What is asked.
    pub fingerprint: Fingerprint,
    /// The id to create under, if this is the first request with the key.
    pub resource_id: ResourceId,
    /// The present.
    pub now: Timestamp,
    /// Until when the claim keeps others from running; later than the request can take.
    pub busy_until: Timestamp,
    /// When the key is forgotten.
    pub expires_at: Timestamp,
}

impl ClaimRequest {
    /// The claim that this request makes, if it is granted.
    #[must_use]
    pub fn held(&self) -> HeldClaim {
        HeldClaim { key: self.key.clone(), busy_until: self.busy_until }
    }
}

/// A claim on a key: the key, and until when it keeps others from running. A claim is only taken over after that moment,
/// by one that lasts longer, so that no two claims of a key are the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldClaim {
    /// The key.
    pub key: IdempotencyKey,
    /// The end of this claim's time.
    pub busy_until: Timestamp,
}

/// What a claim came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Nobody ran under this key: run, and create under the id that was given.
    First,
    /// An earlier request was interrupted: what it created, if anything, has this id. The claim is the caller's now.
    Interrupted(ResourceId),
    /// An earlier request is still running.
    Running,
    /// An earlier request ended with this status (of HTTP) and created, or changed, this resource.
    Done {
        /// The status of the first answer.
        status: u16,
        /// What it created or changed.
        resource_id: ResourceId,
    },
    /// The key was used for another request.
    Reused,
}

/// The memory of keyed requests, shared by all replicas and kept across restarts.
#[async_trait]
pub trait IdempotencyStore: Send + Sync {
    /// Claims the key. Atomic: of any number of concurrent first claims, exactly one is `First`. A key whose
    /// `expires_at` is not after `now` counts as never used; of an unfinished one whose `busy_until` is not after
    /// `now`, exactly one claim is `Interrupted` with the stored resource id, and holds it from then on.
    async fn claim(&self, request: &ClaimRequest) -> Result<Claim, StoreError>;

    /// Remembers the answer of a claimed request. A key that is unknown, or that another claim has taken over since, is
    /// left alone.
    async fn complete(&self, claim: &HeldClaim, status: u16, resource_id: ResourceId) -> Result<(), StoreError>;

    /// Forgets a claim whose request failed without an effect. A finished one, and one that another claim has taken over
    /// since, is left alone.
    async fn release(&self, claim: &HeldClaim) -> Result<(), StoreError>;

    /// Forgets all keys whose `expires_at` is not after `now`; returns how many.
    async fn purge(&self, now: Timestamp) -> Result<u64, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_visible_ascii_of_limited_length() {
        assert!(IdempotencyKey::new("order-run/2026-01-05#1").is_ok());
        assert!(IdempotencyKey::new(&"k".repeat(255)).is_ok());
        for text in ["", "two words", "tab\t", "naïve", &"k".repeat(256)] {
            assert_eq!(IdempotencyKey::new(text), Err(IdempotencyKeyError), "{text:?}");
        }
    }
}
