//! Do a request once, however often it is sent under the same key.

use domain::Timestamp;
use ports::{
    Claim, ClaimRequest, Clock, Fingerprint, HeldClaim, IdempotencyKey, IdempotencyStore, ResourceId, StoreError,
};
use std::sync::Arc;
use std::time::Duration;

/// How long an answer is remembered.
const REMEMBERED: Duration = Duration::from_hours(24);

/// Why a keyed request may not run.
#[derive(Debug, thiserror::Error)]
pub enum RunOnceError {
    /// The key was used for another request.
    #[error("the idempotency key was used for another request")]
    Reused,
    /// The first request with this key has not ended yet.
    #[error("the first request with this idempotency key is still running")]
    StillRunning,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What to do with a keyed request.
#[derive(Debug)]
pub enum Keyed {
    /// Run it; end the ticket with what came out.
    Run(Ticket),
    /// It ran before: answer again with this status and resource.
    Replay {
        /// The status of the first answer.
        status: u16,
        /// What it created or changed.
        resource_id: ResourceId,
    },
}

/// The right to run a keyed request.
#[derive(Clone, Debug)]
pub struct Ticket {
    claim: HeldClaim,
    /// The id to create under.
    pub resource_id: ResourceId,
    /// Whether an earlier try was interrupted: something may exist under the id already.
    pub interrupted: bool,
}

/// Claims keys and remembers answers.
pub struct RunOnce {
    pub(crate) requests: Arc<dyn IdempotencyStore>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Longer than any request takes.
    pub(crate) busy_for: Duration,
}

impl RunOnce {
    /// Asks whether this request may run. `resource_id` is what it will create under if nobody ran before.
    pub async fn begin(
        &self,
        key: IdempotencyKey,
        fingerprint: Fingerprint,
        resource_id: ResourceId,
    ) -> Result<Keyed, RunOnceError> {
        let now = self.clock.now();
        let (busy_until, expires_at) = (later(now, self.busy_for), later(now, REMEMBERED));
        let request = ClaimRequest { key, fingerprint, resource_id, now, busy_until, expires_at };
        let claim = request.held();
        match self.requests.claim(&request).await? {
            Claim::First => Ok(Keyed::Run(Ticket { claim, resource_id, interrupted: false })),
            Claim::Interrupted(resource_id) => Ok(Keyed::Run(Ticket { claim, resource_id, interrupted: true })),
            Claim::Done { status, resource_id } => Ok(Keyed::Replay { status, resource_id }),
            Claim::Running => Err(RunOnceError::StillRunning),
            Claim::Reused => Err(RunOnceError::Reused),
        }
    }

    /// Forgets the keys whose time is over; returns how many.
    pub async fn forget_expired(&self) -> Result<u64, StoreError> {
        self.requests.purge(self.clock.now()).await
    }

    /// Remembers the answer of a request that ran.
    pub async fn succeed(&self, ticket: &Ticket, status: u16) -> Result<(), StoreError> {
        self.requests.complete(&ticket.claim, status, ticket.resource_id).await
    }

    /// Forgets a request that was refused and changed nothing.
    pub async fn refuse(&self, ticket: &Ticket) -> Result<(), StoreError> {
        self.requests.release(&ticket.claim).await
    }
}

fn later(now: Timestamp, by: Duration) -> Timestamp {
    // Both spans are hours at most; an end of the calendar is not in reach.
    chrono::TimeDelta::from_std(by).ok().and_then(|delta| now.checked_add_signed(delta)).unwrap_or(now)
}
