//! The cash that a rebalance must leave alone.

use crate::Decimal;

/// A cash reserve: the greater of an amount and a fraction of market value. Zero by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reserve {
    amount: Decimal,
    fraction: Decimal,
}

/// Why a reserve is not usable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReserveError {
    /// The amount is below zero.
    #[error("the amount of a cash reserve must not be negative")]
    NegativeAmount,
    /// The amount has more than 8 decimals.
    #[error("the amount of a cash reserve has at most 8 decimals")]
    AmountTooFine,
    /// The fraction is outside `0..=1`.
    #[error("the fraction of a cash reserve must be between 0 and 1")]
    FractionOutOfRange,
    /// The fraction has more than 6 decimals.
    #[error("the fraction of a cash reserve has at most 6 decimals")]
    FractionTooFine,
}

impl Reserve {
    /// No reserve.
    pub const NONE: Self = Self { amount: Decimal::ZERO, fraction: Decimal::ZERO };

    /// The greater of `amount` (in currency, at most 8 decimals) and `fraction` of market value (`0..=1`, at most 6
    /// decimals).
    pub fn new(amount: Decimal, fraction: Decimal) -> Result<Self, ReserveError> {
        if amount.is_negative() {
            return Err(ReserveError::NegativeAmount);
        }
        if amount.normalized().scale() > 8 {
            return Err(ReserveError::AmountTooFine);
        }
        if fraction.is_negative() || fraction > Decimal::ONE {
            return Err(ReserveError::FractionOutOfRange);
        }
        if fraction.normalized().scale() > 6 {
            return Err(ReserveError::FractionTooFine);
        }
        Ok(Self { amount, fraction })
    }

    /// The amount, in currency.
    #[must_use]
    pub const fn amount(self) -> Decimal {
        self.amount
    }

    /// The fraction of market value, `0..=1`.
    #[must_use]
    pub const fn fraction(self) -> Decimal {
        self.fraction
    }

    /// The cash to leave alone in a portfolio worth `market_value` (a negative worth counts as zero); `None` when the
    /// product does not fit.
    #[must_use]
    pub fn of(self, market_value: Decimal) -> Option<Decimal> {
        let share = market_value.max(Decimal::ZERO).checked_mul(self.fraction)?;
        Some(self.amount.max(share))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Decimal {
        text.parse().expect("a decimal")
    }

    #[test]
    fn the_greater_of_amount_and_fraction_is_kept() {
        let reserve = Reserve::new(d("5000"), d("0.02")).expect("valid");
        assert_eq!(reserve.of(d("100000")), Some(d("5000")));
        assert_eq!(reserve.of(d("1000000")), Some(d("20000")));
        assert_eq!(reserve.of(d("-7")), Some(d("5000")));
        assert_eq!(Reserve::NONE.of(d("1500")), Some(d("0")));
    }

    #[test]
    fn each_rule_has_its_error() {
        assert_eq!(Reserve::new(d("-0.01"), d("0")), Err(ReserveError::NegativeAmount));
        assert_eq!(Reserve::new(d("0.000000001"), d("0")), Err(ReserveError::AmountTooFine));
        assert_eq!(Reserve::new(d("0"), d("1.01")), Err(ReserveError::FractionOutOfRange));
        assert_eq!(Reserve::new(d("0"), d("0.0000001")), Err(ReserveError::FractionTooFine));
    }
}
