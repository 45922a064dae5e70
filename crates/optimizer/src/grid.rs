//! Step 4: amounts on the common grid of prices.
//!
//! After first steps are decided, what is still needed is freed by further steps, which cost exactly what they free: the
//! best fill is the one that frees least. That is a bounded subset-sum problem: among the sums `Σ w_j·y_j`,
//! `0 ≤ y_j ≤ e_j`, find the least that is not below the need. It is answered in this order:
//!
//! 1. greedily, largest weights first, completed by the smallest step that reaches: an upper bound;
//! 2. exactly on a window: bulk steps bring the rest down to a few cheap steps, whose reachable sums are a bit set. A
//!    sum equal to the need cannot be beaten;
//! 3. by small changes of a fill that is spread over all securities ([`balanced`]);
//! 4. exactly on the whole need, by the same bit set, when it fits the limits;
//! 5. depth first, for few securities on a fine grid. Every branch keeps `freed + rest = need`, so a sum equal to the
//!    need ends it, and the numbers of steps that stay below the best sum are an interval known by division: none is
//!    tried in vain, however many there are.

mod balanced;
mod sums;

pub(crate) use sums::{Sums, WORDS_PER_NODE};

use crate::arithmetic::{ceil_div, floor_div};
use crate::effort::{Effort, nodes_for};

/// Steps that cost what they free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extra {
    /// Index of the item in the knapsack.
    pub(crate) item: usize,
    /// What a step frees, in units of the grid; above 0.
    pub(crate) weight: i128,
    /// How many there are, at least 1.
    pub(crate) steps: i128,
}

/// Steps taken of an item.
pub(crate) type Taken = (usize, i128);

/// The least sum that is not below the need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fill {
    /// Its amount, and the steps that make it; `None` when no sum lies below the cap.
    pub(crate) found: Option<(i128, Vec<Taken>)>,
    /// Whether that is certain. If not, all that is known of the least sum is that it is not below the need.
    pub(crate) exact: bool,
}

/// Bits that the reachable sums of a window may take.
const WINDOW_BITS: i128 = 1 << 20;
/// The windows that are tried: how many of the cheapest securities make one up, and how many of the dearest of their
/// steps its length is. Measured: the first one nearly always has a sum that fits, on prices in cents.
const WINDOWS: [(usize, i128); 2] = [(32, 4), (64, 8)];

/// Securities that the simple parts of a fill go through in the time of one node.
const SECURITIES_PER_NODE: usize = 4;

/// The least sum in `need..cap`, for a need above 0 and extras by ascending weight; all amounts in units of the grid.
pub(crate) fn fill(extras: &[Extra], need: i128, cap: i128, memory: usize, effort: &mut Effort<'_>) -> Fill {
    if need >= cap || extras.iter().map(|e| e.weight * e.steps).sum::<i128>() < need {
        return Fill { found: None, exact: true };
    }
    let (amount, taken) = greedy(extras, need);
    let mut best = (amount < cap).then_some((amount, taken));
    if amount == need {
        return Fill { found: best, exact: true };
    }
    if !effort.spend(nodes_for(extras.len(), SECURITIES_PER_NODE)) {
        return Fill { found: best, exact: false };
    }
    for (securities, steps) in WINDOWS {
        if let Some(taken) = window(extras, need, (securities, steps), effort) {
            return Fill { found: Some((need, taken)), exact: true };
        }
    }
    if let Some(taken) = balanced::fill(extras, need, memory, effort) {
        return Fill { found: Some((need, taken)), exact: true };
    }
    let cap = cap.min(amount);
    if let Some(sums) = Sums::new(extras, cap - 1, None, memory, effort) {
        let least = sums.least_from(need).filter(|least| *least < cap);
        let Some(least) = least else { return Fill { found: best, exact: true } };
        if let Some(taken) = sums.steps(extras, least, effort) {
            return Fill { found: Some((least, taken)), exact: true };
        }
        return Fill { found: best, exact: false };
    }
    let mut search = DepthFirst::new(extras, cap);
    let exact = search.descend(extras.len(), need, effort);
    if let Some(found) = search.best {
        best = Some((search.cap, found));
    }
    Fill { found: best, exact }
}

