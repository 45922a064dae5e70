//! How long a part of a deploy may take: every call gets what is left of it.

use std::fmt;
use std::time::{Duration, Instant};

/// An end in time, and what it is the end of.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    name: &'static str,
    total: Duration,
    // `None` when the time is too long for the clock, which is as good as never.
    ends: Option<Instant>,
}

impl Deadline {
    /// The end of `total` from now on; `name` is what a person calls this limit.
    #[must_use]
    pub fn after(name: &'static str, total: Duration) -> Self {
        Self { name, total, ends: Instant::now().checked_add(total) }
    }

    /// How much is left.
    #[must_use]
    pub fn left(self) -> Duration {
        self.ends.map_or(Duration::MAX, |ends| ends.saturating_duration_since(Instant::now()))
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn passed(self) -> bool {
        self.left().is_zero()
    }

    /// `limit`, or what is left when that is less.
    #[must_use]
    pub fn bound(self, limit: Duration) -> Duration {
        self.left().min(limit)
    }

    /// This deadline, or another when that is later.
    #[must_use]
    pub fn or_later(self, other: Self) -> Self {
        if other.left() > self.left() { other } else { self }
    }
}

/// `--timeout of 8s has passed`.
impl fmt::Display for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, total) = (self.name, self.total);
        if self.passed() { write!(f, "{name} of {total:?} has passed") } else { write!(f, "{name} of {total:?}") }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Deadline;

    #[test]
    fn calls_get_what_is_left_and_never_more_than_their_own_limit() {
        let long = Deadline::after("--timeout", Duration::from_hours(1));
        assert_eq!(long.bound(Duration::from_secs(1)), Duration::from_secs(1));
        assert!(long.bound(Duration::from_hours(2)) <= Duration::from_hours(1) && !long.passed());
        let over = Deadline::after("--timeout", Duration::ZERO);
        assert!(over.passed() && over.bound(Duration::from_secs(1)).is_zero());
        assert_eq!(over.to_string(), "--timeout of 0ns has passed");
        assert!(!over.or_later(long).passed() && !long.or_later(over).passed());
        assert!(!Deadline::after("--timeout", Duration::MAX).passed());
    }
}
