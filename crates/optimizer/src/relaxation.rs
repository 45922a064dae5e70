//! Step 5: why no admissible holdings exist, and the smallest relaxation that would help.
//!
//! **Theorem.** Holdings are admissible iff each security is at an allowed count and they are affordable together; the
//! lowest allowed counts are the cheapest. So a problem is infeasible iff some security has no allowed count, or the
//! lowest counts alone exceed `MV − R`.
//!
//! An empty band is helped by raising the low drift, so that it reaches down to the nearest count below, or the high
//! drift, up to the nearest count above: by the lesser of the two, where a low drift above the high one is none (no
//! model can have it). If neither can be raised alone, both are raised to reach down. Counts are the reachable ones and
//! the whole ones: when a whole number of shares fits, a residue no longer counts against the band.

mod text;

use crate::arithmetic::{ceil_div, floor_div};
use crate::problem::{Problem, Row};
use crate::separable::{Rule, lowest, nearest};
use domain::{Decimal, Drift, DriftRange, SecurityId};

/// One fact that rules out every admissible holding. Its `Display` is a sentence for a portfolio manager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InfeasibleReason {
    /// The portfolio owes more than it holds.
    NegativeMarketValue {
        /// Its market value, below 0.
        market_value: Decimal,
    },
    /// No whole-share trade ends inside the band of a security.
    EmptyBand(Box<EmptyBand>),
    /// The smallest admissible holdings cost more than may be invested.
    CashShort {
        /// How much more, above 0.
        missing: Decimal,
        /// What the smallest admissible holdings are worth together.
        least_value: Decimal,
        /// The portfolio's market value.
        market_value: Decimal,
        /// The cash reserve, in currency.
        reserve: Decimal,
    },
    /// Contributes to [`CashShort`](Self::CashShort): the band of a security forbids holding less than this.
    BandFloor {
        /// The security.
        security: SecurityId,
        /// The least that may be held.
        least: Count,
    },
    /// Contributes to [`CashShort`](Self::CashShort): a fraction of a share that no whole-share trade can sell.
    ResidueHeld {
        /// The security.
        security: SecurityId,
        /// The least that may be held.
        least: Count,
    },
}

/// A band that no whole-share trade can reach, and what would help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmptyBand {
    /// The security.
    pub security: SecurityId,
    /// The band as fractions of market value, the lower end not below 0.
    pub band: (Decimal, Decimal),
    /// The nearest count below the band.
    pub below: Count,
    /// The nearest count above the band.
    pub above: Count,
    /// The model's drifts now.
    pub drifts: DriftRange,
    /// The lesser widening that admits a count.
    pub relaxation: Relaxation,
}

/// A number of units and what it amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Units of the security.
    pub units: Decimal,
    /// Their value, in currency.
    pub value: Decimal,
    /// Their value as a fraction of market value, rounded half-even to 6 decimals; 0 when there is no market value.
    pub weight: Decimal,
}

/// Drifts that would admit a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relaxation {
    /// The drifts to use instead: the smallest, in steps of `0.000001`.
    pub drifts: DriftRange,
    /// The units that they admit.
    pub admits: Decimal,
}

impl InfeasibleReason {
    /// A stable name of the kind of reason.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NegativeMarketValue { .. } => "negative_market_value",
            Self::EmptyBand(_) => "empty_band",
            Self::CashShort { .. } => "cash_short",
            Self::BandFloor { .. } => "band_floor",
            Self::ResidueHeld { .. } => "fractional_residue",
        }
    }

    /// The security concerned, when it is one.
    #[must_use]
    pub const fn security(&self) -> Option<SecurityId> {
        match self {
            Self::EmptyBand(empty) => Some(empty.security),
            Self::BandFloor { security, .. } | Self::ResidueHeld { security, .. } => Some(*security),
            Self::NegativeMarketValue { .. } | Self::CashShort { .. } => None,
        }
    }
}

/// The reasons why a problem is infeasible, empty bands first; none when it is feasible.
#[cold]
pub(crate) fn reasons(problem: &Problem) -> Vec<InfeasibleReason> {
    if problem.market_value_units() < 0 {
        return vec![InfeasibleReason::NegativeMarketValue { market_value: problem.market_value() }];
    }
    let mut reasons = Vec::new();
    let mut floors = Vec::new();
    let mut least_value = 0;
    for (index, row) in problem.rows().iter().enumerate() {
        let Some(nearest) = nearest(row) else {
            reasons.extend(empty_band(problem, index).map(|empty| InfeasibleReason::EmptyBand(Box::new(empty))));
            continue;
        };
        let count = lowest(row, &nearest);
        let value = row.value(count);
        least_value += value;
        if value > 0 {
            let security = problem.securities()[index].id;
            let least = counted(problem, problem.quantity_at(index, count), value);
            floors.push(if nearest.rule == Rule::Residue {
                InfeasibleReason::ResidueHeld { security, least }
            } else {
                InfeasibleReason::BandFloor { security, least }
            });
        }
    }
    let missing = least_value - problem.room();
    if missing > 0 {
        reasons.push(InfeasibleReason::CashShort {
            missing: problem.money(missing),
            least_value: problem.money(least_value),
            market_value: problem.market_value(),
            reserve: problem.money(problem.market_value_units() - problem.room()),
        });
        reasons.extend(floors);
    }
    reasons
}

