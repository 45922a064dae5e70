//! The steps in order: alone, then together, then the checker.

use crate::cardinality;
use crate::check::check;
use crate::covering::Covering;
use crate::dominance;
use crate::dp;
use crate::effort::Effort;
use crate::outcome::{Certificate, HoldingAfter, Limits, Outcome, Solution};
use crate::problem::Problem;
use crate::reasons::reason;
use crate::relaxation;
use crate::search::search;
use crate::separable::{Nearest, nearest, preferred};
use crate::ties;
use domain::rebalance::{Optimality, Proof, Ties};

/// The best whole-share holdings of a portfolio (see the crate documentation for what is best), or why there are none.
///
/// `stop` is polled at the start and every few thousand nodes: once it says true, the best answer so far is returned,
/// marked as cut short. Every solution that is returned has passed the independent checker.
#[must_use]
pub fn solve(problem: &Problem, limits: &Limits, stop: &dyn Fn() -> bool) -> Outcome {
    if stop() {
        return Outcome::Stopped;
    }
    let Some(nearest) = nearest_counts(problem) else {
        return Outcome::Infeasible(relaxation::reasons(problem));
    };
    let mut effort = Effort::new(limits.nodes, stop);
    let answer = match alone(problem, &nearest) {
        Some(answer) => answer,
        None => match together(problem, &nearest, limits, &mut effort) {
            Some(answer) => answer,
            None => return Outcome::Infeasible(relaxation::reasons(problem)),
        },
    };
    let solution = answer.solution(problem, &nearest, &effort);
    match check(problem, &solution) {
        Ok(()) => Outcome::Solved(solution),
        Err(error) => Outcome::Rejected(error),
    }
}

/// Counts and what is known of them.
struct Answer {
    counts: Vec<i128>,
    /// No objective is below this; `None` when it is the objective itself.
    lower_bound: Option<i128>,
    certificate: Certificate,
    ties: Ties,
}

/// The nearest allowed counts; `None` when a security has none, or the portfolio is worth less than nothing.
fn nearest_counts(problem: &Problem) -> Option<Vec<Nearest>> {
    if problem.market_value_units() < 0 {
        return None;
    }
    let mut counts = Vec::with_capacity(problem.rows().len());
    for row in problem.rows() {
        counts.push(nearest(row)?);
    }
    Some(counts)
}

/// Step 1: every security at its nearest count, when that is affordable.
fn alone(problem: &Problem, nearest: &[Nearest]) -> Option<Answer> {
    let mut total = 0;
    let mut counts = Vec::with_capacity(nearest.len());
    for (row, nearest) in problem.rows().iter().zip(nearest) {
        let count = preferred(row, nearest);
        total += row.value(count);
        counts.push(count);
    }
    (total <= problem.room()).then_some(Answer {
        counts,
        lower_bound: None,
        certificate: Certificate::Separable,
        ties: Ties::Settled,
    })
}

/// Steps 2 to 4: the cheapest lowering of nearest counts that is affordable; `None` when there is none.
fn together(problem: &Problem, nearest: &[Nearest], limits: &Limits, effort: &mut Effort<'_>) -> Option<Answer> {
    let total = problem.rows().iter().zip(nearest).map(|(row, nearest)| row.value(nearest.count)).sum();
    let covering = Covering::new(problem, nearest, total)?;
    let base: Vec<i128> = nearest.iter().map(|nearest| nearest.count).collect();
    let base_objective = objective(problem, &base);
    let start = starting_counts(problem, &covering, &base);
    let bound = covering.bound();
    let memory = limits.memory_bytes;
    let found = lowest(&covering, objective(problem, &start) - base_objective, memory, effort);
    let mut lowering = Lowering { bound: found.bound.max(bound.cost), ..found };
    let proven = lowering.bound >= lowering.cost;
    let unchanged = lowering.steps.is_none() && start.iter().zip(problem.rows()).all(|(count, row)| row.now == *count);
    if proven && !unchanged && !lowering.settled {
        let known = lowering.steps.unwrap_or_else(|| covering.items.iter().map(|item| item.steps).collect());
        effort.allow(limits.tie_nodes.max(effort.used()));
        let first = ties::settle(&covering, lowering.cost, &known, memory, effort);
        lowering = Lowering { settled: first.is_some(), steps: Some(first.unwrap_or(known)), ..lowering };
    }
    let certificate = if !proven {
        Certificate::Gap
    } else if bound.cost == lowering.cost {
        Certificate::Dual { numerator: bound.numerator, denominator: bound.denominator }
    } else {
        Certificate::Search
    };
    Some(Answer {
        counts: lowering.steps.map_or(start, |steps| lowered(&base, &covering, &steps)),
        lower_bound: (!proven).then_some(base_objective + lowering.bound),
        certificate,
        // Holdings that are optimal as they are trade nothing: no equals come before them.
        ties: if proven && (unchanged || lowering.settled) { Ties::Settled } else { Ties::Open },
    })
}

