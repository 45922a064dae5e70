//! When a service is left alone, and how it is taken back.
//!
//! *Closed*: all requests pass. A second in which at least half of the requests that showed anything failed is a bad one;
//! `threshold` bad seconds within a sliding window of ten open it. So it opens by the rate of failures and by how long they
//! last, whatever the number of requests at a time: one bad moment that fails all that are under way is what retries are
//! for. *Open*: requests are refused until the pause is
//! over. *Half-open*: the first request after the pause is the trial; the others wait for its verdict instead of
//! failing, so that a run of many parallel calls survives the moment of recovery. Success closes the breaker, failure
//! opens it for another pause, and a trial that ends without a verdict (given up by its caller, or doubtful) leaves the
//! trial to the next request.
//!
//! Each change of state begins a new era. A request reports to the era it started in; verdicts of an earlier era come
//! too late and are ignored.

use crate::failure::{Failure, Sign};
use crate::hooks::UpstreamObserver;
use crate::pace::Pace;
use ports::Upstream;
use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// Whether a service is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BreakerState {
    /// It is.
    Closed,
    /// One request finds out whether it can be again.
    HalfOpen,
    /// It is not, for a while.
    Open,
}

impl BreakerState {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Closed, Self::HalfOpen, Self::Open];

    /// The name in logs and metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::HalfOpen => "half_open",
            Self::Open => "open",
        }
    }
}

/// The state, and what it needs to know to leave it.
#[derive(Clone, Copy, Debug)]
enum Phase {
    Closed,
    HalfOpen,
    Open { until: Duration },
}

impl Phase {
    const fn state(self) -> BreakerState {
        match self {
            Self::Closed => BreakerState::Closed,
            Self::HalfOpen => BreakerState::HalfOpen,
            Self::Open { .. } => BreakerState::Open,
        }
    }
}

/// Seconds of the sliding window.
const WINDOW_S: u64 = 10;

/// What the requests of one second showed.
#[derive(Clone, Copy, Debug)]
struct Second {
    number: u64,
    worked: u32,
    failed: u32,
}

impl Second {
    /// At least half of them failed.
    const fn is_bad(self) -> bool {
        self.failed > 0 && self.failed >= self.worked
    }
}

#[derive(Debug)]
struct Inner {
    phase: Phase,
    era: u64,
    /// The seconds of the window in which something was shown, oldest first; while it is closed.
    seconds: VecDeque<Second>,
}

impl Inner {
    /// Counts what a request showed at `now`; returns how many seconds of the window are bad.
    fn count(&mut self, now: Duration, sign: Sign) -> usize {
        let number = now.as_secs();
        while self.seconds.front().is_some_and(|second| second.number + WINDOW_S <= number) {
            self.seconds.pop_front();
        }
        if self.seconds.back().is_none_or(|second| second.number < number) {
            self.seconds.push_back(Second { number, worked: 0, failed: 0 });
        }
        if let Some(second) = self.seconds.back_mut() {
            match sign {
                Sign::Works => second.worked = second.worked.saturating_add(1),
                Sign::Fails => second.failed = second.failed.saturating_add(1),
                Sign::None => {}
            }
        }
        self.seconds.iter().filter(|second| second.is_bad()).count()
    }
}

/// The breaker of one service.
pub(crate) struct Breaker {
    service: Upstream,
    threshold: NonZeroU32,
    pause: Duration,
    pace: Arc<dyn Pace>,
    observer: Arc<dyn UpstreamObserver>,
    inner: Mutex<Inner>,
    changed: Notify,
}

/// The right to send one request, to be given back with what the request showed. Dropping it shows nothing.
pub(crate) struct Pass<'a> {
    breaker: &'a Breaker,
    era: u64,
    sign: Sign,
}

impl Pass<'_> {
    /// Reports what the request showed.
    pub(crate) fn report(mut self, sign: Sign) {
        self.sign = sign;
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        self.breaker.settle(self.era, self.sign);
    }
}

/// What a request that wants to be sent is told.
enum Admission<'a> {
    Go(Pass<'a>),
    AwaitTrial,
    Refused { retry_after: Duration },
}

impl Breaker {
    pub(crate) fn new(
        service: Upstream,
        threshold: NonZeroU32,
        pause: Duration,
        pace: Arc<dyn Pace>,
        observer: Arc<dyn UpstreamObserver>,
    ) -> Self {
        observer.breaker(service, BreakerState::Closed);
        let inner = Mutex::new(Inner { phase: Phase::Closed, era: 0, seconds: VecDeque::new() });
        Self { service, threshold, pause, pace, observer, inner, changed: Notify::new() }
    }

    /// The present state. An open breaker whose pause is over stays open until somebody calls.
    pub(crate) fn state(&self) -> BreakerState {
        self.lock().phase.state()
    }

    /// The right to send one request, after the verdict of a running trial if there is one.
    ///
    /// # Errors
    /// `CircuitOpen`.
    pub(crate) async fn admit(&self) -> Result<Pass<'_>, Failure> {
        loop {
            // Made before the state is read: a change between reading and waiting still wakes it.
            let changed = self.changed.notified();
            match self.try_admit() {
                Admission::Go(pass) => return Ok(pass),
                Admission::Refused { retry_after } => return Err(Failure::CircuitOpen { retry_after }),
                Admission::AwaitTrial => changed.await,
            }
        }
    }

    fn try_admit(&self) -> Admission<'_> {
        let now = self.pace.now();
        let mut inner = self.lock();
        match inner.phase {
            Phase::Closed => {}
            Phase::HalfOpen => return Admission::AwaitTrial,
            Phase::Open { until } if now < until => {
                return Admission::Refused { retry_after: until.saturating_sub(now) };
            }
            Phase::Open { .. } => self.enter(&mut inner, Phase::HalfOpen),
        }
        Admission::Go(Pass { breaker: self, era: inner.era, sign: Sign::None })
    }

    fn settle(&self, era: u64, sign: Sign) {
        let now = self.pace.now();
        let mut inner = self.lock();
        if inner.era != era {
            return;
        }
        let next = match (inner.phase, sign) {
            (Phase::Closed, Sign::None) | (Phase::Open { .. }, _) => return,
            (Phase::Closed, sign) => {
                let bad = inner.count(now, sign);
                if sign != Sign::Fails || bad < self.threshold.get() as usize {
                    return;
                }
                Phase::Open { until: now + self.pause }
            }
            (Phase::HalfOpen, Sign::Fails) => Phase::Open { until: now + self.pause },
            (Phase::HalfOpen, Sign::Works) => Phase::Closed,
            (Phase::HalfOpen, Sign::None) => Phase::Open { until: now },
        };
        self.enter(&mut inner, next);
    }

    fn enter(&self, inner: &mut Inner, phase: Phase) {
        let state = phase.state();
        *inner = Inner { phase, era: inner.era + 1, seconds: VecDeque::new() };
        self.observer.breaker(self.service, state);
        match state {
            BreakerState::Open => {
                tracing::warn!(service = %self.service, pause_ms = self.pause.as_millis(), "circuit breaker open");
            }
            BreakerState::HalfOpen | BreakerState::Closed => {
                tracing::info!(service = %self.service, state = state.name(), "circuit breaker changed");
            }
        }
        self.changed.notify_waiters();
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing panics while the lock is held but an observer; the state is whole even then.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
