//! Step 2: the knapsack that is left when the nearest counts are not affordable.
//!
//! Start from `r`, of two equally near counts the upper. No optimal count is above it: lowering that one to `r_i` would
//! be nearer and cheaper. What must be freed is `D = Σ r_i·p_i − (MV − R) > 0`, by lowering each count by `x_i` in
//! `0..=m_i`. Lowering security `i` by one frees `p_i` and costs `p_i` of drift, except the first step of a security
//! that was rounded up, which costs `p_i − g_i` with `g_i = 2(v_i(r_i) − MV·t_i)` in `[0, p_i]`:
//!
//! ```text
//! objective = objective(r) + Σ p_i·x_i − Σ { g_i : x_i ≥ 1 },   Σ p_i·x_i ≥ D
//! ```
//!
//! **Grid.** All amounts freed are multiples of the greatest common divisor `G` of the prices, so `D` is rounded up to
//! one.
//!
//! **Lattice.** Every lowering costs `Σ p_i·x_i − Σ { g_i : x_i ≥ 1 }`, a multiple of `U`, the greatest common divisor of
//! the grid and all gains. So with `B` any cost, on the lattice or off it, a lowering that costs less than `B` costs at most
//! `L(B) = U·⌊(B − 1)/U⌋`, the greatest multiple of `U` below `B`: a multiple of `U` above `L(B)` is at least
//! `L(B) + U ≥ B`. (`L(B) = B − U` only if `B` is a multiple of `U`.)
//!
//! **Bound.** Costs are convex in each `x_i`: a first step costs at most as much per amount freed as the others, which
//! cost exactly what they free. So the fractional (linear) bound fills `D` with first steps by ascending
//! `(p_i − g_i)/p_i`, then with others at 1. The ratio at which it stops is the Lagrange multiplier that proves it.

use crate::arithmetic::{ceil_div, compare_products, floor_div, gcd, mul_div_ceil};
use crate::problem::{Problem, Row};
use crate::separable::{Nearest, lowest};

/// A security whose count can be lowered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    /// Its index in the problem.
    pub(crate) index: usize,
    /// `p`: what each step frees.
    pub(crate) price: i128,
    /// `g`: what the first step costs less than it frees, in `[0, p]`.
    pub(crate) gain: i128,
    /// `m`: how many steps it can be lowered, at least 1.
    pub(crate) steps: i128,
    /// The number of steps at which nothing is traded; may be negative or above `m`.
    pub(crate) held: i128,
}

impl Item {
    /// What the first step costs.
    pub(crate) const fn first_cost(&self) -> i128 {
        self.price - self.gain
    }
}

/// The covering knapsack.
#[derive(Clone, Debug)]
pub(crate) struct Covering {
    /// First the securities with a gain, by ascending ratio of cost to amount of their first step, then the others;
    /// equal ones by ascending index.
    pub(crate) items: Vec<Item>,
    /// How many have a gain.
    pub(crate) gaining: usize,
    /// `G`.
    pub(crate) grid: i128,
    /// `D`, rounded up to a multiple of `G`; above 0.
    pub(crate) need: i128,
    /// `U`, the greatest common divisor of `G` and all gains: every lowering costs a multiple of it.
    unit: i128,
}

/// The fractional bound on the cost, and the multiplier `numerator / denominator` that proves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bound {
    pub(crate) cost: i128,
    pub(crate) numerator: i128,
    pub(crate) denominator: i128,
}

impl Covering {
    /// The knapsack of a problem whose nearest counts are worth `total`, more than there is room for; `None` when even
    /// the lowest counts are not affordable.
    pub(crate) fn new(problem: &Problem, nearest: &[Nearest], total: i128) -> Option<Self> {
        let shortage = total - problem.room();
        let mut items = Vec::with_capacity(nearest.len());
        for (index, (row, nearest)) in problem.rows().iter().zip(nearest).enumerate() {
            let steps = nearest.count - lowest(row, nearest);
            if steps > 0 {
                let held = nearest.count - row.now;
                items.push(Item { index, price: row.price, gain: gain(row, nearest.count), steps, held });
            }
        }
        Self::of(items, shortage, problem.price_unit())
    }

    /// The knapsack of items that must free `shortage`, above 0; `price_unit` divides every price.
    pub(crate) fn of(mut items: Vec<Item>, shortage: i128, price_unit: i128) -> Option<Self> {
        let freeable: i128 = items.iter().map(|item| item.steps * item.price).sum();
        if freeable < shortage {
            return None;
        }
        let mut grid = 0;
        for item in &items {
            if grid != price_unit {
                grid = gcd(grid, item.price);
            }
        }
        let gaining = sort_by_ratio(&mut items);
        // `grid` is 0 only when nothing can be freed, and then nothing is short.
        let need = ceil_div(shortage, grid) * grid;
        let mut unit = grid;
        for item in &items[..gaining] {
            if unit > 1 {
                unit = gcd(unit, item.gain);
            }
        }
        Some(Self { items, gaining, grid, need, unit })
    }

    /// What a lowering by these steps of each item costs.
    pub(crate) fn cost(&self, steps: &[i128]) -> i128 {
        let each = self.items.iter().zip(steps);
        each.map(|(item, steps)| item.price * steps - if *steps > 0 { item.gain } else { 0 }).sum()
    }

    /// `L(B)`: the greatest cost that a lowering cheaper than `cost` can have.
    pub(crate) fn lattice_below(&self, cost: i128) -> i128 {
        floor_div(cost - 1, self.unit) * self.unit
    }

    /// The fractional bound on the cost of freeing the need.
    pub(crate) fn bound(&self) -> Bound {
        let (mut cost, mut rest) = (0, self.need);
        for item in &self.items[..self.gaining] {
            if rest <= item.price {
                let part = mul_div_ceil(rest, item.first_cost(), item.price);
                return Bound { cost: cost + part, numerator: item.first_cost(), denominator: item.price };
            }
            cost += item.first_cost();
            rest -= item.price;
        }
        Bound { cost: cost + rest, numerator: 1, denominator: 1 }
    }
}

/// `g` of a security whose nearest count is `count`.
fn gain(row: &Row, count: i128) -> i128 {
    (2 * (row.value(count) - row.target)).max(0)
}

/// Orders the items as [`Covering::items`] says; returns how many have a gain.
fn sort_by_ratio(items: &mut [Item]) -> usize {
    items.sort_unstable_by(|a, b| {
        // a.first_cost/a.price < b.first_cost/b.price  ⇔  a.gain/a.price > b.gain/b.price
        compare_products(b.gain, a.price, a.gain, b.price).then(a.index.cmp(&b.index))
    });
    items.partition_point(|item| item.gain > 0)
}

#[cfg(test)]
pub(crate) mod tests;
