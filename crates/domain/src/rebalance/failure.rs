//! Why a portfolio could not be rebalanced.

use crate::{PortfolioId, SecurityId};

/// The kind of a failure; also the code of the problem that a caller gets when the portfolio was asked for alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailureCode {
    /// No whole-share holdings keep the bands and the cash.
    NoFeasibleSolution,
    /// A security that is needed has no price above zero.
    PriceMissing,
    /// A security that is needed is not known to the security service.
    SecurityUnknown,
    /// Neither the portfolio service nor accounting knows the portfolio.
    PortfolioUnknown,
    /// The amounts are beyond what is computed exactly (gross 10¹⁵, price 10⁹).
    OutOfBounds,
    /// The upstream data of this portfolio contradict themselves or cannot be read.
    UpstreamInvalid,
    /// The time ran out before any admissible holdings were found.
    OptimizationTimeout,
    /// The optimizer's result did not pass the independent check: a defect, and no orders.
    OptimizerDefect,
}

impl FailureCode {
    const ALL: [Self; 8] = [
        Self::NoFeasibleSolution,
        Self::PriceMissing,
        Self::SecurityUnknown,
        Self::PortfolioUnknown,
        Self::OutOfBounds,
        Self::UpstreamInvalid,
        Self::OptimizationTimeout,
        Self::OptimizerDefect,
    ];

    /// The name on the wire and in records.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoFeasibleSolution => "no_feasible_solution",
            Self::PriceMissing => "price_missing",
            Self::SecurityUnknown => "security_unknown",
            Self::PortfolioUnknown => "portfolio_unknown",
            Self::OutOfBounds => "out_of_bounds",
            Self::UpstreamInvalid => "upstream_invalid",
            Self::OptimizationTimeout => "optimization_timeout",
            Self::OptimizerDefect => "optimizer_defect",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// One fact behind a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailureDetail {
    /// Stable `snake_case` name of the kind of fact.
    pub code: String,
    /// The security concerned, when it is one.
    pub security_id: Option<SecurityId>,
    /// A sentence for people: what is wrong and what would help.
    pub message: String,
}

/// A portfolio that was asked for and could not be rebalanced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortfolioFailure {
    /// The portfolio.
    pub portfolio_id: PortfolioId,
    /// Its name, when the portfolio service gave one.
    pub portfolio_name: Option<String>,
    /// The kind of failure.
    pub code: FailureCode,
    /// A sentence for people.
    pub message: String,
    /// The facts behind it.
    pub details: Vec<FailureDetail>,
}
