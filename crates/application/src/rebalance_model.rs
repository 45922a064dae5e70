//! Rebalance all portfolios of a model.

use crate::Deadline;
use crate::rebalancing::{Commit, Engine, Instruction, NewRebalance, RebalanceAnswer, RebalanceError, Scenario};
use domain::{ModelId, RebalanceId};
use ports::{Clock, ModelStore};
use std::sync::Arc;

/// Rebalances a model: every portfolio is solved, what came out is stored, the orders are the answer.
pub struct RebalanceModel {
    pub(crate) models: Arc<dyn ModelStore>,
    pub(crate) engine: Arc<Engine>,
    pub(crate) commit: Commit,
    pub(crate) clock: Arc<dyn Clock>,
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
        let date = self.clock.now();
        let portfolios = model.definition.portfolios.as_slice();
        let instruction =
            Instruction { model: &model, portfolios, scenario: &Scenario::default(), trade_date: date.date_naive() };
        let outcomes = self.engine.run(&instruction, deadline).await?;
        let new = NewRebalance { id: rebalance_id, model: &model, reserve: self.engine.reserve, date };
        self.commit.run(new, outcomes).await
    }
}
