//! Show what a rebalance would do, and store nothing.

use crate::Deadline;
use crate::rebalance_portfolio::model_of;
use crate::rebalancing::{Admission, Engine, Instruction, PortfolioOutcome, RebalanceAnswer, RebalanceError, Scenario};
use domain::{Model, ModelId, PortfolioId};
use ports::{Clock, ModelStore};
use std::sync::Arc;

/// Answers as the real call would, under assumptions if there are any.
pub struct PreviewRebalance {
    pub(crate) models: Arc<dyn ModelStore>,
    pub(crate) engine: Arc<Engine>,
    pub(crate) admission: Arc<Admission>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl PreviewRebalance {
    /// Previews all portfolios of a model.
    ///
    /// # Errors
    /// As [`crate::RebalanceModel::run`].
    pub async fn model(
        &self,
        model_id: ModelId,
        scenario: &Scenario,
        deadline: Deadline,
    ) -> Result<RebalanceAnswer, RebalanceError> {
        let model = self.models.get(model_id).await?.ok_or(RebalanceError::ModelNotFound(model_id))?;
        self.run(&model, model.definition.portfolios.as_slice(), scenario, deadline).await
    }

    /// Previews one portfolio.
    ///
    /// # Errors
    /// As [`crate::RebalancePortfolio::run`].
    pub async fn portfolio(
        &self,
        portfolio_id: PortfolioId,
        model_id: Option<ModelId>,
        scenario: &Scenario,
        deadline: Deadline,
    ) -> Result<RebalanceAnswer, RebalanceError> {
        let model = model_of(self.models.as_ref(), portfolio_id, model_id).await?;
        self.run(&model, &[portfolio_id], scenario, deadline).await
    }

    async fn run(
        &self,
        model: &Model,
        portfolios: &[PortfolioId],
        scenario: &Scenario,
        deadline: Deadline,
    ) -> Result<RebalanceAnswer, RebalanceError> {
        let admitted = self.admission.admit(portfolios.len(), deadline).await?;
        let trade_date = self.clock.now().date_naive();
        let instruction = Instruction { model, portfolios, scenario, trade_date };
        let outcomes = self.engine.run(&instruction, deadline).await?;
        admitted.done();
        let failures = outcomes.iter().filter_map(|outcome| match outcome {
            PortfolioOutcome::Failed(failure) => Some(failure.clone()),
            PortfolioOutcome::Rebalanced(_) => None,
        });
        let failures: Vec<_> = failures.collect();
        if failures.len() == outcomes.len() {
            return Err(RebalanceError::AllFailed(failures));
        }
        Ok(RebalanceAnswer { rebalance_id: None, trade_date, outcomes })
    }
}
