//! The problem: one portfolio, its model and its cash reserve, in exact integers.
//!
//! Every amount of money of one problem is an integer number of the same unit `10^-S`. `S` is the least number of
//! decimals that writes all of them: `S = B + w`, where `B` covers quantity times price, cash and the reserve's amount,
//! and `w` the weights (targets, drifts, the reserve's fraction). With at most 8 decimals in each factor, `B ≤ 16`,
//! `w ≤ 6` and `S ≤ 22`.
//!
//! Bounds, checked here by checked arithmetic: the gross `|cash| + Σ|q·p|` is below 10¹⁵, each price below 10⁹, the
//! targets sum to at most 0.95. So `|MV| < 10³⁷` units, a band ends below `1.95·10³⁷`, and the holdings that the solver
//! considers sum to less than `MV·0.95 + Σp < 1.1·10³⁷`: every sum it takes stays below `1.7·10³⁸`, the limit of
//! `i128`. Products of two amounts do not, and are never taken in 128 bits.

mod error;
mod scaling;

pub use error::ProblemError;
pub(crate) use scaling::Row;

use domain::{Decimal, DriftRange, Price, Reserve, SecurityId, Target};
use scaling::Scaled;

/// The most securities of one problem; far above any portfolio, and small enough for every sum to fit.
pub const MAX_SECURITIES: usize = 100_000;

/// One security of the problem: held, listed in the model, or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Security {
    /// The security.
    pub id: SecurityId,
    /// Units held now: at most 8 decimals, negative for a short.
    pub quantity: Decimal,
    /// Price of one unit: below 10⁹, at most 8 decimals.
    pub price: Price,
    /// The model's target; 0 when the model does not list the security.
    pub target: Target,
    /// The model's band; 0 when the model does not list the security.
    pub drifts: DriftRange,
    /// Whether the model lists it.
    pub in_model: bool,
}

/// One portfolio to rebalance: valid, within the bounds of exact arithmetic, its securities in ascending order of id.
#[derive(Clone, Debug)]
pub struct Problem {
    cash: Decimal,
    reserve: Reserve,
    securities: Vec<Security>,
    scaled: Scaled,
}

impl Problem {
    /// A problem from cash (at most 8 decimals, may be negative), securities in any order, and the reserve. The order
    /// of `securities` makes no difference to anything that follows.
    pub fn new(cash: Decimal, mut securities: Vec<Security>, reserve: Reserve) -> Result<Self, ProblemError> {
        if securities.len() > MAX_SECURITIES {
            return Err(ProblemError::TooManySecurities(securities.len()));
        }
        if !securities.is_sorted_by(|a, b| a.id < b.id) {
            securities.sort_unstable_by_key(|security| security.id);
            if let Some(pair) = securities.windows(2).find(|pair| pair[0].id == pair[1].id) {
                return Err(ProblemError::DuplicateSecurity(pair[0].id));
            }
        }
        let scaled = Scaled::new(cash, &securities, reserve)?;
        Ok(Self { cash, reserve, securities, scaled })
    }

    /// Cash before the trades.
    #[must_use]
    pub const fn cash(&self) -> Decimal {
        self.cash
    }

    /// The cash reserve asked for.
    #[must_use]
    pub const fn reserve(&self) -> Reserve {
        self.reserve
    }

    /// The securities, by ascending id.
    #[must_use]
    pub fn securities(&self) -> &[Security] {
        &self.securities
    }

    /// `cash + Σ q·p`, exact: what no trade changes.
    #[must_use]
    pub fn market_value(&self) -> Decimal {
        self.money(self.scaled.market_value)
    }

    /// True when there is neither cash nor any unit of a security: nothing to trade, whatever the reserve.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.scaled.empty
    }

    /// `MV` in money units.
    pub(crate) const fn market_value_units(&self) -> i128 {
        self.scaled.market_value
    }

    /// `MV − R` in money units: what the holdings may be worth together. Of an empty portfolio: 0.
    pub(crate) const fn room(&self) -> i128 {
        self.scaled.room
    }

    /// What every price is a multiple of, in money units.
    pub(crate) const fn price_unit(&self) -> i128 {
        self.scaled.price_unit
    }

    /// The securities in money units, by ascending id.
    pub(crate) fn rows(&self) -> &[Row] {
        &self.scaled.rows
    }

    /// The units held when the whole count of security `index` is `count`, with the decimals of the quantity now (as
    /// many of them as it needs, when it was written with more than 8).
    pub(crate) fn quantity_at(&self, index: usize, count: i128) -> Decimal {
        scaling::quantity_at(self.securities[index].quantity, count - self.scaled.rows[index].now)
    }

    /// An amount of money units as a decimal without trailing zeros.
    pub(crate) fn money(&self, units: i128) -> Decimal {
        scaling::money(units, self.scaled.scale)
    }
}

#[cfg(test)]
mod tests;
