//! The time of day as the five services see it: the system's, or one that a test moves.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};

use crate::locks::lock;

/// A clock that is shared by all services of one simulator.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The system clock.
    #[default]
    System,
    /// Stands still until [`Clock::advance`] moves it.
    Manual(Arc<Mutex<DateTime<Utc>>>),
}

impl Clock {
    /// A clock that stands at `start`.
    #[must_use]
    pub fn manual(start: DateTime<Utc>) -> Self {
        Self::Manual(Arc::new(Mutex::new(start)))
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            Self::System => system_now(),
            Self::Manual(time) => *lock(time),
        }
    }

    /// Moves a manual clock forward; the system clock is left alone.
    pub fn advance(&self, by: Duration) {
        if let Self::Manual(time) = self {
            *lock(time) += by;
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the edge: every other reader of the time takes a Clock")]
fn system_now() -> DateTime<Utc> {
    std::time::SystemTime::now().into()
}

/// Reads RFC 3339, or Python's naive form, which is taken for UTC.
#[must_use]
pub fn parse(text: &str) -> Option<DateTime<Utc>> {
    let zoned = DateTime::parse_from_rfc3339(text).map(DateTime::<Utc>::from).ok();
    zoned.or_else(|| Some(NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok()?.and_utc()))
}

/// RFC 3339 in UTC with as many fraction digits as are needed, as Go and Java print instants.
#[must_use]
pub fn instant(time: DateTime<Utc>) -> String {
    let text = time.format("%Y-%m-%dT%H:%M:%S%.9f").to_string();
    format!("{}Z", text.trim_end_matches('0').trim_end_matches('.'))
}

/// RFC 3339 in UTC to the second.
#[must_use]
pub fn seconds(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Milliseconds with a numeric offset, as Spring's error documents carry it.
#[must_use]
pub fn spring(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%S%.3f+00:00").to_string()
}

/// Python's naive form: no zone, and either six fraction digits or none.
#[must_use]
pub fn naive(time: DateTime<Utc>) -> String {
    let format = if time.timestamp_subsec_micros() == 0 { "%Y-%m-%dT%H:%M:%S" } else { "%Y-%m-%dT%H:%M:%S%.6f" };
    time.format(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_service_prints_time_in_its_own_way() {
        let time = |nanos| DateTime::<Utc>::from_timestamp(1_767_623_400, nanos).unwrap();
        assert_eq!(instant(time(123_456_789)), "2026-01-05T14:30:00.123456789Z");
        assert_eq!(instant(time(120_000_000)), "2026-01-05T14:30:00.12Z");
        assert_eq!(instant(time(0)), "2026-01-05T14:30:00Z");
        assert_eq!(seconds(time(999_999_999)), "2026-01-05T14:30:00Z");
        assert_eq!(spring(time(123_456_789)), "2026-01-05T14:30:00.123+00:00");
        assert_eq!(naive(time(123_000_000)), "2026-01-05T14:30:00.123000");
        assert_eq!(naive(time(0)), "2026-01-05T14:30:00");
    }

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let start = DateTime::<Utc>::from_timestamp(1_767_623_400, 0).unwrap();
        let clock = Clock::manual(start);
        let shared = clock.clone();
        clock.advance(Duration::from_millis(1500));
        assert_eq!(shared.now(), start + Duration::from_millis(1500));
    }
}