/// The count of `units` worth `value` money units.
fn counted(problem: &Problem, units: Decimal, value: i128) -> Count {
    let market_value = problem.market_value_units();
    let weight = Decimal::whole(value).checked_div_half_even(Decimal::whole(market_value), Drift::SCALE);
    Count { units, value: problem.money(value), weight: weight.unwrap_or(Decimal::ZERO).normalized() }
}

/// Why the band of security `index` is empty; `None` only when its drifts could not be widened, which cannot be: down
/// to the target itself is always allowed, and admits holding nothing.
fn empty_band(problem: &Problem, index: usize) -> Option<EmptyBand> {
    let (row, security) = (&problem.rows()[index], &problem.securities()[index]);
    let (below, below_units) = highest_below(problem, index, row);
    let (above, above_units) = lowest_above(problem, index, row);
    let market_value = problem.market_value_units();
    let (drifts, low) = (security.drifts, drift_reaching(row.target - below, market_value)?);
    let downward = DriftRange::new(low, drifts.high()).ok();
    let upward = drift_reaching(above - row.target, market_value);
    let upward = upward.and_then(|high| DriftRange::new(drifts.low(), high).ok());
    let (drifts, admits) = match (downward, upward) {
        (Some(down), Some(up)) if widening(drifts, down) < widening(drifts, up) => (down, below_units),
        (_, Some(up)) => (up, above_units),
        (Some(down), None) => (down, below_units),
        (None, None) => (DriftRange::new(low, low).ok()?, below_units),
    };
    let weight = security.target.weight();
    let band_low = weight.checked_sub(security.drifts.low().fraction())?.max(Decimal::ZERO).normalized();
    Some(EmptyBand {
        security: security.id,
        band: (band_low, weight.checked_add(security.drifts.high().fraction())?.normalized()),
        below: counted(problem, below_units, below),
        above: counted(problem, above_units, above),
        drifts: security.drifts,
        relaxation: Relaxation { drifts, admits },
    })
}

/// The greatest value below the band that is a whole number of shares or can be reached, and its units. An empty band
/// begins above 0, so that nothing at all is below it.
fn highest_below(problem: &Problem, index: usize, row: &Row) -> (i128, Decimal) {
    let whole = ceil_div(row.low, row.price) - 1;
    let reachable = ceil_div(row.low - row.residue, row.price) - 1;
    if reachable >= 0 && row.value(reachable) > whole * row.price {
        (row.value(reachable), problem.quantity_at(index, reachable))
    } else {
        (whole * row.price, Decimal::whole(whole))
    }
}

/// The least value above the band that is a whole number of shares or can be reached, and its units.
fn lowest_above(problem: &Problem, index: usize, row: &Row) -> (i128, Decimal) {
    let whole = floor_div(row.high, row.price) + 1;
    let reachable = floor_div(row.high - row.residue, row.price) + 1;
    if row.value(reachable) < whole * row.price {
        (row.value(reachable), problem.quantity_at(index, reachable))
    } else {
        (whole * row.price, Decimal::whole(whole))
    }
}

/// The least drift whose band reaches `distance` from the target; `None` when that is more than 1.
fn drift_reaching(distance: i128, market_value: i128) -> Option<Drift> {
    if market_value <= 0 || distance > market_value {
        return None;
    }
    // Long division, because the distance in millionths may not fit. A remainder is below 10^37.
    let (mut millionths, mut rest) = (distance / market_value, distance % market_value);
    for _ in 0..Drift::SCALE {
        rest *= 10;
        millionths = millionths * 10 + rest / market_value;
        rest %= market_value;
    }
    millionths += i128::from(rest > 0);
    Drift::new(Decimal::new(millionths, Drift::SCALE)?.normalized()).ok()
}

/// By how much `new` is wider than `old`, both sides together.
fn widening(old: DriftRange, new: DriftRange) -> Option<Decimal> {
    let by = |new: Drift, old: Drift| new.fraction().checked_sub(old.fraction());
    by(new.low(), old.low())?.checked_add(by(new.high(), old.high())?)
}

#[cfg(test)]
mod tests;
