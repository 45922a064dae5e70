//! How good a result is, and how that is known.

use crate::Decimal;

/// How the optimum was proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Proof {
    /// Every security is at its nearest count and the cash suffices.
    Separable,
    /// A Lagrangian lower bound equals the objective.
    Dual,
    /// The search space was exhausted.
    Search,
}

impl Proof {
    /// The name on the wire and in records.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Separable => "separable",
            Self::Dual => "dual",
            Self::Search => "search",
        }
    }

    /// The proof of that name.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Separable, Self::Dual, Self::Search].into_iter().find(|proof| proof.code() == code)
    }
}

/// Whether the choice among equally good holdings is final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ties {
    /// No equally good holdings come before these in the tie order.
    Settled,
    /// The search for such holdings reached its limit.
    Open,
}

impl Ties {
    /// The name on the wire and in records.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Open => "open",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Settled, Self::Open].into_iter().find(|ties| ties.code() == code)
    }
}

/// What is known of a result's quality.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Optimality {
    /// How the optimum was proved; `None` when only the gap between bound and objective is known.
    pub proof: Option<Proof>,
    /// `Σ |MV·t − u·p|` of the holdings chosen, in currency.
    pub objective: Decimal,
    /// No admissible holdings have an objective below this; equal to the objective when that is proved.
    pub lower_bound: Decimal,
    /// Whether the choice among equals is final.
    pub ties: Ties,
    /// The time ran out during the search: the same problem may have a better answer next time.
    pub cut_short: bool,
}
