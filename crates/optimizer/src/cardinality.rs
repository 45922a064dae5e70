//! Step 2, second bound: how many steps are taken, whatever they are.
//!
//! Prices that lie close together defeat the fractional bound: when every step frees about 100, and 4,170 are needed, 42 steps
//! are, which free 4,200 at least; the fractional bound counts 41.7 of them.
//!
//! **Fewest steps.** Let `N` be the least number of steps that can free `D`: that many of the largest prices. Every lowering
//! takes `N` steps or more.
//!
//! **Bound.** A lowering by exactly `k` steps, where a step frees `a` and costs `c`, costs for every `λ ≥ 0`
//!
//! ```text
//! Σ c  =  λ·Σ a + Σ (c − λ·a)  ≥  λ·D + the sum of the k least reduced costs c − λ·a
//! ```
//!
//! In `λ` this is concave with the slope `D − Σ a` over the steps chosen, so bisection finds the best multiplier of a grid. The
//! least bound over all `k` from `N` on bounds every cost. It need not be computed for all of them: with `λ = 0` it is the sum
//! of the `k` least costs, which grows with `k`, and where that reaches the best cost known, larger `k` hold nothing better.
//!
//! **Lowering.** Steps chosen that free the need are a lowering; the cheapest one met is kept.

use crate::arithmetic::ceil_div;
use crate::covering::Covering;

/// Multipliers are whole multiples of `1 / PARTS`, up to [`MOST`].
const PARTS: i128 = 1 << 16;
/// The greatest multiplier, in parts: a step may be worth twice what it frees when their number is given.
const MOST: i128 = 2 * PARTS;
/// Numbers of steps that are looked at: with prices close enough for this bound to matter, the second or third is too dear.
const MOST_NUMBERS: usize = 8;

/// Prices lie close together when the largest is at most this many times the smallest; otherwise many small steps do what
/// few large ones do, and their number says little.
const CLOSE: i128 = 2;

/// The best bound and the best lowering that were met.
pub(crate) struct Counted {
    /// No cost is below this.
    pub(crate) bound: i128,
    /// A cost below the one that was known, and the steps of each item that make it.
    pub(crate) found: Option<(i128, Vec<i128>)>,
}

/// Steps of one kind: the first one of an item, or its further ones.
#[derive(Clone, Copy)]
struct Kind {
    item: usize,
    amount: i128,
    cost: i128,
    number: i128,
}

/// The steps chosen for one multiplier and number.
struct Choice {
    /// `λ·D` and the reduced costs, in parts.
    bound: i128,
    amount: i128,
    steps: Vec<i128>,
}

/// The bound by number of steps and what was met on the way, `best` being a cost that is known; `None` when prices are
/// not close together, or amounts too large for it.
pub(crate) fn counted(covering: &Covering, best: i128) -> Option<Counted> {
    let prices = || covering.items.iter().map(|item| item.price);
    if prices().max()? > CLOSE * prices().min()? {
        return None;
    }
    let kinds = kinds(covering);
    let freeable = kinds.iter().try_fold(0_i128, |sum, kind| sum.checked_add(kind.number.checked_mul(kind.amount)?))?;
    freeable.max(covering.need).checked_mul(2 * MOST)?;
    let all: i128 = kinds.iter().map(|kind| kind.number).sum();
    let mut number = fewest(&kinds, covering.need)?;
    let mut counted = Counted { bound: best, found: None };
    for _ in 0..MOST_NUMBERS {
        let least = ceil_div(choose(covering, &kinds, number, 0).bound, PARTS);
        if number > all || least >= counted.bound {
            return Some(counted);
        }
        let bound = best_multiplier(covering, &kinds, number, &mut counted, best).max(least);
        counted.bound = counted.bound.min(bound);
        number += 1;
    }
    // All larger numbers cost at least the least costs of this one.
    counted.bound = counted.bound.min(ceil_div(choose(covering, &kinds, number.min(all), 0).bound, PARTS));
    Some(counted)
}

/// The greatest bound of lowerings by `number` steps; keeps the best lowering met.
fn best_multiplier(covering: &Covering, kinds: &[Kind], number: i128, counted: &mut Counted, best: i128) -> i128 {
    let (mut below, mut above, mut bound) = (0, MOST, 0);
    while below <= above {
        let multiplier = below + (above - below) / 2;
        let choice = choose(covering, kinds, number, multiplier);
        bound = bound.max(ceil_div(choice.bound, PARTS));
        if choice.amount >= covering.need {
            let cost = covering.cost(&choice.steps);
            if cost < counted.found.as_ref().map_or(best, |found| found.0) {
                counted.found = Some((cost, choice.steps));
            }
            above = multiplier - 1;
        } else {
            below = multiplier + 1;
        }
    }
    bound
}

fn kinds(covering: &Covering) -> Vec<Kind> {
    let mut kinds = Vec::with_capacity(covering.items.len() * 2);
    for (item, it) in covering.items.iter().enumerate() {
        let first = item < covering.gaining;
        if first {
            kinds.push(Kind { item, amount: it.price, cost: it.first_cost(), number: 1 });
        }
        let number = it.steps - i128::from(first);
        if number > 0 {
            kinds.push(Kind { item, amount: it.price, cost: it.price, number });
        }
    }
    kinds
}

/// The least number of steps that free `need`.
fn fewest(kinds: &[Kind], need: i128) -> Option<i128> {
    let mut by_amount: Vec<&Kind> = kinds.iter().collect();
    by_amount.sort_unstable_by_key(|kind| -kind.amount);
    let (mut rest, mut number) = (need, 0);
    for kind in by_amount {
        let enough = ceil_div(rest, kind.amount);
        if enough <= kind.number {
            return Some(number + enough);
        }
        number += kind.number;
        rest -= kind.number * kind.amount;
    }
    None
}

/// The `number` steps of least reduced cost.
fn choose(covering: &Covering, kinds: &[Kind], number: i128, multiplier: i128) -> Choice {
    let mut order: Vec<(i128, &Kind)> =
        kinds.iter().map(|kind| (kind.cost * PARTS - kind.amount * multiplier, kind)).collect();
    order.sort_unstable_by_key(|(cost, kind)| (*cost, kind.item));
    let mut steps = vec![0; covering.items.len()];
    let (mut bound, mut left, mut amount) = (multiplier * covering.need, number, 0);
    for (cost, kind) in order {
        let taken = kind.number.min(left);
        left -= taken;
        amount += taken * kind.amount;
        bound += taken * cost;
        steps[kind.item] += taken;
        if left == 0 {
            break;
        }
    }
    Choice { bound, amount, steps }
}

#[cfg(test)]
mod tests;