/// Steps 3 and 4: the search, and where it is too long, the dynamic programs; from the cost `best` that is known.
fn lowest(covering: &Covering, best: i128, memory: usize, effort: &mut Effort<'_>) -> Lowering {
    let found = effort.share(SEARCH_PART, |effort| search(covering, best, memory, effort));
    let mut lowering = Lowering { cost: found.cost, steps: found.steps, bound: found.bound, settled: !found.ties };
    let bound = covering.bound();
    if lowering.bound < lowering.cost && bound.numerator < bound.denominator {
        let explored = effort.share(2, |effort| dominance::explore(covering, lowering.cost, memory, effort));
        lowering = lowering.or(explored.steps.map(|steps| (explored.cost, steps)), explored.bound);
    }
    if lowering.bound < lowering.cost
        && let Some(counted) = cardinality::counted(covering, lowering.cost)
    {
        lowering = lowering.or(counted.found, counted.bound);
    }
    if lowering.bound < lowering.cost {
        let found = search(covering, lowering.cost, memory, effort);
        lowering = lowering.or(found.steps.map(|steps| (found.cost, steps)), found.bound);
    }
    if lowering.bound < lowering.cost
        && let Some((cost, steps)) = dp::solve(covering, lowering.cost, memory, effort)
    {
        lowering = Lowering { cost, steps: Some(steps), bound: cost, settled: true };
    }
    lowering
}

/// The part of the nodes that the search may take before the dynamic program over states has its turn: one in so many.
const SEARCH_PART: u64 = 500;

impl Lowering {
    /// This one, or a better one that was found; no cost is below either bound. Of equals nothing is known then.
    fn or(self, found: Option<(i128, Vec<i128>)>, bound: i128) -> Self {
        let bound = bound.max(self.bound);
        match found {
            Some((cost, steps)) if cost < self.cost => Self { cost, steps: Some(steps), bound, settled: false },
            _ => Self { bound, settled: false, ..self },
        }
    }
}

/// A lowering of the nearest counts.
struct Lowering {
    cost: i128,
    /// Steps of each item of the knapsack; `None` for what the search started from.
    steps: Option<Vec<i128>>,
    /// No cost is below this.
    bound: i128,
    /// Whether no equal one comes before it in the tie order.
    settled: bool,
}

/// `Σ |MV·t − v(k)|` in money units.
fn objective(problem: &Problem, counts: &[i128]) -> i128 {
    problem.rows().iter().zip(counts).map(|(row, count)| (row.target - row.value(*count)).abs()).sum()
}

/// What the search starts from: the current holdings when they are admissible, else the lowest counts.
fn starting_counts(problem: &Problem, covering: &Covering, base: &[i128]) -> Vec<i128> {
    let mut lowest = base.to_vec();
    for item in &covering.items {
        lowest[item.index] -= item.steps;
    }
    let current: Vec<i128> = problem.rows().iter().map(|row| row.now).collect();
    let value: i128 = problem.rows().iter().map(|row| row.value(row.now)).sum();
    let allowed = problem.rows().iter().zip(&lowest).zip(base).all(|((row, lowest), base)| {
        (*lowest..=*base).contains(&row.now) || (row.now > *base && row.value(row.now) <= row.high)
    });
    if allowed && value <= problem.room() { current } else { lowest }
}

fn lowered(base: &[i128], covering: &Covering, steps: &[i128]) -> Vec<i128> {
    let mut counts = base.to_vec();
    for (item, steps) in covering.items.iter().zip(steps) {
        counts[item.index] -= steps;
    }
    counts
}

impl Answer {
    fn solution(self, problem: &Problem, nearest: &[Nearest], effort: &Effort<'_>) -> Solution {
        let (mut holdings, mut objective, mut value) = (Vec::with_capacity(nearest.len()), 0, 0);
        for (index, security) in problem.securities().iter().enumerate() {
            let (row, count) = (&problem.rows()[index], self.counts[index]);
            objective += (row.target - row.value(count)).abs();
            value += row.value(count);
            holdings.push(HoldingAfter {
                id: security.id,
                quantity_after: problem.quantity_at(index, count),
                trade: count - row.now,
                reason: reason(row, &nearest[index], count),
            });
        }
        let proof = match self.certificate {
            Certificate::Separable => Some(Proof::Separable),
            Certificate::Dual { .. } => Some(Proof::Dual),
            Certificate::Search => Some(Proof::Search),
            Certificate::Gap => None,
        };
        let lower_bound = self.lower_bound.unwrap_or(objective);
        Solution {
            holdings,
            cash_after: problem.money(problem.market_value_units() - value),
            optimality: Optimality {
                proof,
                objective: problem.money(objective),
                lower_bound: problem.money(lower_bound),
                ties: self.ties,
                cut_short: effort.stopped(),
            },
            certificate: self.certificate,
            nodes: effort.used(),
        }
    }
}
