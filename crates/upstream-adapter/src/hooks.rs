//! What this crate is given and what it tells, so that it need not know metrics, traces or clocks.

use crate::breaker::BreakerState;
use crate::pace::{Pace, SystemPace};
use ports::Upstream;
use std::sync::Arc;
use std::time::Duration;

/// What became of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It was answered usefully; "there is none" is useful too.
    Success,
    /// It could not be delivered, or was answered that the service cannot work at present.
    Unavailable,
    /// It was not answered in time.
    Timeout,
    /// It was answered with something unusable, or refused for good.
    Invalid,
    /// It was answered with an error that may mean "there is none"; the next request finds out.
    Doubtful,
    /// It was not sent, because the service is left alone for a while.
    CircuitOpen,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Success, Self::Unavailable, Self::Timeout, Self::Invalid, Self::Doubtful, Self::CircuitOpen];

    /// The name in metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Unavailable => "unavailable",
            Self::Timeout => "timeout",
            Self::Invalid => "invalid",
            Self::Doubtful => "doubtful",
            Self::CircuitOpen => "circuit_open",
        }
    }
}

/// Is told what happens. Called from async workers and, for breakers, under a lock: it must return at once and must
/// not ask for the state of a breaker.
pub trait UpstreamObserver: Send + Sync {
    /// One request (each try is one) ended, after this time; a refused one took none. Health probes are not reported.
    fn request(&self, service: Upstream, outcome: Outcome, elapsed: Duration);

    /// The breaker of this service is in this state from now on. Called once at the start for each service.
    fn breaker(&self, service: Upstream, state: BreakerState);
}

/// Observes nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoObserver;

impl UpstreamObserver for NoObserver {
    fn request(&self, _: Upstream, _: Outcome, _: Duration) {}

    fn breaker(&self, _: Upstream, _: BreakerState) {}
}

/// Says what caused the request that is about to be sent.
pub trait RequestContext: Send + Sync {
    /// Headers to send along, such as `traceparent` and `X-Correlation-ID`. Called in the task of the caller, once for
    /// each request. A header that HTTP does not allow is left out.
    fn headers(&self) -> Vec<(&'static str, String)>;
}

/// Requests without a known cause.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoContext;

impl RequestContext for NoContext {
    fn headers(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

/// What the clients are given by the program around them.
#[derive(Clone)]
pub struct UpstreamHooks {
    /// Time and chance.
    pub pace: Arc<dyn Pace>,
    /// Who is told what happens.
    pub observer: Arc<dyn UpstreamObserver>,
    /// Who knows the cause of a request.
    pub context: Arc<dyn RequestContext>,
}

impl Default for UpstreamHooks {
    /// The system's pace, nobody told, no cause known.
    fn default() -> Self {
        Self { pace: Arc::new(SystemPace::new()), observer: Arc::new(NoObserver), context: Arc::new(NoContext) }
    }
}
