//! Answers of rebalances: fresh ones, and those that are rebuilt from the stored record for a repeated request.

use crate::json::{self, JsonWriter};
use crate::problem::{Code, Problem};
use crate::wire::answer::RebalanceResponse;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use application::{
    Application, ModelStoreError, PortfolioOutcome, ReadRebalanceError, RebalanceAnswer, Slice, StoredRebalance,
};
use domain::{Model, ModelId, RebalanceId};
use futures::TryStreamExt;
use std::collections::HashMap;

/// One entry per portfolio, written one by one.
pub(crate) async fn all_portfolios(status: StatusCode, answer: RebalanceAnswer) -> Result<HttpResponse, Problem> {
    let write = |mut out: JsonWriter| async move {
        out.begin_list().await?;
        for outcome in &answer.outcomes {
            out.element(&RebalanceResponse::new(answer.rebalance_id, outcome)).await?;
        }
        out.end_list().await?;
        Ok(out)
    };
    json::streamed(&mut HttpResponse::build(status), write).await
}

/// The entry of the only portfolio.
pub(crate) fn only_portfolio(status: StatusCode, answer: &RebalanceAnswer) -> Result<HttpResponse, Problem> {
    let only =
        answer.outcomes.first().ok_or_else(|| Problem::internal("a rebalance of one portfolio has no outcome"))?;
    json::json(status, &RebalanceResponse::new(answer.rebalance_id, only))
}

/// The answer that led to this record, if there is one.
pub(crate) async fn stored(app: &Application, id: RebalanceId) -> Result<Option<RebalanceAnswer>, Problem> {
    match app.read_rebalance.run(id, Slice::ALL).await {
        Ok(stored) => rebuild(app, stored).await.map(Some),
        Err(ReadRebalanceError::NotFound(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The answer that led to this record, which was deleted since if it is not there.
pub(crate) async fn still_stored(app: &Application, id: RebalanceId) -> Result<RebalanceAnswer, Problem> {
    stored(app, id).await?.ok_or_else(|| {
        let detail =
            format!("Rebalance {id} was made by the first request with this Idempotency-Key and deleted since.");
        Problem::new(Code::RebalanceDeleted, detail)
    })
}

/// The model that the first request with a key made or changed, as it is now.
pub(crate) async fn still_there(app: &Application, id: ModelId) -> Result<Model, Problem> {
    match app.get_model.run(id).await {
        Err(ModelStoreError::NotFound(id)) => {
            let detail = format!(
                "Model {id} was made or changed by the first request with this Idempotency-Key and deleted since."
            );
            Err(Problem::new(Code::ModelDeleted, detail))
        }
        found => Ok(found?),
    }
}

/// Failures come back among the portfolios in the model's order, as far as the model still lists them.
async fn rebuild(app: &Application, stored: StoredRebalance) -> Result<RebalanceAnswer, Problem> {
    let StoredRebalance { header, portfolios } = stored;
    let rebalanced: Vec<_> = portfolios.map_ok(PortfolioOutcome::Rebalanced).try_collect().await?;
    let failed = header.failures.into_iter().map(PortfolioOutcome::Failed);
    let mut outcomes: Vec<_> = rebalanced.into_iter().chain(failed).collect();
    let place: HashMap<_, _> = match app.get_model.run(header.model_id).await {
        Ok(model) => model.definition.portfolios.as_slice().iter().copied().zip(0_usize..).collect(),
        Err(ModelStoreError::NotFound(_)) => HashMap::new(),
        Err(error) => return Err(error.into()),
    };
    outcomes.sort_by_key(|outcome| place.get(&outcome.portfolio_id()).copied().unwrap_or(usize::MAX));
    Ok(RebalanceAnswer { rebalance_id: Some(header.id), trade_date: header.date.date_naive(), outcomes })
}
