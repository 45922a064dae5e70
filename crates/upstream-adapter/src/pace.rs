//! Time and chance, as arguments.

use futures::FutureExt;
use futures::future::BoxFuture;
use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

/// A clock that only moves forward, a way to wait on it, and chance to spread retries by.
pub trait Pace: Send + Sync {
    /// Time since some fixed instant of this process.
    fn now(&self) -> Duration;

    /// A random duration of at most `limit`.
    fn jitter(&self, limit: Duration) -> Duration;

    /// Is ready when `duration` has passed.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

/// The machine's monotonic clock, tokio's timer, and the process's own random hash keys as a source of chance.
#[derive(Debug)]
pub struct SystemPace {
    start: Instant,
    chance: RandomState,
}

impl SystemPace {
    /// A pace that starts now.
    #[must_use]
    pub fn new() -> Self {
        Self { start: Instant::now(), chance: RandomState::new() }
    }
}

impl Default for SystemPace {
    fn default() -> Self {
        Self::new()
    }
}

impl Pace for SystemPace {
    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn jitter(&self, limit: Duration) -> Duration {
        // A keyed hash of the present in nanoseconds: unpredictable enough to keep replicas from retrying in step.
        let chance = self.chance.hash_one(self.start.elapsed());
        let limit = u64::try_from(limit.as_nanos()).unwrap_or(u64::MAX);
        Duration::from_nanos(limit.checked_add(1).map_or(chance, |bound| chance % bound))
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        tokio::time::sleep(duration).boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn chance_stays_within_its_limit_and_varies() {
        let pace = SystemPace::new();
        let limit = Duration::from_millis(100);
        let draws: HashSet<Duration> = (0..100).map(|_| pace.jitter(limit)).collect();
        assert!(draws.iter().all(|draw| *draw <= limit));
        assert!(draws.len() > 50, "{} different draws of 100", draws.len());
        assert_eq!(pace.jitter(Duration::ZERO), Duration::ZERO);
    }
}
