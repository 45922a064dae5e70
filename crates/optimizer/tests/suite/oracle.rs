//! Every allowed combination of counts, tried one by one. Shares nothing with the solver but the public problem.

use domain::Decimal;
use optimizer::{Problem, Security};

/// Decimals of quantity and price (6 each), and of weights (6).
const QUANTITY: u32 = 6;
const PRICE: u32 = 6;
const WEIGHT: u32 = 6;
const MONEY: u32 = QUANTITY + PRICE + WEIGHT;

/// The best holdings: units afterwards of each security, in units of `10^-QUANTITY`, and what they amount to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Best {
    pub(crate) objective: i128,
    pub(crate) trades: usize,
    pub(crate) traded: i128,
    pub(crate) units: Vec<i128>,
}

/// What one security may end at: units, value, distance from the target, value traded.
#[derive(Clone, Debug)]
pub(crate) struct Allowed {
    pub(crate) units: i128,
    pub(crate) value: i128,
    pub(crate) distance: i128,
    pub(crate) traded: i128,
}

/// The problem in plain integers.
pub(crate) struct Plain {
    pub(crate) room: i128,
    pub(crate) allowed: Vec<Vec<Allowed>>,
}

pub(crate) fn units(value: Decimal, scale: u32) -> i128 {
    value.units_at(scale).expect("as fine as the oracle")
}

/// An amount of the oracle's money units.
pub(crate) fn money(units: i128) -> Decimal {
    Decimal::new(units, MONEY).expect("a scale within bounds")
}

impl Plain {
    pub(crate) fn of(problem: &Problem) -> Self {
        let weight = 10_i128.pow(WEIGHT);
        let value = |s: &Security| units(s.quantity, QUANTITY) * units(s.price.amount(), PRICE);
        let worth = units(problem.cash(), QUANTITY + PRICE) + problem.securities().iter().map(value).sum::<i128>();
        let fraction = worth.max(0) * units(problem.reserve().fraction(), WEIGHT);
        let reserve = fraction.max(units(problem.reserve().amount(), MONEY));
        let nothing = problem.cash().is_zero() && problem.securities().iter().all(|s| s.quantity.is_zero());
        let room = if nothing { 0 } else { worth * weight - reserve };
        let allowed = problem.securities().iter().map(|s| allowed(s, worth)).collect();
        Self { room, allowed }
    }

    /// How many combinations there are.
    pub(crate) fn combinations(&self) -> usize {
        self.allowed.iter().fold(1, |all, one| all.saturating_mul(one.len()))
    }

    /// The best of them in the whole order, if any is affordable.
    pub(crate) fn best(&self) -> Option<Best> {
        let mut best = None;
        self.extend(&mut Best { objective: 0, trades: 0, traded: 0, units: Vec::new() }, self.room, &mut best);
        best
    }

    fn extend(&self, chosen: &mut Best, room: i128, best: &mut Option<Best>) {
        if room < 0 {
            return;
        }
        let Some(options) = self.allowed.get(chosen.units.len()) else {
            if best.as_ref().is_none_or(|best| chosen.precedes(best)) {
                *best = Some(chosen.clone());
            }
            return;
        };
        for option in options {
            chosen.objective += option.distance;
            chosen.trades += usize::from(option.traded > 0);
            chosen.traded += option.traded;
            chosen.units.push(option.units);
            self.extend(chosen, room - option.value, best);
            chosen.units.pop();
            chosen.traded -= option.traded;
            chosen.trades -= usize::from(option.traded > 0);
            chosen.objective -= option.distance;
        }
    }
}

impl Best {
    /// The whole order: objective, trades, value traded, more of the first security where they differ.
    fn precedes(&self, other: &Self) -> bool {
        let rank = |b: &Self| (b.objective, b.trades, b.traded);
        rank(self).cmp(&rank(other)).then_with(|| other.units.cmp(&self.units)).is_lt()
    }
}

/// The counts of one security that band and residue rule allow, by scanning all of them.
fn allowed(s: &Security, worth: i128) -> Vec<Allowed> {
    let share = 10_i128.pow(QUANTITY);
    let (quantity, price) = (units(s.quantity, QUANTITY), units(s.price.amount(), PRICE) * 10_i128.pow(WEIGHT));
    let target = units(s.target.weight(), WEIGHT);
    let low = worth * (target - units(s.drifts.low().fraction(), WEIGHT));
    let high = worth * (target + units(s.drifts.high().fraction(), WEIGHT));
    let residue = quantity.rem_euclid(share);
    let past = (high.max(0) / (price * share) + 2).max(1);
    let value = |units: i128| units * price;
    let in_band = |units: &i128| low <= value(*units) && value(*units) <= high;
    let reachable: Vec<i128> = (0..=past).map(|k| k * share + residue).collect();
    let mut chosen: Vec<i128> = reachable.iter().copied().filter(in_band).collect();
    if chosen.is_empty() && residue > 0 && (0..=past).map(|k| k * share).any(|whole| in_band(&whole)) {
        chosen.extend(reachable.iter().copied().filter(|units| value(*units) < low).max());
        chosen.extend(reachable.iter().copied().filter(|units| value(*units) > high).min());
    }
    let traded = |units: i128| (units - quantity).abs() * price;
    let distance = |units: i128| (value(units) - worth * target).abs();
    chosen
        .into_iter()
        .map(|units| Allowed { units, value: value(units), distance: distance(units), traded: traded(units) })
        .collect()
}
