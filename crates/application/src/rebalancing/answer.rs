//! What a caller who asked for a rebalance is told.

use domain::rebalance::{PortfolioFailure, PortfolioRebalance};
use domain::{Date, PortfolioId, RebalanceId};

/// What became of one portfolio.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PortfolioOutcome {
    /// It was rebalanced.
    Rebalanced(PortfolioRebalance),
    /// It could not be, for reasons of its own.
    Failed(PortfolioFailure),
}

impl PortfolioOutcome {
    /// The portfolio.
    #[must_use]
    pub const fn portfolio_id(&self) -> PortfolioId {
        match self {
            Self::Rebalanced(portfolio) => portfolio.portfolio_id,
            Self::Failed(failure) => failure.portfolio_id,
        }
    }
}

/// A run's outcomes, one per portfolio in the order asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RebalanceAnswer {
    /// The stored record; `None` for a preview.
    pub rebalance_id: Option<RebalanceId>,
    /// The day that the trades are meant for.
    pub trade_date: Date,
    /// What became of each portfolio.
    pub outcomes: Vec<PortfolioOutcome>,
}
