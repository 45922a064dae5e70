//! Step 4, when the search is too long: the dynamic program over the amount freed, `O(n·D)`.
//!
//! Securities are taken by descending id. `f(s)` is the best that those taken so far can do when they free exactly `s`
//! (in units of the grid): most gain, then fewest trades, then least value traded. The three add up over securities, and
//! their lexicographic order is kept by adding, so the best of more securities is found from the best of fewer:
//!
//! ```text
//! f'(s) = best over x of  f(s − x·w) + (g if x ≥ 1, 1 if x ≠ held, w·|x − held|)
//! ```
//!
//! Between the points 0, `held` and `m` the last term is linear in `x`, so that each stretch is a sliding window over
//! one residue class of `s`: constant work for each `s`. Of equals the smallest `x` is kept, and the steps are read off
//! by ascending id: that is the tie order to its end, and settles it.

use crate::arithmetic::floor_div;
use crate::covering::{Covering, Item};
use crate::effort::{Effort, nodes_for};
use std::cmp::Ordering;
use std::collections::VecDeque;

/// Sums that the table goes through in the time of one node.
const POSITIONS_PER_NODE: usize = 1;

/// The best way to free one sum.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Cell {
    gain: i128,
    trades: u32,
    value: i128,
    /// Whether the sum is reached at all.
    reached: bool,
}

const UNREACHED: Cell = Cell { gain: 0, trades: 0, value: 0, reached: false };

impl Cell {
    /// `Less` when `self` comes first: reached, most gain, fewest trades, least value.
    fn order(&self, other: &Self) -> Ordering {
        other
            .reached
            .cmp(&self.reached)
            .then(other.gain.cmp(&self.gain))
            .then(self.trades.cmp(&other.trades))
            .then(self.value.cmp(&other.value))
    }
}

/// The steps of least cost, first in the tie order, and that cost; `best` is a cost that is known to be reached. `None`
/// when the tables take more than `memory` bytes or the stop callback said so.
pub(crate) fn solve(
    covering: &Covering,
    best: i128,
    memory: usize,
    effort: &mut Effort<'_>,
) -> Option<(i128, Vec<i128>)> {
    let gains: i128 = covering.items.iter().map(|item| item.gain).sum();
    let freeable: i128 = covering.items.iter().map(|item| item.price * item.steps).sum();
    // Freeing more than this costs more than the best known, whatever is gained.
    let most = floor_div((best + gains).min(freeable), covering.grid);
    let cells = usize::try_from(most).ok()?.checked_add(1)?;
    let bytes = covering.items.len().checked_mul(size_of::<u32>())?.checked_add(3 * size_of::<Cell>())?;
    if cells.checked_mul(bytes)? > memory {
        return None;
    }
    if !effort.goes_on() {
        return None;
    }
    let mut order: Vec<usize> = (0..covering.items.len()).collect();
    order.sort_unstable_by_key(|item| covering.items[*item].index);
    let mut table = Table::new(cells, covering.grid);
    for item in order.iter().rev() {
        table.add(&covering.items[*item], effort)?;
    }
    table.best(covering, &order, effort)
}

struct Table {
    cells: usize,
    grid: i128,
    best: Vec<Cell>,
    next: Vec<Cell>,
    /// For each security taken, for each sum: the steps.
    choices: Vec<Vec<u32>>,
    /// Room for the sliding window.
    window: VecDeque<(usize, Cell)>,
}

/// A stretch of steps `from..=to` over which the value traded changes by `slope` weights per step.
struct Stretch {
    from: i128,
    to: i128,
    slope: i128,
    gain: i128,
    trades: u32,
}

impl Table {
    fn new(cells: usize, grid: i128) -> Self {
        let mut best = vec![UNREACHED; cells];
        best[0].reached = true;
        Self { cells, grid, best, next: Vec::new(), choices: Vec::new(), window: VecDeque::new() }
    }

    /// Takes one more security; `None` when the stop callback said so.
    fn add(&mut self, item: &Item, effort: &mut Effort<'_>) -> Option<()> {
        let weight = usize::try_from(floor_div(item.price, self.grid)).ok()?;
        self.next.clear();
        self.next.resize(self.cells, UNREACHED);
        let mut choice = vec![0; self.cells];
        for stretch in stretches(item) {
            for residue in 0..weight.min(self.cells) {
                let positions = self.slide(&stretch, item.held, weight, residue, &mut choice);
                if !effort.works(nodes_for(positions, POSITIONS_PER_NODE)) {
                    return None;
                }
            }
        }
        std::mem::swap(&mut self.best, &mut self.next);
        self.choices.push(choice);
        Some(())
    }

