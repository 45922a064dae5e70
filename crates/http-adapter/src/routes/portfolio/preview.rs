//! `POST /api/v1/portfolio/{portfolio_id}/rebalance/preview`

use crate::extract::{Body, PortfolioIdPath, Query};
use crate::middleware::RequestDeadline;
use crate::problem::Problem;
use crate::replay;
use crate::state::HttpState;
use crate::wire::answer::RebalanceResponse;
use crate::wire::scenario::PreviewRequest;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;

/// Preview a portfolio's rebalance
///
/// The same answer as the real call, under assumptions if there are any, and nothing is written.
#[utoipa::path(
    post, path = "/api/v1/portfolio/{portfolio_id}/rebalance/preview", tag = "rebalancing",
    operation_id = "previewPortfolio",
    params(
        ("portfolio_id" = String, Path, description = "The portfolio", pattern = "^[0-9A-Za-z]{24}$"),
        ("model_id" = Option<String>, Query, description = "The model to follow, when several list the portfolio",
            pattern = "^[0-9a-fA-F]{24}$"),
    ),
    request_body = Option<PreviewRequest>,
    responses((status = 200, description = "The trades", body = RebalanceResponse)),
    extensions(("x-problem-codes" = json!(["invalid_id", "invalid_model_id", "model_not_found", "portfolio_in_no_model", "portfolio_not_in_model", "portfolio_in_several_models", "malformed_json", "preview_body", "rebalance_failed", "store_unavailable", "stored_data_unreadable"]))),
)]
pub(crate) async fn preview_portfolio(
    state: Data<HttpState>,
    PortfolioIdPath(id): PortfolioIdPath,
    query: Query,
    RequestDeadline(deadline): RequestDeadline,
    Body(body): Body,
) -> Result<HttpResponse, Problem> {
    let (model_id, scenario) = (query.model_id()?, PreviewRequest::parse(&body)?);
    let answer = state.application.preview_rebalance.portfolio(id, model_id, &scenario, deadline).await?;
    replay::only_portfolio(StatusCode::OK, &answer)
}
