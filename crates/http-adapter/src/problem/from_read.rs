//! What a refused read or delete of a stored rebalance means for the caller.

use super::from_model::version_conflict;
use super::{Code, Problem};
use application::{ReadRebalanceError, RebalanceStoreError};
use domain::RebalanceId;

impl From<ReadRebalanceError> for Problem {
    fn from(error: ReadRebalanceError) -> Self {
        match error {
            ReadRebalanceError::NotFound(id) => rebalance_not_found(id),
            ReadRebalanceError::PortfolioNotFound { rebalance_id, portfolio_id } => Self::new(
                Code::PortfolioNotInRebalance,
                format!("Rebalance {rebalance_id} has no portfolio {portfolio_id}."),
            ),
            ReadRebalanceError::Store(error) => error.into(),
        }
    }
}

impl From<RebalanceStoreError> for Problem {
    fn from(error: RebalanceStoreError) -> Self {
        match error {
            RebalanceStoreError::NotFound(id) => rebalance_not_found(id),
            RebalanceStoreError::VersionConflict { id, expected, stored } => {
                version_conflict(&format!("Rebalance {id}"), expected, stored)
            }
            RebalanceStoreError::Store(error) => error.into(),
        }
    }
}

pub(crate) fn rebalance_not_found(id: RebalanceId) -> Problem {
    Problem::new(Code::RebalanceNotFound, format!("Rebalance {id} does not exist."))
}
