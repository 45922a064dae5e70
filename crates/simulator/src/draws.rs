//! Seeded randomness: the same seed gives the same book, the same ids and the same sequence of prices.

use std::f64::consts::TAU;

use rand::rngs::{ChaCha8Rng, SysRng};
use rand::{RngExt as _, SeedableRng as _, TryRng as _};

/// A stream of draws. Streams of one seed are independent of each other.
#[derive(Debug)]
pub(crate) struct Draws(ChaCha8Rng);

impl Draws {
    /// The stream that belongs to `purpose`.
    pub(crate) fn new(seed: u64, purpose: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(purpose);
        Self(rng)
    }

    /// Whole number in `0..bound`; 0 when `bound` is 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        if bound == 0 { 0 } else { self.0.random_range(0..bound) }
    }

    /// Whole number in `low..=high`.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        self.0.random_range(low..=high.max(low))
    }

    /// Fraction in `0.0..1.0`.
    pub(crate) fn fraction(&mut self) -> f64 {
        self.0.random_range(0.0..1.0)
    }

    /// Standard normal draw (Box and Muller 1958).
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.fraction()).ln()).sqrt();
        radius * (TAU * self.fraction()).cos()
    }

    /// Shuffles in place (Fisher and Yates).
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let chosen = self.below(last + 1);
            items.swap(last, chosen);
        }
    }
}

/// A seed from the operating system, small enough (53 bits) to survive a JSON number.
///
/// # Errors
/// When the operating system has no entropy to give.
pub(crate) fn fresh_seed() -> std::io::Result<u64> {
    SysRng.try_next_u64().map(|seed| seed >> 11).map_err(std::io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_repeat_with_the_seed_and_differ_by_purpose() {
        let take = |seed, purpose| {
            let mut draws = Draws::new(seed, purpose);
            (0..8).map(|_| draws.between(0, i64::MAX)).collect::<Vec<_>>()
        };
        assert_eq!(take(7, 1), take(7, 1));
        assert_ne!(take(7, 1), take(7, 2));
        assert_ne!(take(7, 1), take(8, 1));
    }

    #[test]
    fn normal_draws_have_mean_zero_and_deviation_one() {
        let mut draws = Draws::new(1, 1);
        let sample: Vec<f64> = (0..20_000).map(|_| draws.normal()).collect();
        let mean = sample.iter().sum::<f64>() / 20_000.0;
        let variance = sample.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 20_000.0;
        assert!(mean.abs() < 0.03, "{mean}");
        assert!((variance - 1.0).abs() < 0.05, "{variance}");
    }
}
