//! The obligations of [`IdempotencyStore`].

mod claim;
mod expiry;
mod outcome;

pub use claim::*;
pub use expiry::*;
pub use outcome::*;

use crate::builders::at;
use crate::contract::Subject;
use ports::{Claim, ClaimRequest, Fingerprint, IdempotencyKey, IdempotencyStore, ResourceId};

type Store = Subject<dyn IdempotencyStore>;

/// A request with key `k` at `now` milliseconds, busy for a minute, remembered for a day, creating resource `resource`.
fn request(resource: u8, now: i64) -> ClaimRequest {
    ClaimRequest {
        key: key("k"),
        fingerprint: Fingerprint([1; 32]),
        resource_id: resource_id(resource),
        now: at(now),
        busy_until: at(now + MINUTE),
        expires_at: at(now + DAY),
    }
}

const MINUTE: i64 = 60_000;
const DAY: i64 = 86_400_000;

fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey::new(text).expect("a valid key")
}

const fn resource_id(n: u8) -> ResourceId {
    ResourceId([n; 12])
}

async fn claim(store: &Store, request: &ClaimRequest) -> Claim {
    store.claim(request).await.expect("claimed")
}
