//! The choice among holdings of equal objective: fewest securities traded, then least value traded, then more of the
//! first security (by ascending id) where they differ.
//!
//! **Regret.** Let `λ = a/b` prove the fractional bound. For each security let `regret(x) ≥ 0` be by how much
//! `b·cost(x) − a·amount(x)` exceeds its minimum over all steps `x`. Then, exactly,
//!
//! ```text
//! b·cost = b·(Lagrangian bound) + Σ regret + a·overshoot
//! ```
//!
//! so all holdings of the optimal cost spend the same budget of regret and overshoot. Steps whose regret alone exceeds it
//! are ruled out; few securities keep a choice when first steps decide, all do when further steps fill the need.
//!
//! **Search.** Depth first by ascending id, fewer steps (more units held) first, so that the first of equals found is
//! the right one; once for each number of trades allowed, from the least possible on. A branch is cut when its regret
//! exceeds the budget, when the securities that follow cannot free what is still needed (by their reachable sums), or
//! when it cannot trade less: a security trades no less than its distance from the untraded count, and together no less
//! than the need differs from what is freed untraded. The numbers of steps whose regret fits the budget are an interval
//! from 1 on, and perhaps 0: they are found by division, none is tried in vain.
//!
//! **Effort.** Equals can be without number, and the orders are right without their being settled. So the choice has a
//! budget of its own, in proportion to what the proof took; when it does not suffice, the answer says `ties: open`.

use crate::arithmetic::{ceil_div, floor_div, gcd};
use crate::covering::Covering;
use crate::effort::{Effort, nodes_for};
use crate::grid::{Extra, Sums, WORDS_PER_NODE};
use std::ops::RangeInclusive;

/// The most securities with a choice for which the search is worth beginning: with more of them, equals are too many.
const MOST_FREE: usize = 24;

/// Looks for the first of all steps (one number per item of the covering) in the tie order among those of cost `cost`.
/// `None` when the effort or the memory does not suffice to settle that.
pub(crate) fn settle(
    covering: &Covering,
    cost: i128,
    known: &[i128],
    memory: usize,
    effort: &mut Effort<'_>,
) -> Option<Vec<i128>> {
    let mut search = TieSearch::new(covering, cost, memory, effort)?;
    let most = trades(covering, known);
    let fewest: usize = search.choices.iter().filter(|choice| !choice.may_stay()).count();
    for allowed in fewest..=most {
        search.allowed = allowed;
        if !search.descend(0, search.need, search.budget, (0, 0), effort) {
            return None;
        }
        if let Some((_, path)) = search.best {
            let mut steps = vec![0; covering.items.len()];
            for (choice, number) in search.choices.iter().zip(path) {
                steps[choice.item] = number;
            }
            return Some(steps);
        }
    }
    None
}

/// How many of the items are traded.
fn trades(covering: &Covering, steps: &[i128]) -> usize {
    covering.items.iter().zip(steps).filter(|(item, steps)| item.held != **steps).count()
}

/// The steps of one security that no regret rules out: `from..=to`, and what they are worth.
struct Choice {
    item: usize,
    /// What a step frees, in units of the grid.
    weight: i128,
    /// Regret of no step, and of the first; each further one adds `slope`.
    none: i128,
    first: i128,
    slope: i128,
    from: i128,
    to: i128,
    held: i128,
}

impl Choice {
    fn regret(&self, steps: i128) -> i128 {
        if steps == 0 { self.none } else { self.first + (steps - 1) * self.slope }
    }

    /// The numbers of steps in `from..=to` whose regret is within the budget: whether 0 is one, and those from 1 on.
    fn within(&self, budget: i128, (from, to): (i128, i128)) -> (bool, RangeInclusive<i128>) {
        let most = match self.slope {
            _ if self.first > budget => 0,
            0 => to,
            slope => to.min(1 + floor_div(budget - self.first, slope)),
        };
        (from <= 0 && to >= 0 && self.none <= budget, from.max(1)..=most)
    }

    /// Whether it may go untraded.
    fn may_stay(&self) -> bool {
        (self.from..=self.to).contains(&self.held)
    }

    /// The allowed steps that trade least.
    fn stay(&self) -> i128 {
        self.held.clamp(self.from, self.to)
    }
}

/// What the choices from some position on can still do.
#[derive(Clone, Copy, Default)]
struct Rest {
    /// The least and the most that they free.
    least: i128,
    most: i128,
    /// What they free when each trades least, and what that trades.
    staying: i128,
    forced_value: i128,
    /// How many must be traded.
    forced: usize,
}

struct TieSearch {
    /// By ascending id.
    choices: Vec<Choice>,
    /// For each position, and behind the last.
    rests: Vec<Rest>,
    /// Reachable sums of the last choices, their least steps left out; the last choice comes first.
    sums: Option<Sums>,
    need: i128,
    budget: i128,
    /// What a unit of overshoot costs of the budget.
    overshoot_regret: i128,
    allowed: usize,
    path: Vec<i128>,
    /// Value traded and steps of the best found with the number of trades allowed.
    best: Option<(i128, Vec<i128>)>,
}

