//! A measurement beside its limit.

use serde::{Deserialize, Serialize};

use crate::numbers::Samples;

/// What a measurement must not exceed, or must reach.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Limit {
    AtMost(f64),
    AtLeast(f64),
    /// Reported only.
    None,
}

/// One line of the report.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Row {
    /// The group it is shown in.
    pub(crate) area: String,
    /// What was measured; unique within the area.
    pub(crate) name: String,
    /// `ms`, `µs`, `s`, `%`, `/s`, `MB`.
    pub(crate) unit: String,
    pub(crate) limit: Limit,
    pub(crate) measured: f64,
}

/// Statistics that limits are set for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Metric {
    /// Mean latency, at most so many milliseconds.
    Mean(f64),
    /// 95th percentile of latency, at most so many milliseconds.
    P95(f64),
    /// At least so many percent of the requests succeed.
    Success(f64),
    /// At most so many percent of the requests fail.
    Errors(f64),
    /// At least so many successful requests per second.
    Throughput(f64),
}

impl Row {
    pub(crate) fn new(area: &str, name: &str, unit: &str, limit: Limit, measured: f64) -> Self {
        Self { area: area.to_owned(), name: name.to_owned(), unit: unit.to_owned(), limit, measured }
    }

    /// One row for each metric of a series.
    pub(crate) fn of(area: &str, name: &str, samples: &Samples, metrics: &[Metric]) -> Vec<Self> {
        metrics.iter().map(|metric| metric.row(area, name, samples)).collect()
    }

    /// Whether the limit is kept; `None` without one.
    pub(crate) fn is_met(&self) -> Option<bool> {
        match self.limit {
            Limit::AtMost(most) => Some(self.measured <= most),
            Limit::AtLeast(least) => Some(self.measured >= least),
            Limit::None => None,
        }
    }

    /// How much of the limit is used: 1 is just at it, less is better; `None` without one, or when it is 0.
    pub(crate) fn used(&self) -> Option<f64> {
        match self.limit {
            Limit::AtMost(most) if most > 0.0 => Some(self.measured / most),
            Limit::AtLeast(least) => Some(least / self.measured.max(f64::EPSILON)),
            Limit::AtMost(_) | Limit::None => None,
        }
    }
}

impl Metric {
    fn row(self, area: &str, name: &str, samples: &Samples) -> Row {
        let row = |what: &str, unit, limit, measured| Row::new(area, &format!("{name}, {what}"), unit, limit, measured);
        match self {
            Self::Mean(most) => row("mean", "ms", Limit::AtMost(most), samples.mean().as_secs_f64() * 1e3),
            Self::P95(most) => row("p95", "ms", Limit::AtMost(most), samples.percentile(0.95).as_secs_f64() * 1e3),
            Self::Success(least) => row("success", "%", Limit::AtLeast(least), samples.success() * 100.0),
            Self::Errors(most) => row("errors", "%", Limit::AtMost(most), (1.0 - samples.success()) * 100.0),
            Self::Throughput(least) => row("throughput", "/s", Limit::AtLeast(least), samples.throughput()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Limit, Row};

    #[test]
    fn a_limit_is_kept_at_its_very_value_and_missed_beyond() {
        let row = |limit, measured| Row::new("a", "b", "ms", limit, measured);
        assert_eq!(row(Limit::AtMost(10.0), 10.0).is_met(), Some(true));
        assert_eq!(row(Limit::AtMost(10.0), 10.1).is_met(), Some(false));
        assert_eq!(row(Limit::AtLeast(99.0), 98.9).is_met(), Some(false));
        assert_eq!(row(Limit::None, 1.0).is_met(), None);
        assert_eq!(row(Limit::AtLeast(100.0), 200.0).used(), Some(0.5));
        assert_eq!(row(Limit::AtMost(100.0), 50.0).used(), Some(0.5));
        assert_eq!((row(Limit::AtMost(0.0), 0.0).used(), row(Limit::AtMost(0.0), 0.0).is_met()), (None, Some(true)));
    }
}
