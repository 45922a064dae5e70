//! `POST /api/v1/portfolio/{portfolio_id}/rebalance`

use crate::extract::{Body, IdempotencyHeader, PortfolioIdPath, Query};
use crate::keyed::{self, Creation};
use crate::middleware::RequestDeadline;
use crate::problem::Problem;
use crate::replay;
use crate::state::HttpState;
use crate::wire::answer::RebalanceResponse;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use application::{Application, Deadline, RebalanceAnswer, ResourceId};
use domain::{ModelId, PortfolioId, RebalanceId};

/// Rebalance a portfolio
///
/// By the model that lists it, or by the one that is named.
#[utoipa::path(
    post, path = "/api/v1/portfolio/{portfolio_id}/rebalance", tag = "rebalancing", operation_id = "rebalancePortfolio",
    params(
        ("portfolio_id" = String, Path, description = "The portfolio", pattern = "^[0-9A-Za-z]{24}$"),
        ("model_id" = Option<String>, Query, description = "The model to follow, when several list the portfolio",
            pattern = "^[0-9a-fA-F]{24}$"),
    ),
    responses((status = 200, description = "The trades", body = RebalanceResponse)),
    extensions(
        ("x-idempotency-key" = json!(true)),
        ("x-problem-codes" = json!(["invalid_id", "invalid_model_id", "model_not_found", "portfolio_in_no_model", "portfolio_not_in_model", "portfolio_in_several_models", "rebalance_not_found", "rebalance_failed", "store_unavailable", "store_full", "stored_data_unreadable"])),
    ),
)]
pub(crate) async fn rebalance_portfolio(
    state: Data<HttpState>,
    PortfolioIdPath(portfolio_id): PortfolioIdPath,
    query: Query,
    RequestDeadline(deadline): RequestDeadline,
    key: IdempotencyHeader,
    Body(body): Body,
) -> Result<HttpResponse, Problem> {
    let app = &state.application;
    let id = ResourceId(app.ids.rebalance_id().bytes());
    let creation = Rebalance { portfolio_id, model_id: query.model_id()?, deadline };
    let (status, answer) = keyed::once(app, key.with_body(&body), id, creation).await?;
    replay::only_portfolio(status, &answer)
}

struct Rebalance {
    portfolio_id: PortfolioId,
    model_id: Option<ModelId>,
    deadline: Deadline,
}

impl Creation for Rebalance {
    type Outcome = RebalanceAnswer;
    const STATUS: StatusCode = StatusCode::OK;
    const MAY_DIFFER: bool = true;

    async fn run(&self, app: &Application, ResourceId(id): ResourceId) -> Result<RebalanceAnswer, Problem> {
        let id = RebalanceId::from_bytes(id);
        Ok(app.rebalance_portfolio.run(id, self.portfolio_id, self.model_id, self.deadline).await?)
    }

    async fn trace_of(&self, app: &Application, id: ResourceId) -> Result<Option<RebalanceAnswer>, Problem> {
        replay::stored(app, RebalanceId::from_bytes(id.0)).await
    }

    async fn again(&self, app: &Application, id: ResourceId) -> Result<RebalanceAnswer, Problem> {
        replay::still_stored(app, RebalanceId::from_bytes(id.0)).await
    }
}