impl TieSearch {
    fn new(covering: &Covering, cost: i128, memory: usize, effort: &mut Effort<'_>) -> Option<Self> {
        let bound = covering.bound();
        let common = gcd(bound.numerator, bound.denominator);
        let (a, b) = (bound.numerator / common, bound.denominator / common);
        // What is multiplied below is at most what can be freed at all.
        let freeable: i128 = covering.items.iter().map(|item| item.price * item.steps).sum();
        b.checked_mul(freeable.max(cost).max(covering.need))?.checked_mul(2)?;
        let mut budget = b * cost - a * covering.need;
        let mut choices = Vec::with_capacity(covering.items.len());
        for (index, item) in covering.items.iter().enumerate() {
            let first = b * item.first_cost() - a * item.price;
            let least = first.min(0);
            budget -= least;
            choices.push(Choice {
                item: index,
                weight: floor_div(item.price, covering.grid),
                none: -least,
                first: first - least,
                slope: (b - a) * item.price,
                from: 0,
                to: item.steps,
                held: item.held,
            });
        }
        choices.sort_unstable_by_key(|choice| covering.items[choice.item].index);
        for choice in &mut choices {
            restrict(choice, budget);
        }
        if choices.iter().filter(|choice| choice.from < choice.to).count() > MOST_FREE {
            return None;
        }
        let mut search = Self {
            rests: rests(&choices),
            choices,
            sums: None,
            need: covering.need / covering.grid,
            budget,
            overshoot_regret: a.checked_mul(covering.grid)?,
            allowed: 0,
            path: Vec::new(),
            best: None,
        };
        // The table helps the search; without it the search does what it can with the rest of the effort.
        search.sums = effort.share(4, |effort| search.reachable(memory, effort));
        Some(search)
    }

    /// The sums that the choices reach from the last one on.
    fn reachable(&self, memory: usize, effort: &mut Effort<'_>) -> Option<Sums> {
        let most = self.rests[0].most.min(self.need + self.overshoot(self.budget)) - self.rests[0].least;
        let extras: Vec<Extra> = self
            .choices
            .iter()
            .rev()
            .map(|choice| Extra { item: choice.item, weight: choice.weight, steps: choice.to - choice.from })
            .collect();
        Sums::new(&extras, most, None, memory, effort)
    }

    /// The most overshoot that a budget allows.
    fn overshoot(&self, budget: i128) -> i128 {
        if self.overshoot_regret > 0 { floor_div(budget, self.overshoot_regret) } else { self.rests[0].most }
    }

    /// Decides the choices from `position` on, `need` being left to free and `budget` to spend; `traded` are the number
    /// of trades and their value so far. False when the effort ran out.
    fn descend(
        &mut self,
        position: usize,
        need: i128,
        budget: i128,
        traded: (usize, i128),
        effort: &mut Effort<'_>,
    ) -> bool {
        if !effort.spend(1) {
            return false;
        }
        let overshoot = self.overshoot(budget);
        match self.may_lead_on(position, need, overshoot, traded, effort) {
            Some(true) => {}
            Some(false) => return true,
            None => return false,
        }
        let Some(choice) = self.choices.get(position) else {
            if budget + need * self.overshoot_regret == 0 {
                self.best = Some((traded.1, self.path.clone()));
            }
            return true;
        };
        let after = self.rests[position + 1];
        let (weight, held) = (choice.weight, choice.held);
        // Fewer steps leave more than the others can free, more of them overshoot.
        let fewest = choice.from.max(ceil_div(need - after.most, weight));
        let most = choice.to.min(floor_div((need + overshoot - after.least).max(-1), weight));
        let only_staying = traded.0 + after.forced >= self.allowed;
        let (fewest, most) = if only_staying { (fewest.max(held), most.min(held)) } else { (fewest, most) };
        let (none, some) = self.choices[position].within(budget, (fewest, most));
        for steps in none.then_some(0).into_iter().chain(some) {
            let regret = self.choices[position].regret(steps);
            let value = weight * (steps - held).abs();
            self.path.push(steps);
            let traded = (traded.0 + usize::from(steps != held), traded.1 + value);
            let finished = self.descend(position + 1, need - steps * weight, budget - regret, traded, effort);
            self.path.pop();
            if !finished {
                return false;
            }
        }
        true
    }

    /// Whether the choices from `position` on can free `need..=need + overshoot` and trade less than the best; `None`
    /// when the effort ran out.
    fn may_lead_on(
        &self,
        position: usize,
        need: i128,
        overshoot: i128,
        traded: (usize, i128),
        effort: &mut Effort<'_>,
    ) -> Option<bool> {
        let rest = &self.rests[position];
        let (low, high) = (need.max(rest.least), (need + overshoot).min(rest.most));
        if low > high || traded.0 + rest.forced > self.allowed {
            return Some(false);
        }
        if let Some((value, _)) = self.best {
            let moved = (need - rest.staying).max(rest.staying - need - overshoot).max(0);
            if traded.1 + rest.forced_value + moved >= value {
                return Some(false);
            }
        }
        let Some(sums) = &self.sums else { return Some(true) };
        let words = usize::try_from((high - low) / 64).unwrap_or(usize::MAX);
        if !effort.spend(nodes_for(words, WORDS_PER_NODE)) {
            return None;
        }
        let count = self.choices.len() - position;
        Some(sums.least_within(count, low - rest.least, high - rest.least).is_some())
    }
}

/// Takes away the steps whose regret exceeds the budget.
fn restrict(choice: &mut Choice, budget: i128) {
    if choice.first > budget {
        choice.to = 0;
    } else if choice.slope > 0 {
        choice.to = choice.to.min(1 + floor_div(budget - choice.first, choice.slope));
    }
    if choice.none > budget {
        choice.from = 1;
    }
}

fn rests(choices: &[Choice]) -> Vec<Rest> {
    let mut rests = vec![Rest::default(); choices.len() + 1];
    for (position, choice) in choices.iter().enumerate().rev() {
        let after = rests[position + 1];
        rests[position] = Rest {
            least: after.least + choice.from * choice.weight,
            most: after.most + choice.to * choice.weight,
            staying: after.staying + choice.stay() * choice.weight,
            forced_value: after.forced_value + (choice.stay() - choice.held).abs() * choice.weight,
            forced: after.forced + usize::from(!choice.may_stay()),
        };
    }
    rests
}

#[cfg(test)]
mod tests;
