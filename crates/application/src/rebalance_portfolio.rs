//! Rebalance one portfolio.

use crate::Deadline;
use crate::rebalancing::{RebalanceAnswer, RebalanceError, Rebalancer};
use domain::{Model, ModelId, PortfolioId, RebalanceId};
use ports::ModelStore;
use std::sync::Arc;

/// Rebalances one portfolio by the model that lists it.
pub struct RebalancePortfolio {
    pub(crate) models: Arc<dyn ModelStore>,
    pub(crate) rebalancer: Arc<Rebalancer>,
}

impl RebalancePortfolio {
    /// Rebalances under this id, with everything before the write done by `deadline`. `model_id` says which model to
    /// follow when several list the portfolio.
    ///
    /// # Errors
    /// See [`RebalanceError`]; nothing is stored then.
    pub async fn run(
        &self,
        rebalance_id: RebalanceId,
        portfolio_id: PortfolioId,
        model_id: Option<ModelId>,
        deadline: Deadline,
    ) -> Result<RebalanceAnswer, RebalanceError> {
        let model = model_of(self.models.as_ref(), portfolio_id, model_id).await?;
        self.rebalancer.run(rebalance_id, &model, &[portfolio_id], deadline).await
    }
}

/// The model that a portfolio follows: the one named, or the only one that lists it.
pub(crate) async fn model_of(
    models: &dyn ModelStore,
    portfolio_id: PortfolioId,
    model_id: Option<ModelId>,
) -> Result<Model, RebalanceError> {
    if let Some(model_id) = model_id {
        let model = models.get(model_id).await?.ok_or(RebalanceError::ModelNotFound(model_id))?;
        let listed = model.definition.portfolios.contains(&portfolio_id);
        return if listed { Ok(model) } else { Err(RebalanceError::PortfolioNotInModel { portfolio_id, model_id }) };
    }
    let mut models = models.with_portfolio(&portfolio_id).await?;
    match (models.pop(), models.is_empty()) {
        (None, _) => Err(RebalanceError::PortfolioInNoModel(portfolio_id)),
        (Some(only), true) => Ok(only),
        (Some(last), false) => {
            models.push(last);
            let named = |model: Model| (model.id, model.definition.name.as_str().to_owned());
            let models = models.into_iter().map(named).collect();
            Err(RebalanceError::PortfolioInSeveralModels { portfolio_id, models })
        }
    }
}
