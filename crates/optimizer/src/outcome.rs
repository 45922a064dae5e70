//! What the solver is asked to respect, and what it answers.

use crate::check::CheckError;
use crate::relaxation::InfeasibleReason;
use domain::rebalance::{Optimality, Reason};
use domain::{Decimal, SecurityId};

/// The normal stop of a search: a function of the problem and these numbers only, never of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Nodes of the search for the optimum. A node takes some ten nanoseconds.
    pub nodes: u64,
    /// Nodes for the choice among equals, once the optimum is proven: this many, or as many as the proof took if those
    /// were more. Without them the answer is as good, and says that ties are open.
    pub tie_nodes: u64,
    /// Bytes that one problem's tables may take.
    pub memory_bytes: usize,
}

impl Default for Limits {
    /// A million nodes and 64 MiB: some tens of milliseconds at worst. Ten thousand nodes for ties: some 200 µs.
    fn default() -> Self {
        Self { nodes: 1_000_000, tie_nodes: 10_000, memory_bytes: 64 << 20 }
    }
}

/// The answer for one portfolio.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Admissible holdings that passed the independent checker.
    Solved(Solution),
    /// No admissible holdings exist. At least one reason, securities by ascending id.
    Infeasible(Vec<InfeasibleReason>),
    /// The stop callback said so before any admissible holdings were found.
    Stopped,
    /// The checker refused what the solver found: a defect of this crate, which never produces orders.
    Rejected(CheckError),
}

/// Admissible holdings and what is known about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Solution {
    /// One entry per security of the problem, by ascending id.
    pub holdings: Vec<HoldingAfter>,
    /// Cash after the trades; at least the reserve (of an empty portfolio: 0).
    pub cash_after: Decimal,
    /// Objective, lower bound, kind of proof, state of ties.
    pub optimality: Optimality,
    /// What the checker verifies the proof by.
    pub certificate: Certificate,
    /// Nodes that were searched.
    pub nodes: u64,
}

/// One security after the trades.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HoldingAfter {
    /// The security.
    pub id: SecurityId,
    /// Units held afterwards, not negative, with the decimals that the quantity before was written with.
    pub quantity_after: Decimal,
    /// Whole units bought (above 0) or sold (below 0).
    pub trade: i128,
    /// Why it ends there.
    pub reason: Reason,
}

/// The part of a proof that can be verified without repeating the search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificate {
    /// Every security is at its nearest count, and together they are affordable.
    Separable,
    /// The Lagrangian bound with the price `numerator / denominator` (in `[0, 1]`) for each unit of money that the
    /// affordability row is short of reaches the objective.
    Dual {
        /// Numerator of the multiplier.
        numerator: i128,
        /// Denominator of the multiplier, above 0.
        denominator: i128,
    },
    /// The search space was exhausted.
    Search,
    /// Nothing but the lower bound is known.
    Gap,
}
