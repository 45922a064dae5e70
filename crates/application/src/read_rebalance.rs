//! Read one stored rebalance, whole or in parts.

use domain::rebalance::{PortfolioRebalance, RebalanceHeader};
use domain::{PortfolioId, RebalanceId};
use ports::{PortfolioStream, RebalanceStore, Slice, StoreError};
use std::sync::Arc;

/// Why a rebalance could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadRebalanceError {
    /// No rebalance has this id.
    #[error("rebalance {0} does not exist")]
    NotFound(RebalanceId),
    /// The rebalance has no such portfolio.
    #[error("portfolio {portfolio_id} is not in rebalance {rebalance_id}")]
    PortfolioNotFound {
        /// The rebalance.
        rebalance_id: RebalanceId,
        /// The portfolio that is not in it.
        portfolio_id: PortfolioId,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A header, and its portfolios as they are read.
pub struct StoredRebalance {
    /// What the rebalance is.
    pub header: RebalanceHeader,
    /// The portfolios asked for.
    pub portfolios: PortfolioStream,
}

/// Reads stored rebalances.
pub struct ReadRebalance {
    pub(crate) rebalances: Arc<dyn RebalanceStore>,
}

impl ReadRebalance {
    /// The header and a part of the portfolios.
    ///
    /// # Errors
    /// `NotFound`, `Store`; the stream yields `Store` errors of its own.
    pub async fn run(&self, id: RebalanceId, slice: Slice) -> Result<StoredRebalance, ReadRebalanceError> {
        Ok(StoredRebalance { header: self.header(id).await?, portfolios: self.rebalances.portfolios(id, slice) })
    }

    /// The header alone.
    ///
    /// # Errors
    /// `NotFound`, `Store`.
    pub async fn header(&self, id: RebalanceId) -> Result<RebalanceHeader, ReadRebalanceError> {
        self.rebalances.header(id).await?.ok_or(ReadRebalanceError::NotFound(id))
    }

    /// All portfolios of a rebalance whose header is at hand.
    #[must_use]
    pub fn portfolios(&self, id: RebalanceId) -> PortfolioStream {
        self.rebalances.portfolios(id, Slice::ALL)
    }

    /// One portfolio.
    ///
    /// # Errors
    /// `NotFound` and `PortfolioNotFound`, told apart; `Store`.
    pub async fn portfolio(
        &self,
        rebalance_id: RebalanceId,
        portfolio_id: PortfolioId,
    ) -> Result<PortfolioRebalance, ReadRebalanceError> {
        if let Some(portfolio) = self.rebalances.portfolio(rebalance_id, &portfolio_id).await? {
            return Ok(portfolio);
        }
        self.header(rebalance_id).await?;
        Err(ReadRebalanceError::PortfolioNotFound { rebalance_id, portfolio_id })
    }
}