/// Takes as many of the largest steps as stay within the need, then smaller ones, and the smallest step that is left
/// for the rest. `extras` by ascending weight, together at least the need.
fn greedy(extras: &[Extra], need: i128) -> (i128, Vec<Taken>) {
    let mut rest = need;
    let mut completion = None;
    let mut taken = Vec::with_capacity(extras.len());
    for extra in extras.iter().rev() {
        let steps = extra.steps.min(floor_div(rest, extra.weight));
        rest -= steps * extra.weight;
        taken.push((extra.item, steps));
        if steps < extra.steps {
            // Later ones are smaller; that they are not taken either means that they exceed the rest.
            completion = Some((taken.len() - 1, extra.weight));
        }
    }
    match completion {
        Some((position, weight)) if rest > 0 => {
            taken[position].1 += 1;
            (need - rest + weight, taken)
        }
        _ => (need - rest, taken),
    }
}

/// Steps that free exactly the need, looked for among sums of cheap steps after a bulk has brought the need down to
/// them; `None` when there are none or no such window exists.
fn window(
    extras: &[Extra],
    need: i128,
    (securities, steps): (usize, i128),
    effort: &mut Effort<'_>,
) -> Option<Vec<Taken>> {
    let cheap = &extras[..extras.len().min(securities)];
    let dearest = cheap.last()?.weight;
    let length = dearest.checked_mul(steps)?;
    if length > WINDOW_BITS {
        return None;
    }
    let mut rest = need;
    let mut left = extras.to_vec();
    let mut taken = Vec::with_capacity(extras.len());
    for extra in left.iter_mut().rev() {
        // A window keeps steps to choose from: of cheap securities one stays out of the bulk, of few ones two.
        let kept =
            if extra.weight > dearest { 0 } else { extra.steps.min(if cheap.len() < securities { 2 } else { 1 }) };
        let bulk = floor_div((rest - length / 2).max(0), extra.weight).min(extra.steps - kept);
        rest -= bulk * extra.weight;
        extra.steps -= bulk;
        taken.push((extra.item, bulk));
    }
    if rest > length {
        return None;
    }
    left.truncate(cheap.len());
    if cheap.len() == securities {
        for extra in &mut left {
            extra.steps = extra.steps.min(1);
        }
    }
    left.retain(|extra| extra.steps > 0);
    let sums = Sums::new(&left, rest, Some(rest), usize::MAX, effort)?;
    if sums.least_from(rest) != Some(rest) {
        return None;
    }
    taken.extend(sums.steps(&left, rest, effort)?);
    Some(taken)
}

/// Exhaustive search over the numbers of steps, largest weights first.
struct DepthFirst<'a> {
    extras: &'a [Extra],
    /// What the first `i` extras (the smaller weights) free together.
    capacity: Vec<i128>,
    cap: i128,
    freed: i128,
    path: Vec<Taken>,
    best: Option<Vec<Taken>>,
}

impl<'a> DepthFirst<'a> {
    fn new(extras: &'a [Extra], cap: i128) -> Self {
        let mut capacity = vec![0];
        for extra in extras {
            capacity.push(capacity[capacity.len() - 1] + extra.weight * extra.steps);
        }
        Self { extras, capacity, cap, freed: 0, path: Vec::with_capacity(extras.len()), best: None }
    }

    /// Decides the extras below `count`, `rest` being needed of them; false when the effort ran out.
    fn descend(&mut self, count: usize, rest: i128, effort: &mut Effort<'_>) -> bool {
        if !effort.spend(1) {
            return false;
        }
        if rest <= 0 {
            self.cap = self.freed;
            self.best = Some(self.path.clone());
            return effort.spend(nodes_for(self.path.len(), SECURITIES_PER_NODE));
        }
        if count == 0 {
            return true;
        }
        let Extra { item, weight, steps } = self.extras[count - 1];
        // Fewer steps would leave more than the smaller weights can free.
        let fewest = ceil_div((rest - self.capacity[count - 1]).max(0), weight);
        let mut number = steps.min(ceil_div(rest, weight));
        // `freed + rest` is the whole need: nothing is below a sum that equals it.
        while self.freed + rest < self.cap {
            // More steps would free as much as the best sum, or more.
            number = number.min(floor_div(self.cap - 1 - self.freed, weight));
            if number < fewest {
                break;
            }
            let amount = number * weight;
            self.freed += amount;
            self.path.push((item, number));
            let finished = self.descend(count - 1, rest - amount, effort);
            self.path.pop();
            self.freed -= amount;
            if !finished {
                return false;
            }
            number -= 1;
        }
        true
    }
}

#[cfg(test)]
mod tests;
