//! Why a rebalance as a whole did not come about.

use domain::rebalance::PortfolioFailure;
use domain::{ModelId, PortfolioId};
use ports::{StoreError, UpstreamError};
use std::time::Duration;

/// Why nothing was rebalanced, and nothing stored.
#[derive(Debug, thiserror::Error)]
pub enum RebalanceError {
    /// No model has this id.
    #[error("model {0} does not exist")]
    ModelNotFound(ModelId),
    /// No model lists the portfolio.
    #[error("portfolio {0} is in no model")]
    PortfolioInNoModel(PortfolioId),
    /// The model that was named does not list the portfolio.
    #[error("portfolio {portfolio_id} is not in model {model_id}")]
    PortfolioNotInModel {
        /// The portfolio asked for.
        portfolio_id: PortfolioId,
        /// The model that was named.
        model_id: ModelId,
    },
    /// Several models list the portfolio and none was named.
    #[error("portfolio {portfolio_id} is in {} models", models.len())]
    PortfolioInSeveralModels {
        /// The portfolio asked for.
        portfolio_id: PortfolioId,
        /// The models that list it, with their names.
        models: Vec<(ModelId, String)>,
    },
    /// The model has no positions: there is nothing to aim at.
    #[error("model {0} has no positions")]
    ModelWithoutPositions(ModelId),
    /// Every portfolio failed for reasons of its own.
    #[error("no portfolio could be rebalanced")]
    AllFailed(Vec<PortfolioFailure>),
    /// A service that the run depends on failed.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    /// The store failed. If that was while writing the record, it was read back first.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// More rebalances are asked for than can be done: this one would not be done in time.
    #[error("more rebalances are asked for than can be done")]
    Overloaded {
        /// When those who are here will be done.
        retry_after: Duration,
    },
    /// The time for the request was used up before anything was written.
    #[error("the time for the request is used up")]
    TimedOut,
    /// A worker thread died: a defect of this service.
    #[error("a worker thread died")]
    WorkerLost,
}