    /// The best of one stretch for all sums of one residue class modulo `weight`; returns how many it went through.
    fn slide(&mut self, stretch: &Stretch, held: i128, weight: usize, residue: usize, choice: &mut [u32]) -> usize {
        let (Ok(from), Ok(width)) = (usize::try_from(stretch.from), usize::try_from(stretch.to - stretch.from)) else {
            return 0;
        };
        let w = i128::try_from(weight).unwrap_or(i128::MAX);
        // Positions within the class: sum = residue + position·weight. The window holds those that were best when the
        // value of the stretch is measured from position 0.
        let count = (self.cells - residue).div_ceil(weight);
        let mut window = std::mem::take(&mut self.window);
        window.clear();
        for position in from..count {
            let entering = position - from;
            let mut cell = self.best[residue + entering * weight];
            if cell.reached {
                cell.value -= stretch.slope * w * i128::try_from(entering).unwrap_or(i128::MAX);
                while window.back().is_some_and(|(_, last)| cell.order(last) != Ordering::Greater) {
                    window.pop_back();
                }
                window.push_back((entering, cell));
            }
            while window.front().is_some_and(|(oldest, _)| oldest + from + width < position) {
                window.pop_front();
            }
            let Some((taken, mut cell)) = window.front().copied() else { continue };
            cell.gain += stretch.gain;
            cell.trades += stretch.trades;
            cell.value += stretch.slope * w * (i128::try_from(position).unwrap_or(i128::MAX) - held);
            let sum = residue + position * weight;
            // Stretches come by ascending steps, so that of equals the fewest steps stay.
            if cell.order(&self.next[sum]) == Ordering::Less {
                self.next[sum] = cell;
                choice[sum] = u32::try_from(position - taken).unwrap_or(u32::MAX);
            }
        }
        self.window = window;
        count.saturating_sub(from)
    }

    /// The sum of least cost, and of equals the first in the tie order; `order` lists the items by ascending id. `None`
    /// when the stop callback said so.
    fn best(&self, covering: &Covering, order: &[usize], effort: &mut Effort<'_>) -> Option<(i128, Vec<i128>)> {
        let need = usize::try_from(floor_div(covering.need, self.grid)).ok()?;
        let rank = |(sum, cell): (usize, &Cell)| {
            let amount = i128::try_from(sum).ok().filter(|_| cell.reached)?;
            Some((amount * self.grid - cell.gain, cell.trades, cell.value))
        };
        let sums = || self.best.iter().enumerate().skip(need);
        let least = sums().filter_map(rank).min()?;
        let mut first: Option<Vec<i128>> = None;
        for (sum, _) in sums().filter(|one| rank(*one) == Some(least)) {
            if !effort.works(nodes_for(order.len(), POSITIONS_PER_NODE)) {
                return None;
            }
            let steps = self.steps(covering, order, sum)?;
            if first.as_ref().is_none_or(|first| precedes(order, &steps, first)) {
                first = Some(steps);
            }
        }
        first.map(|steps| (least.0, steps))
    }

    /// The steps that free `sum`.
    fn steps(&self, covering: &Covering, order: &[usize], mut sum: usize) -> Option<Vec<i128>> {
        let mut steps = vec![0; covering.items.len()];
        for (item, choice) in order.iter().zip(self.choices.iter().rev()) {
            steps[*item] = choice[sum].into();
            let freed = steps[*item] * floor_div(covering.items[*item].price, self.grid);
            sum -= usize::try_from(freed).ok()?;
        }
        Some(steps)
    }
}

/// Whether `steps` holds more than `other` of the first security where they differ.
fn precedes(order: &[usize], steps: &[i128], other: &[i128]) -> bool {
    let first = order.iter().find(|item| steps[**item] != other[**item]);
    first.is_some_and(|item| steps[*item] < other[*item])
}

/// The steps of an item, by ascending number, cut where the value traded or the gain changes its course.
fn stretches(item: &Item) -> Vec<Stretch> {
    let (held, most, gain) = (item.held, item.steps, item.gain);
    let mut stretches = Vec::with_capacity(4);
    // A single number of steps is worth |x − held| with a slope of either sign; 0 has no gain.
    let mut push = |from: i128, to: i128, slope: i128, trades: u32| {
        if from <= to {
            stretches.push(Stretch { from, to, slope, gain: if from == 0 { 0 } else { gain }, trades });
        }
    };
    push(0, 0, if held > 0 { -1 } else { 1 }, u32::from(held != 0));
    push(1, most.min(held - 1), -1, 1);
    if (1..=most).contains(&held) {
        push(held, held, 1, 0);
    }
    push((held + 1).max(1), most, 1, 1);
    stretches
}

#[cfg(test)]
mod tests;
