//! What the checker computes from the decimals that went in and came out.

use super::CheckError;
use crate::{HoldingAfter, Problem, Security};
use domain::Decimal;

/// Powers of ten, by exponent.
const TENS: [i128; 39] = {
    let mut tens = [1; 39];
    let mut exponent = 1;
    while exponent < tens.len() {
        tens[exponent] = 10 * tens[exponent - 1];
        exponent += 1;
    }
    tens
};

/// The whole problem's amounts, as integers of `10^-scale`.
pub(super) struct Amounts {
    scale: u32,
    /// Decimals of quantities, and how many of their units make one share.
    quantities: u32,
    share: i128,
    /// Decimals of weights; amounts of `10^-(scale - weights)` times weights are amounts of `10^-scale`.
    weights: u32,
    /// Market value in units of `10^-(scale - weights)`.
    worth: i128,
    pub(super) market_value: i128,
    pub(super) reserve: i128,
}

/// One security, verified to be traded in whole shares and not short.
pub(super) struct Fact<'a> {
    pub(super) security: &'a Security,
    pub(super) price: i128,
    /// Value after the trade.
    pub(super) value: i128,
    /// Units bought or sold.
    trade: i128,
    pub(super) target: i128,
    pub(super) low: i128,
    high: i128,
}

impl Amounts {
    pub(super) fn of(problem: &Problem) -> Result<Self, CheckError> {
        let (mut quantities, mut prices, mut weights) = (0, 0, decimals(problem.reserve().fraction()));
        for s in problem.securities() {
            quantities = more_decimals(quantities, s.quantity);
            prices = more_decimals(prices, s.price.amount());
            weights = more_decimals(weights, s.target.weight());
            weights = more_decimals(weights, s.drifts.low().fraction());
            weights = more_decimals(weights, s.drifts.high().fraction());
        }
        let money = decimals(problem.cash()).max(decimals(problem.reserve().amount())).max(quantities + prices);
        if money + weights >= 38 {
            return Err(CheckError::Overflow);
        }
        let mut worth = integer(problem.cash(), money).ok_or(CheckError::Overflow)?;
        for s in problem.securities() {
            let quantity = integer(s.quantity, quantities).ok_or(CheckError::Overflow)?;
            let value = integer(s.price.amount(), money - quantities).and_then(|price| times(price, quantity));
            worth = value.and_then(|value| worth.checked_add(value)).ok_or(CheckError::Overflow)?;
        }
        let weight = |weight| integer(weight, weights).ok_or(CheckError::Overflow);
        let at_least = integer(problem.reserve().amount(), money + weights).ok_or(CheckError::Overflow)?;
        let fraction = times(worth, weight(problem.reserve().fraction())?).ok_or(CheckError::Overflow)?;
        Ok(Self {
            scale: money + weights,
            quantities,
            share: TENS[quantities as usize],
            weights,
            worth,
            market_value: times(worth, TENS[weights as usize]).ok_or(CheckError::Overflow)?,
            reserve: at_least.max(fraction),
        })
    }

    /// An amount in units of `10^-scale`, when it is a whole number of them.
    pub(super) fn units(&self, amount: Decimal) -> Option<i128> {
        integer(amount, self.scale)
    }

    /// The facts about one security; fails when the trade is not what the units say or they are below zero.
    #[inline]
    pub(super) fn fact<'a>(&self, security: &'a Security, holding: &HoldingAfter) -> Result<Fact<'a>, CheckError> {
        if holding.id != security.id {
            return Err(CheckError::WrongSecurities);
        }
        let before = integer(security.quantity, self.quantities).ok_or(CheckError::Overflow)?;
        let after = integer(holding.quantity_after, self.quantities).ok_or(CheckError::WrongTrade(security.id))?;
        let trade = times(holding.trade, self.share).ok_or(CheckError::Overflow)?;
        if before.checked_add(trade) != Some(after) {
            return Err(CheckError::WrongTrade(security.id));
        }
        if after < 0 {
            return Err(CheckError::Short(security.id));
        }
        // What the smallest part of a share costs: the money unit is fine enough to make it whole.
        let part = integer(security.price.amount(), self.scale - self.quantities).ok_or(CheckError::Overflow)?;
        let price = times(part, self.share).ok_or(CheckError::Overflow)?;
        let value = times(after, part).ok_or(CheckError::Overflow)?;
        let weight = |weight: Decimal| integer(weight, self.weights).ok_or(CheckError::Overflow);
        let target = weight(security.target.weight())?;
        let low = target - weight(security.drifts.low().fraction())?;
        let high = target + weight(security.drifts.high().fraction())?;
        let of_worth = |weight: i128| times(self.worth, weight).ok_or(CheckError::Overflow);
        Ok(Fact {
            security,
            price,
            value,
            trade: holding.trade,
            target: of_worth(target)?,
            low: of_worth(low)?,
            high: of_worth(high)?,
        })
    }
}

