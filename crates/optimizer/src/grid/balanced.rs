//! An exact fill by small changes of a fill whose steps free as much as the need asks for on average.
//!
//! When prices lie close together, sums of few cheap steps leave gaps as wide as a price. But the number of steps is nearly
//! given then, and with it what a step must free on average. So many steps of that size are near the need, and one step more
//! or less of each security changes it by sums that are dense around it. The sums of changes are a bit set over a window of two of
//! the largest weights on either side, so the work depends on the weights and not on the need (Pisinger, "Linear time
//! algorithms for knapsack problems with bounded weights", Journal of Algorithms 33, 1999, keeps sums balanced likewise).
//!
//! What is found is exact; that nothing is found proves nothing.

use super::sums::{WORD, WORDS_PER_NODE, has, or_shifted, or_shifted_back};
use super::{Extra, Taken};
use crate::arithmetic::{ceil_div, floor_div};
use crate::effort::{Effort, nodes_for};

/// Weights lie close together when the largest is at most this many times the smallest; otherwise sums of the cheap ones
/// leave no gaps.
const CLOSE: i128 = 2;
/// Largest weights on either side of the need that changes may lead to.
const REACH: i128 = 2;

/// Steps that free exactly the need; `None` when none were found or the table takes more than `memory` bytes.
pub(super) fn fill(extras: &[Extra], need: i128, memory: usize, effort: &mut Effort<'_>) -> Option<Vec<Taken>> {
    let (smallest, largest) = (extras.first()?.weight, extras.last()?.weight);
    if largest > CLOSE * smallest {
        return None;
    }
    let (mut taken, rest) = average(extras, need)?;
    let reach = REACH * largest;
    let (middle, target) = (usize::try_from(reach).ok()?, usize::try_from(reach + rest).ok()?);
    let words = 2 * middle / WORD + 1;
    if target > 2 * middle || words.checked_mul(extras.len() + 1)?.checked_mul(size_of::<u64>())? > memory {
        return None;
    }
    let order = alternating(&taken);
    let mut rows = vec![0_u64; words];
    rows[middle / WORD] |= 1 << (middle % WORD);
    let mut seen = 0;
    while !has(&rows[seen * words..], target) {
        let index = *order.get(seen)?;
        if !effort.spend(3 * nodes_for(words, WORDS_PER_NODE)) {
            return None;
        }
        let shift = usize::try_from(extras[index].weight).ok()?;
        rows.extend_from_within(seen * words..);
        let (before, row) = rows.split_at_mut((seen + 1) * words);
        let before = &before[seen * words..];
        if taken[index] < extras[index].steps {
            or_shifted(row, before, shift);
        }
        if taken[index] > 0 {
            or_shifted_back(row, before, shift);
        }
        seen += 1;
    }
    // Backwards: which change of each security led to the sum.
    let mut sum = target;
    for (seen, index) in order[..seen].iter().copied().enumerate().rev() {
        let (before, shift) = (&rows[seen * words..(seen + 1) * words], usize::try_from(extras[index].weight).ok()?);
        if has(before, sum) {
            continue;
        }
        let more = taken[index] < extras[index].steps && sum.checked_sub(shift).is_some_and(|sum| has(before, sum));
        taken[index] += if more { 1 } else { -1 };
        sum = if more { sum - shift } else { sum + shift };
    }
    Some(extras.iter().zip(taken).map(|(extra, steps)| (extra.item, steps)).collect())
}

/// Securities of which steps are taken and others by turns, so that sums of changes can stay near 0 on the way.
fn alternating(taken: &[i128]) -> Vec<usize> {
    let (mut some, mut none): (Vec<usize>, Vec<usize>) = (0..taken.len()).partition(|index| taken[*index] > 0);
    let mut order = Vec::with_capacity(taken.len());
    while !some.is_empty() || !none.is_empty() {
        order.extend(some.pop());
        order.extend(none.pop());
    }
    order
}

/// As many steps as free the need with weights about the mean one, of the securities next to the average that the need asks
/// for; and what is left of the need, or below 0 what is too much. `None` when no number of steps can free it exactly.
fn average(extras: &[Extra], need: i128) -> Option<(Vec<i128>, i128)> {
    let (smallest, largest) = (extras.first()?.weight, extras.last()?.weight);
    let (fewest, most) = (ceil_div(need, largest), floor_div(need, smallest));
    if fewest > most {
        return None;
    }
    let (steps, weights) = extras.iter().fold((0, 0), |(n, sum), e| (n + e.steps, sum + e.steps * e.weight));
    let number = floor_div(need.checked_mul(steps)?, weights).clamp(fewest, most);
    number.checked_mul(largest)?;
    let mut order: Vec<usize> = (0..extras.len()).collect();
    order.sort_unstable_by_key(|index| ((extras[*index].weight * number - need).abs(), *index));
    let mut taken = vec![0; extras.len()];
    let (mut left, mut rest) = (number, need);
    for index in order {
        let steps = extras[index].steps.min(left);
        taken[index] = steps;
        rest -= steps * extras[index].weight;
        left -= steps;
        if left == 0 {
            return Some((taken, rest));
        }
    }
    None
}
