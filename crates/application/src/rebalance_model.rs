//! Rebalance all portfolios of a model.

use crate::Deadline;
use crate::rebalancing::{RebalanceAnswer, RebalanceError, Rebalancer};
use domain::{ModelId, RebalanceId};
use ports::ModelStore;
use std::sync::Arc;

/// Rebalances a model: every portfolio is solved, what came out is stored, the orders are the answer.
pub struct RebalanceModel {
    pub(crate) models: Arc<dyn ModelStore>,
    pub(crate) rebalancer: Arc<Rebalancer>,
}

impl RebalanceModel {
    /// Rebalances under this id, with everything before the write done by `deadline`.
    ///
    /// # Errors
    /// See [`RebalanceError`]; nothing is stored then.
    pub async fn run(
        &self,
        rebalance_id: RebalanceId,
        model_id: ModelId,
        deadline: Deadline,
    ) -> Result<RebalanceAnswer, RebalanceError> {
        let model = self.models.get(model_id).await?.ok_or(RebalanceError::ModelNotFound(model_id))?;
        self.rebalancer.run(rebalance_id, &model, model.definition.portfolios.as_slice(), deadline).await
    }
}