impl Fact<'_> {
    pub(super) const fn distance(&self) -> i128 {
        (self.value - self.target).abs()
    }

    pub(super) const fn in_band(&self, value: i128) -> bool {
        self.low <= value && value <= self.high
    }

    /// Whether the band admits a whole number of shares, but none of the values that this security can have.
    pub(super) fn residue_excuses(&self) -> bool {
        // The value of the fraction of a share that is held whatever is traded.
        let residue = self.value - whole(self.value, self.price) * self.price;
        let highest = |offset: i128| offset + whole(self.high - offset, self.price) * self.price;
        let fits = |offset: i128| self.high >= offset && highest(offset) >= self.low;
        residue > 0 && fits(0) && !fits(residue)
    }

    /// Whether a value that whole-share trades can reach is allowed.
    pub(super) fn allows(&self, value: i128) -> bool {
        value >= 0 && (self.in_band(value) || (self.borders(value) && self.residue_excuses()))
    }

    /// Whether a value outside the band is the last before it or the first behind it: no step nearer is left that is
    /// not a short position.
    const fn borders(&self, value: i128) -> bool {
        let before = value - self.price;
        (value < self.low && value + self.price > self.high) || (value > self.high && (before < self.low || before < 0))
    }

    pub(super) fn verify_allowed(&self) -> Result<(), CheckError> {
        if self.in_band(self.value) || self.allows(self.value) {
            Ok(())
        } else {
            Err(CheckError::OutsideBand(self.security.id))
        }
    }

    /// Whether no allowed value is nearer to the target, and none equally near is nearer to what was held before.
    pub(super) fn is_nearest(&self) -> bool {
        let distance = self.distance();
        if 2 * distance < self.price {
            return true;
        }
        // Distances are convex over the allowed values, so that the neighbour towards the target decides.
        let step = if self.value < self.target { 1 } else { -1 };
        let neighbour = self.value + step * self.price;
        let other = (neighbour - self.target).abs();
        if other > distance || !self.allows(neighbour) {
            return true;
        }
        other == distance && self.trade.abs() < (self.trade + step).abs()
    }
}

/// How many whole times `step` goes into `amount`, both not negative.
#[inline]
pub(super) fn whole(amount: i128, step: i128) -> i128 {
    match (u64::try_from(amount), u64::try_from(step)) {
        (Ok(amount), Ok(step)) => i128::from(amount / step),
        _ => amount / step,
    }
}

/// The decimals that a number needs.
fn decimals(number: Decimal) -> u32 {
    more_decimals(0, number)
}

/// The greater of `places` and the decimals that `number` needs.
fn more_decimals(places: u32, number: Decimal) -> u32 {
    let mut needed = number.scale();
    while needed > places && divides(TENS[(number.scale() - needed + 1) as usize], number.units()) {
        needed -= 1;
    }
    needed.max(places)
}

fn divides(divisor: i128, number: i128) -> bool {
    match (u64::try_from(divisor), u64::try_from(number.unsigned_abs())) {
        (Ok(divisor), Ok(number)) => number % divisor == 0,
        _ => number % divisor == 0,
    }
}

/// The integer that `number` is of `10^-places`, when it is one.
#[inline]
fn integer(number: Decimal, places: u32) -> Option<i128> {
    if places == number.scale() { Some(number.units()) } else { rescaled(number, places) }
}

fn rescaled(number: Decimal, places: u32) -> Option<i128> {
    let units = number.units();
    if places > number.scale() {
        return times(units, *TENS.get((places - number.scale()) as usize)?);
    }
    let divisor = TENS[(number.scale() - places) as usize];
    divides(divisor, units).then(|| units / divisor)
}

/// The exact product; factors of 64 bits cannot overflow it.
#[inline]
fn times(a: i128, b: i128) -> Option<i128> {
    match (i64::try_from(a), i64::try_from(b)) {
        (Ok(a), Ok(b)) => Some(i128::from(a) * i128::from(b)),
        _ => a.checked_mul(b),
    }
}
