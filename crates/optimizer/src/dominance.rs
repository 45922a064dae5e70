//! Step 4, when first steps are too many to branch on: a dynamic program over states that nothing dominates, built outwards
//! from where the fractional bound splits (Pisinger, "A minimal algorithm for the 0-1 knapsack problem", Operations
//! Research 45, 1997, for a covering knapsack).
//!
//! **Moves.** A first step of a gaining security frees `p` for `p − g`; further steps free what they cost, and come as bundles of
//! 1, 2, 4 … of them. A further step without its first one would be the first one, which costs no more: so each move may be
//! taken or left whatever the others do, and the best cost is the same. Moves are sorted by ratio `ρ` of cost to amount.
//! The fractional bound takes those before the split; a state says for the moves seen so far what they free (`A`) and cost
//! (`C`) when all unseen ones are as in the fractional bound: left ones taken, right ones not.
//!
//! **Dominance.** Of two states with `A₁ ≥ A₂` and `C₁ ≤ C₂` the second may be dropped: whatever completes it completes the
//! first one at no more cost.
//!
//! **Bound.** Let `ρ_l ≤ ρ_r` be the ratios of the next unseen moves on either side. A completion adds `a⁺` at `ρ_r` or more
//! and takes back `a⁻` at `ρ_l` or less, with `A + a⁺ − a⁻ ≥ D`. So it costs at least `C + (D − A)·ρ_r` when `A < D`, and at
//! least `C − (A − D)·ρ_l` otherwise. A state whose bound exceeds `L(B)`, the greatest cost on the lattice below the best
//! cost `B`, is dropped (see [`search`](crate::search)).
//!
//! **Theorem.** When every move is seen or no state is left, `B` is optimal. When the effort or the memory runs out, the least
//! bound of the states that are left is a lower bound of every cost.

use crate::arithmetic::{compare_products, mul_div_ceil};
use crate::covering::Covering;
use crate::effort::{Effort, nodes_for};
use std::cmp::Ordering;

/// What the dynamic program found.
pub(crate) struct Explored {
    /// The least cost known.
    pub(crate) cost: i128,
    /// The steps of each item that make it; `None` when nothing is better than what was known before.
    pub(crate) steps: Option<Vec<i128>>,
    /// No cost is below this; equal to `cost` when the states were exhausted.
    pub(crate) bound: i128,
}

/// Steps of one item that are taken together.
#[derive(Clone, Copy)]
struct Move {
    item: usize,
    steps: i128,
    amount: i128,
    cost: i128,
}

#[derive(Clone, Copy)]
struct State {
    amount: i128,
    cost: i128,
    /// Its last change in the history; 0 is none.
    last: u32,
}

/// One change of a state: the move that was taken or taken back after `before`.
#[derive(Clone, Copy)]
struct Change {
    before: u32,
    moved: u32,
}

/// Which side of the split a move lies on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

/// Looks for a cost below `best`, that of steps known already.
pub(crate) fn explore(covering: &Covering, best: i128, memory: usize, effort: &mut Effort<'_>) -> Explored {
    let moves = moves(covering);
    let mut program = Program::new(covering, &moves, best, memory);
    let finished = program.run(effort);
    let bound = if finished { program.best } else { program.least_bound().min(program.best) };
    let steps = program.steps();
    // A further step that was taken without the first one is the first one, and may cost less than was counted.
    let cost = steps.as_ref().map_or(program.best, |steps| covering.cost(steps));
    Explored { cost, steps, bound: bound.min(cost) }
}

/// All moves by ascending ratio: first steps, then bundles of steps that cost what they free.
fn moves(covering: &Covering) -> Vec<Move> {
    let first =
        |(item, it): (usize, &crate::covering::Item)| Move { item, steps: 1, amount: it.price, cost: it.first_cost() };
    let mut moves: Vec<Move> = covering.items[..covering.gaining].iter().enumerate().map(first).collect();
    for (item, it) in covering.items.iter().enumerate() {
        // More than enough to free the whole need are never of use.
        let enough = crate::arithmetic::ceil_div(covering.need, it.price);
        let mut left = (it.steps - i128::from(item < covering.gaining)).min(enough);
        let mut bundle = 1;
        while left > 0 {
            let steps = left.min(bundle);
            moves.push(Move { item, steps, amount: steps * it.price, cost: steps * it.price });
            left -= steps;
            bundle *= 2;
        }
    }
    moves
}

struct Program<'a> {
    covering: &'a Covering,
    moves: &'a [Move],
    /// The moves from `left` on and before `right` are seen.
    left: usize,
    right: usize,
    split: usize,
    /// By ascending amount, and so by ascending cost.
    states: Vec<State>,
    merged: Vec<State>,
    history: Vec<Change>,
    most_changes: usize,
    best: i128,
    /// The history of the best state found, when it is better than what was known.
    found: Option<u32>,
}

