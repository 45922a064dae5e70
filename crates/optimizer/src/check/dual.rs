//! The Lagrangian bound, computed anew from its multiplier.
//!
//! **Theorem.** Let `W = Σ w_i` be worth of the lowest allowed values, `G` the greatest common divisor of the prices of
//! securities with more than one value to choose from, and `C` the greatest `W + n·G` that is not above `MV − R`. Every
//! affordable choice is worth `Σ v_i ≤ C`, because the worth of a choice differs from `W` by a multiple of `G`. So for
//! every `λ ≥ 0`
//!
//! ```text
//! Σ |T_i − v_i|  ≥  Σ min_v (|T_i − v| + λ·v)  −  λ·C
//! ```
//!
//! Values above the upper of the nearest ones are left out: they are neither nearer nor cheaper. With `λ ≤ 1` the
//! weighed sum does not rise before the target, so the minimum is at that value or the one below it. Both sides are multiplied by the
//! denominator of `λ` and compared in 256 bits. The objective is a whole number of units, so a bound above
//! `objective − 1` proves it.

use super::CheckError;
use super::facts::{Amounts, Fact, whole};

/// Whether the bound of the multiplier reaches the objective.
pub(super) fn reaches<'a>(
    amounts: &Amounts,
    facts: impl Iterator<Item = Result<Fact<'a>, CheckError>>,
    (numerator, denominator): (i128, i128),
    objective: i128,
) -> Result<bool, CheckError> {
    if numerator < 0 || denominator <= 0 || numerator > denominator {
        return Ok(false);
    }
    let (numerator, denominator) = (numerator.unsigned_abs(), denominator.unsigned_abs());
    let (mut sum, mut lowest_worth, mut step) = (Wide::ZERO, 0_i128, 0_i128);
    for fact in facts {
        let fact = fact?;
        let (lowest, upper) = fact.range();
        lowest_worth = lowest_worth.checked_add(lowest).ok_or(CheckError::Overflow)?;
        if upper > lowest {
            step = common_divisor(step, fact.price);
        }
        let weighed = |value: i128| {
            let distance = (fact.target - value).unsigned_abs();
            Wide::product(denominator, distance).plus(Wide::product(numerator, value.unsigned_abs()))
        };
        let below = (upper - fact.price).max(lowest);
        let least = weighed(below)?.min(weighed(upper)?);
        sum = sum.plus(least)?;
    }
    let spare = amounts.market_value - amounts.reserve - lowest_worth;
    if spare < 0 {
        return Err(CheckError::Overspent);
    }
    let usable = lowest_worth + if step > 0 { whole(spare, step) * step } else { 0 };
    // Σ min + denominator > objective·denominator + numerator·C
    let left = sum.plus(Wide::product(denominator, 1))?;
    let right =
        Wide::product(denominator, objective.unsigned_abs()).plus(Wide::product(numerator, usable.unsigned_abs()))?;
    Ok(left > right)
}

impl Fact<'_> {
    /// The lowest allowed value and the upper of the allowed values nearest to the target, given that the value after
    /// the trade is allowed.
    pub(super) fn range(&self) -> (i128, i128) {
        let (step, short) = (self.price, self.target - self.value);
        // The neighbours of the target among the values that can be reached.
        let first = match short {
            0.. => self.value + whole(short, step) * step,
            _ => self.value - (whole(-short - 1, step) + 1) * step,
        };
        let upper = self.upper_of([first, first + step]);
        let lowest = if self.in_band(self.value) {
            self.value - whole(self.value - self.low.max(0), step) * step
        } else if self.allows(first) {
            first
        } else {
            first + step
        };
        (lowest, upper)
    }

    /// The nearer of two neighbours, the second where they are equally near; only allowed ones count.
    fn upper_of(&self, [first, second]: [i128; 2]) -> i128 {
        let second_is_nearer = (second - self.target).abs() <= (first - self.target).abs();
        match (self.allows(first), self.allows(second)) {
            (true, true) if second_is_nearer => second,
            (true, _) => first,
            (false, _) => second,
        }
    }
}

fn common_divisor(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a - whole(a, b) * b);
    }
    a
}

/// A non-negative number of 256 bits; the high half comes first, so that the order is that of numbers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Wide {
    high: u128,
    low: u128,
}

impl Wide {
    const ZERO: Self = Self { high: 0, low: 0 };

    fn product(a: u128, b: u128) -> Self {
        let (low, high) = a.carrying_mul(b, 0);
        Self { high, low }
    }

    fn plus(self, other: Self) -> Result<Self, CheckError> {
        let (low, carry) = self.low.overflowing_add(other.low);
        let high = self.high.checked_add(other.high).and_then(|high| high.checked_add(u128::from(carry)));
        Ok(Self { high: high.ok_or(CheckError::Overflow)?, low })
    }
}
