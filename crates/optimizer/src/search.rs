//! Step 3: depth-first branch and bound over the first steps.
//!
//! Only first steps of securities with a gain are a choice worth branching on; whatever is still needed after them is
//! filled exactly by [`grid`](crate::grid). Securities are decided by ascending ratio of cost to amount, the step taken
//! first: a dive takes what the fractional bound takes, so the bound has to be computed anew only where a step is
//! declined.
//!
//! **Theorem.** Let `B` be the best cost known. A branch whose bound exceeds `L(B)`, the greatest cost on the lattice below
//! `B` (see [`covering`](crate::covering)), holds no lowering that costs less than `B`, and may be cut. This holds from
//! every start: present holdings may lie above a nearest count, and then `B` is off the lattice; cutting by `B − U` would
//! lose the costs between `B − U` and `L(B)`. `B` only falls while the search goes on, and `L` with it, so a branch that was
//! cut stays cut. Hence, when no branch is left, the best cost is optimal: no lowering costs less, and neither do holdings
//! above a nearest count, which cost more than the lowering with that count at its nearest. When the effort runs out, the
//! least bound of the branches that are left is a lower bound of every cost.

use crate::arithmetic::{ceil_div, compare_products, floor_div, mul_div_ceil};
use crate::covering::{Covering, Item};
use crate::effort::Effort;
use crate::grid::{self, Extra, Taken};
use std::cmp::Ordering;

/// What the search found.
pub(crate) struct Found {
    /// The least cost known.
    pub(crate) cost: i128,
    /// The steps of each item that make it; `None` when nothing is better than what the search was given.
    pub(crate) steps: Option<Vec<i128>>,
    /// No cost is below this; equal to `cost` when the search was exhausted.
    pub(crate) bound: i128,
    /// Whether other holdings of the same cost may exist.
    pub(crate) ties: bool,
}

/// Searches for a cost below `best`, that of holdings known already.
pub(crate) fn search(covering: &Covering, best: i128, memory: usize, effort: &mut Effort<'_>) -> Found {
    let mut search = Search::new(covering, best, memory);
    search.descend(0, covering.need, 0, effort);
    Found {
        cost: search.best,
        bound: search.open.min(search.best),
        ties: search.tied == Some(search.best),
        steps: search.steps,
    }
}

struct Search<'a> {
    covering: &'a Covering,
    /// Amount and cost of the first steps of the first `i` items.
    amounts: Vec<i128>,
    costs: Vec<i128>,
    /// How many items have a first step without cost.
    free: usize,
    memory: usize,
    /// The least bound of branches that were given up.
    open: i128,
    best: i128,
    steps: Option<Vec<i128>>,
    /// The cost at which a branch that could hold an equal one was last cut.
    tied: Option<i128>,
    /// Which first steps are taken on the present branch.
    taken: Vec<bool>,
    /// The items by ascending price, as [`grid::fill`] wants them.
    by_price: Vec<usize>,
}

impl<'a> Search<'a> {
    fn new(covering: &'a Covering, best: i128, memory: usize) -> Self {
        let gaining = &covering.items[..covering.gaining];
        let (mut amounts, mut costs) = (vec![0], vec![0]);
        for (i, item) in gaining.iter().enumerate() {
            amounts.push(amounts[i] + item.price);
            costs.push(costs[i] + item.first_cost());
        }
        let mut by_price: Vec<usize> = (0..covering.items.len()).collect();
        by_price.sort_unstable_by_key(|item| (covering.items[*item].price, *item));
        Self {
            covering,
            amounts,
            costs,
            free: gaining.partition_point(|item| item.first_cost() == 0),
            memory,
            open: i128::MAX,
            best,
            steps: None,
            tied: None,
            taken: vec![false; covering.gaining],
            by_price,
        }
    }