impl<'a> Program<'a> {
    fn new(covering: &'a Covering, moves: &'a [Move], best: i128, memory: usize) -> Self {
        let (mut amount, mut cost, mut split) = (0, 0, 0);
        while let Some(next) = moves.get(split).filter(|next| amount + next.amount < covering.need) {
            amount += next.amount;
            cost += next.cost;
            split += 1;
        }
        Self {
            covering,
            moves,
            left: split,
            right: split,
            split,
            states: vec![State { amount, cost, last: 0 }],
            merged: Vec::new(),
            history: vec![Change { before: 0, moved: 0 }],
            most_changes: memory / 2 / size_of::<Change>(),
            best,
            found: None,
        }
    }

    /// Sees all moves, those next to the split first; false when effort or memory ran out.
    fn run(&mut self, effort: &mut Effort<'_>) -> bool {
        while !self.states.is_empty() && (self.left > 0 || self.right < self.moves.len()) {
            for side in [Side::Right, Side::Left] {
                let seen = match side {
                    Side::Right if self.right < self.moves.len() => self.right,
                    Side::Left if self.left > 0 => self.left - 1,
                    Side::Right | Side::Left => continue,
                };
                let room = self.history.len() + self.states.len() <= self.most_changes.min(u32::MAX as usize);
                if !room || !effort.spend(nodes_for(self.states.len(), 1)) {
                    return false;
                }
                match side {
                    Side::Right => self.right += 1,
                    Side::Left => self.left -= 1,
                }
                self.see(side, seen);
            }
        }
        true
    }

    /// Lets every state take the move (on the right) or take it back (on the left), or leave it as it is.
    fn see(&mut self, side: Side, seen: usize) {
        let Move { amount, cost, .. } = self.moves[seen];
        let (by_amount, by_cost) = if side == Side::Right { (amount, cost) } else { (-amount, -cost) };
        let states = std::mem::take(&mut self.states);
        let mut merged = std::mem::take(&mut self.merged);
        merged.clear();
        // From the greatest amount down, so that a state is dominated by the last one kept or by none.
        let (mut same, mut moved) = (states.iter().rev().peekable(), states.iter().rev().peekable());
        let mut least = i128::MAX;
        loop {
            let changes = match (same.peek(), moved.peek()) {
                (None, None) => break,
                (Some(_), None) => false,
                (None, Some(_)) => true,
                (Some(a), Some(b)) => (b.amount + by_amount, a.cost) > (a.amount, b.cost + by_cost),
            };
            let state = if changes {
                moved.next().map(|b| State { amount: b.amount + by_amount, cost: b.cost + by_cost, last: b.last })
            } else {
                same.next().copied()
            };
            let Some(mut state) = state else { break };
            if state.cost >= least || !self.may_improve(&state) {
                continue;
            }
            if changes {
                state.last = self.changed(state.last, seen);
            }
            least = state.cost;
            if state.amount >= self.covering.need && state.cost < self.best {
                self.best = state.cost;
                self.found = Some(state.last);
            }
            merged.push(state);
        }
        merged.reverse();
        self.states = merged;
        self.merged = states;
    }

    fn changed(&mut self, before: u32, moved: usize) -> u32 {
        // `run` keeps the history below 2³², and there are fewer moves than that.
        let number = u32::try_from(self.history.len()).unwrap_or(u32::MAX);
        self.history.push(Change { before, moved: u32::try_from(moved).unwrap_or(u32::MAX) });
        number
    }

    /// Whether the bound of a state leaves room for a cost on the lattice below the best one.
    fn may_improve(&self, state: &State) -> bool {
        let below = self.covering.lattice_below(self.best);
        let short = self.covering.need - state.amount;
        if short > 0 {
            let Some(next) = self.moves.get(self.right) else { return false };
            let spare = below - state.cost;
            return spare >= 0 && compare_products(short, next.cost, spare, next.amount) != Ordering::Greater;
        }
        let excess = state.cost - below;
        if excess <= 0 {
            return true;
        }
        let next = self.left.checked_sub(1).map(|left| self.moves[left]);
        next.is_some_and(|next| compare_products(-short, next.cost, excess, next.amount) != Ordering::Less)
    }

    /// The least bound of the states that are left.
    fn least_bound(&self) -> i128 {
        let bound = |state: &State| {
            let short = self.covering.need - state.amount;
            if short > 0 {
                let next = self.moves.get(self.right)?;
                return Some(state.cost + mul_div_ceil(short, next.cost, next.amount));
            }
            let back = self.left.checked_sub(1).map_or(0, |left| {
                let next = self.moves[left];
                mul_div_ceil(-short, next.cost, next.amount)
            });
            Some(state.cost - back)
        };
        self.states.iter().filter_map(bound).min().unwrap_or(i128::MAX)
    }

    /// The steps of the best state found.
    fn steps(&self) -> Option<Vec<i128>> {
        let mut taken: Vec<bool> = (0..self.moves.len()).map(|index| index < self.split).collect();
        let mut last = self.found?;
        while last != 0 {
            let Change { before, moved } = self.history[last as usize];
            taken[moved as usize] ^= true;
            last = before;
        }
        let mut steps = vec![0; self.covering.items.len()];
        for (one, _) in self.moves.iter().zip(taken).filter(|(_, taken)| *taken) {
            steps[one.item] += one.steps;
        }
        Some(steps)
    }
}

#[cfg(test)]
mod tests;
