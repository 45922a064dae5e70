//! A clock that stands until it is set.

use super::locked;
use crate::builders::at;
use domain::Timestamp;
use ports::Clock;
use std::sync::Mutex;

/// A [`Clock`] that shows what a test says, [`at`]`(0)` at first.
#[derive(Debug)]
pub struct FakeClock(Mutex<Timestamp>);

impl Default for FakeClock {
    fn default() -> Self {
        Self(Mutex::new(at(0)))
    }
}

impl FakeClock {
    /// Shows this instant from now on.
    pub fn set(&self, now: Timestamp) {
        *locked(&self.0) = now;
    }

    /// Goes on by `ms` milliseconds.
    pub fn advance_ms(&self, ms: i64) {
        let mut now = locked(&self.0);
        *now = Timestamp::from_timestamp_millis(now.timestamp_millis() + ms).expect("an instant in range");
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        *locked(&self.0)
    }
}