    /// Decides the gaining items from `from` on, `rest` being needed after a cost of `cost`.
    fn descend(&mut self, from: usize, rest: i128, cost: i128, effort: &mut Effort<'_>) {
        if rest <= 0 {
            if cost < self.best {
                self.best = cost;
                self.steps = Some(self.first_steps());
            } else if cost == self.best {
                self.tied = Some(cost);
            }
            if from < self.free {
                self.tied = Some(self.best);
            }
            return;
        }
        if !effort.spend(1) {
            self.open = self.open.min(self.bound(from, rest, cost));
            return;
        }
        let Some(item) = self.covering.items[..self.covering.gaining].get(from) else {
            return self.fill(rest, cost, effort);
        };
        let Item { price, gain, .. } = *item;
        self.taken[from] = true;
        self.descend(from + 1, rest - price, cost + price - gain, effort);
        self.taken[from] = false;
        if self.may_improve(from + 1, rest, cost) {
            self.descend(from + 1, rest, cost, effort);
        }
    }

    /// Where the fractional fill of `rest` with first steps from `from` on stops: the cost before the item it splits
    /// and what is left for that item, or for further steps.
    fn fractional(&self, from: usize, rest: i128, cost: i128) -> (i128, i128, Option<&Item>) {
        let reached = self.amounts[from] + rest;
        let split = from + self.amounts[from + 1..].partition_point(|amount| *amount < reached);
        let before = cost + self.costs[split] - self.costs[from];
        (before, reached - self.amounts[split], self.covering.items[..self.covering.gaining].get(split))
    }

    /// The fractional bound, rounded up to a whole number.
    fn bound(&self, from: usize, rest: i128, cost: i128) -> i128 {
        match self.fractional(from, rest, cost) {
            (before, left, Some(item)) => before + mul_div_ceil(left, item.first_cost(), item.price),
            (before, left, None) => before + left,
        }
    }

    /// Whether the branch can hold a cost below the best one; notes when it can hold an equal one only.
    fn may_improve(&mut self, from: usize, rest: i128, cost: i128) -> bool {
        let (before, left, item) = self.fractional(from, rest, cost);
        let exceeds = |cost: i128| match item {
            _ if cost < before => true,
            Some(item) => compare_products(left, item.first_cost(), cost - before, item.price) == Ordering::Greater,
            None => left > cost - before,
        };
        if !exceeds(self.covering.lattice_below(self.best)) {
            return true;
        }
        if !exceeds(self.best) {
            self.tied = Some(self.best);
        }
        false
    }

    /// Frees `rest` by steps that cost what they free.
    fn fill(&mut self, rest: i128, cost: i128, effort: &mut Effort<'_>) {
        let grid = self.covering.grid;
        // Amounts are multiples of the grid; only those below the best cost are of interest, an equal one is a tie.
        let cap = ceil_div(self.best - cost, grid);
        if self.best - cost >= rest {
            self.tied = Some(self.best);
        }
        let extras = self.extras();
        let result = grid::fill(&extras, floor_div(rest, grid), cap, self.memory, effort);
        if let Some((amount, taken)) = result.found {
            self.best = cost + amount * grid;
            self.tied = Some(self.best);
            let mut steps = self.first_steps();
            add(&mut steps, &taken);
            self.steps = Some(steps);
        }
        if !result.exact {
            self.open = self.open.min(cost + rest);
        }
    }

    /// The steps that cost what they free, given the first steps taken, by ascending weight.
    fn extras(&self) -> Vec<Extra> {
        let further = |item: usize| {
            let it = &self.covering.items[item];
            let steps = match self.taken.get(item) {
                Some(true) => it.steps - 1,
                Some(false) => 0,
                None => it.steps,
            };
            (steps > 0).then(|| Extra { item, weight: floor_div(it.price, self.covering.grid), steps })
        };
        self.by_price.iter().copied().filter_map(further).collect()
    }

    fn first_steps(&self) -> Vec<i128> {
        let mut steps = vec![0; self.covering.items.len()];
        for (steps, taken) in steps.iter_mut().zip(&self.taken) {
            *steps = i128::from(*taken);
        }
        steps
    }
}

fn add(steps: &mut [i128], taken: &[Taken]) {
    for (item, more) in taken {
        steps[*item] += more;
    }
}

#[cfg(test)]
mod tests;
