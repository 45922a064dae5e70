//! Statistics of measured times.

use std::time::Duration;

/// Times of one series of requests, sorted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Samples {
    latencies: Vec<Duration>,
    failures: u64,
    took: Duration,
}

impl Samples {
    pub(crate) fn new(mut latencies: Vec<Duration>, failures: u64, took: Duration) -> Self {
        latencies.sort_unstable();
        Self { latencies, failures, took }
    }

    #[cfg(test)]
    pub(crate) fn count(&self) -> usize {
        self.latencies.len()
    }

    /// The mean; zero of nothing.
    pub(crate) fn mean(&self) -> Duration {
        let count = u32::try_from(self.latencies.len()).unwrap_or(u32::MAX).max(1);
        self.latencies.iter().sum::<Duration>() / count
    }

    /// The smallest time that at least this share of the requests did not exceed (nearest rank); `share` in `0..=1`.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rank within the number of samples"
    )]
    pub(crate) fn percentile(&self, share: f64) -> Duration {
        let rank = (self.latencies.len() as f64 * share).ceil() as usize;
        self.latencies.get(rank.saturating_sub(1)).copied().unwrap_or_default()
    }

    /// The share of requests that succeeded, `0..=1`; 0 of nothing.
    #[expect(clippy::cast_precision_loss, reason = "fewer than 2^52 requests")]
    pub(crate) fn success(&self) -> f64 {
        let count = self.latencies.len() as f64;
        if count > 0.0 { (count - self.failures as f64) / count } else { 0.0 }
    }

    /// Requests that succeeded per second, from the first due time to the last answer.
    #[expect(clippy::cast_precision_loss, reason = "fewer than 2^52 requests")]
    pub(crate) fn throughput(&self) -> f64 {
        (self.latencies.len() as f64 - self.failures as f64) / self.took.as_secs_f64().max(f64::EPSILON)
    }
}

#[cfg(test)]
mod tests {
    use super::Samples;
    use std::time::Duration;

    #[test]
    fn statistics_of_a_known_series() {
        let times = (1..=100).rev().map(Duration::from_millis).collect();
        let samples = Samples::new(times, 1, Duration::from_secs(2));
        assert_eq!(samples.percentile(0.95), Duration::from_millis(95));
        assert_eq!(samples.percentile(0.5), Duration::from_millis(50));
        assert_eq!(samples.percentile(1.0), Duration::from_millis(100));
        assert_eq!(samples.mean(), Duration::from_micros(50_500));
        assert!((samples.success() - 0.99).abs() < 1e-9);
        assert!((samples.throughput() - 49.5).abs() < 1e-9);
    }

    #[test]
    fn nothing_measured_is_no_success() {
        let samples = Samples::default();
        assert_eq!((samples.mean(), samples.percentile(0.95)), (Duration::ZERO, Duration::ZERO));
        assert!(samples.success().abs() < 1e-9);
    }
}
