//! The time of day, read in one place.

use chrono::{DateTime, SecondsFormat, Utc};

/// Now, in UTC.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place of the crate that reads the clock; all else takes a time")]
pub fn now() -> DateTime<Utc> {
    std::time::SystemTime::now().into()
}

/// RFC 3339 with microseconds and `Z`: the form of Kubernetes' `MicroTime`.
#[must_use]
pub fn micro_time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// RFC 3339 with whole seconds and `Z`: the form of Kubernetes' `Time`.
#[must_use]
pub fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
