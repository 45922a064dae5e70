//! One security of a model: its target weight and the band around it.

use crate::{Decimal, SecurityId};

/// Target weight of a security: a fraction of market value, `0..=0.95` in steps of `0.005`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target(Decimal);

/// Why a weight is not a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Outside `0..=0.95`.
    #[error("a target must be between 0 and 0.95")]
    OutOfRange,
    /// Not a multiple of 0.005.
    #[error("a target must be a multiple of 0.005")]
    NotAMultiple,
}

impl Target {
    /// No holding wanted.
    pub const ZERO: Self = Self(Decimal::ZERO);
    /// Decimals that every target can be written with.
    pub const SCALE: u32 = 3;

    /// A weight in `0..=0.95`, a multiple of `0.005`.
    pub fn new(weight: Decimal) -> Result<Self, TargetError> {
        let thousandths = weight.units_at(Self::SCALE);
        match thousandths {
            _ if weight.is_negative() || weight > Self::max_sum() => Err(TargetError::OutOfRange),
            Some(units) if units % 5 == 0 => Ok(Self(weight)),
            _ => Err(TargetError::NotAMultiple),
        }
    }

    /// The most that the targets of one model may sum to: 0.95 of market value.
    #[must_use]
    pub fn max_sum() -> Decimal {
        Decimal::new(95, 2).unwrap_or(Decimal::ZERO)
    }

    /// Exact weight; its scale is the one that was written.
    #[must_use]
    pub const fn weight(self) -> Decimal {
        self.0
    }
}

/// How far a weight may stray from its target, as an absolute fraction of market value: `0..=1`, at most 6 decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Drift(Decimal);

/// Why numbers are not drifts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DriftError {
    /// Outside `0..=1`.
    #[error("a drift must be between 0 and 1")]
    OutOfRange,
    /// More than 6 decimals.
    #[error("a drift has at most 6 decimals")]
    TooManyDecimals,
    /// The low drift is above the high drift.
    #[error("low_drift must not be above high_drift")]
    LowAboveHigh,
}

impl Drift {
    /// No straying at all.
    pub const ZERO: Self = Self(Decimal::ZERO);
    /// The most decimals a drift has (trailing zeros are not counted).
    pub const SCALE: u32 = 6;

    /// A fraction in `0..=1` with at most 6 decimals.
    pub fn new(fraction: Decimal) -> Result<Self, DriftError> {
        let drift = Self::stored(fraction)?;
        if fraction.units_at(Self::SCALE).is_none() { Err(DriftError::TooManyDecimals) } else { Ok(drift) }
    }

    /// A fraction in `0..=1` that was stored before there was a rule on decimals.
    pub fn stored(fraction: Decimal) -> Result<Self, DriftError> {
        if fraction.is_negative() || fraction > Decimal::ONE { Err(DriftError::OutOfRange) } else { Ok(Self(fraction)) }
    }

    /// The exact fraction, with the scale that was written.
    #[must_use]
    pub const fn fraction(self) -> Decimal {
        self.0
    }
}

/// The band around a target: from `target − low` to `target + high`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DriftRange {
    low: Drift,
    high: Drift,
}

impl DriftRange {
    /// The band of a security that no model lists.
    pub const ZERO: Self = Self { low: Drift::ZERO, high: Drift::ZERO };

    /// A band whose low side is not wider than its high side.
    pub fn new(low: Drift, high: Drift) -> Result<Self, DriftError> {
        if low > high { Err(DriftError::LowAboveHigh) } else { Ok(Self { low, high }) }
    }

    /// How far below the target is allowed.
    #[must_use]
    pub const fn low(self) -> Drift {
        self.low
    }

    /// How far above the target is allowed.
    #[must_use]
    pub const fn high(self) -> Drift {
        self.high
    }
}

/// A security of a model. Two positions are equal when all values are numerically equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The security.
    pub security_id: SecurityId,
    /// Its wanted share of market value.
    pub target: Target,
    /// How far that share may stray.
    pub drifts: DriftRange,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn d(text: &str) -> Decimal {
        text.parse().expect("a decimal")
    }

    #[test]
    fn targets_are_multiples_of_half_a_percent_up_to_95() {
        for text in ["0", "0.005", "0.0050", "0.95", "0.1", "9.5e-1"] {
            assert_eq!(Target::new(d(text)).map(Target::weight), Ok(d(text)), "{text}");
        }
        for text in ["0.955", "1", "-0.005", "-0.001", "0.9500001"] {
            assert_eq!(Target::new(d(text)), Err(TargetError::OutOfRange), "{text}");
        }
        for text in ["0.001", "0.0051", "0.94999", "0.0000001"] {
            assert_eq!(Target::new(d(text)), Err(TargetError::NotAMultiple), "{text}");
        }
    }

    #[test]
    fn drifts_are_fractions_with_at_most_six_decimals() {
        for text in ["0", "1", "0.000001", "0.0100000000"] {
            assert!(Drift::new(d(text)).is_ok(), "{text}");
        }
        assert_eq!(Drift::new(d("1.000001")), Err(DriftError::OutOfRange));
        assert_eq!(Drift::new(d("-0.01")), Err(DriftError::OutOfRange));
        assert_eq!(Drift::new(d("0.0000001")), Err(DriftError::TooManyDecimals));
        assert!(Drift::stored(d("0.0000001")).is_ok());
        assert_eq!(Drift::stored(d("1.0000001")), Err(DriftError::OutOfRange));
    }

    #[test]
    fn the_low_drift_is_not_above_the_high_drift() {
        let drift = |text| Drift::new(d(text)).expect("valid");
        assert!(DriftRange::new(drift("0.010"), drift("0.01")).is_ok());
        assert_eq!(DriftRange::new(drift("0.02"), drift("0.01")), Err(DriftError::LowAboveHigh));
    }

    proptest! {
        #[test]
        fn a_target_is_taken_exactly_when_it_is_on_the_grid(units in -100_i128..1100) {
            let weight = Decimal::new(units, 3).expect("scale");
            let on_grid = (0..=950).contains(&units) && units % 5 == 0;
            prop_assert_eq!(Target::new(weight).is_ok(), on_grid);
        }
    }
}
