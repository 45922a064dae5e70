//! What of a `search` proof can be verified without repeating the search.
//!
//! - **One step.** In an optimum no security is above the upper of its nearest allowed values (that one would be nearer and
//!   cheaper), and none that one more share would bring nearer is left below when that share is affordable.
//! - **Every combination**, when there are few: between its lowest allowed value and the upper of the nearest ones each
//!   security has so many values, and no affordable choice of them is nearer than the objective. Values above those are
//!   neither nearer nor cheaper.
//!
//! For larger problems the proof rests on the search: its theorems, and the tests that compare it with enumeration.

use super::CheckError;
use super::facts::{Amounts, Fact, whole};

/// The most combinations that are tried one by one.
const MOST_COMBINATIONS: i128 = 4_096;

/// The values that one security can have, from the lowest on.
struct Values {
    lowest: i128,
    upper: i128,
    price: i128,
    target: i128,
}

impl Values {
    fn count(&self) -> i128 {
        whole(self.upper - self.lowest, self.price) + 1
    }

    const fn distance(&self, value: i128) -> i128 {
        (self.target - value).abs()
    }

    /// The least distance that any of the values has: convex, with the least at the upper of the nearest.
    const fn least_distance(&self) -> i128 {
        self.distance(self.upper)
    }
}

/// Refuses holdings, worth `worth` together, whose optimality is refuted by one step or by trying few combinations.
pub(super) fn verify<'a>(
    amounts: &Amounts,
    facts: impl Iterator<Item = Result<Fact<'a>, CheckError>>,
    worth: i128,
    objective: i128,
) -> Result<(), CheckError> {
    let room = amounts.market_value - amounts.reserve;
    let (mut choices, mut combinations) = (Vec::new(), 1_i128);
    let (mut lowest_worth, mut least) = (0_i128, 0_i128);
    for fact in facts {
        let fact = fact?;
        let (lowest, upper) = fact.range();
        let next = fact.value + fact.price;
        let nearer = (next - fact.target).abs() < fact.distance();
        if fact.value > upper || (fact.value < upper && nearer && worth + fact.price <= room) {
            return Err(CheckError::Improvable(fact.security.id));
        }
        let values = Values { lowest, upper, price: fact.price, target: fact.target };
        lowest_worth += lowest;
        least += values.least_distance();
        combinations = combinations.saturating_mul(values.count());
        if lowest < upper && combinations <= MOST_COMBINATIONS {
            choices.push(values);
        }
    }
    let better = combinations <= MOST_COMBINATIONS && exists(&choices, room - lowest_worth, objective - least);
    if better { Err(CheckError::NotOptimal) } else { Ok(()) }
}

/// Whether values of these securities exist that are worth at most `room` more than the lowest ones, and whose distances
/// exceed the least ones by less than `budget`.
fn exists(choices: &[Values], room: i128, budget: i128) -> bool {
    if room < 0 || budget <= 0 {
        return false;
    }
    let Some((first, rest)) = choices.split_first() else { return true };
    let mut value = first.lowest;
    while value <= first.upper {
        let excess = first.distance(value) - first.least_distance();
        if exists(rest, room - (value - first.lowest), budget - excess) {
            return true;
        }
        value += first.price;
    }
    false
}
