//! `GET /api/v1/rebalance/{rebalance_id}/portfolio/{portfolio_id}/positions`

use crate::extract::{Query, RebalancePortfolioPath};
use crate::json::json;
use crate::problem::Problem;
use crate::state::HttpState;
use crate::wire::sort;
use crate::wire::stored::StoredPositionResponse;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;

/// List the positions of one portfolio of a stored rebalance
#[utoipa::path(
    get, path = "/api/v1/rebalance/{rebalance_id}/portfolio/{portfolio_id}/positions", tag = "rebalances",
    operation_id = "rebalancePositions",
    params(
        ("rebalance_id" = String, Path, description = "The rebalance", pattern = "^[0-9a-fA-F]{24}$"),
        ("portfolio_id" = String, Path, description = "The portfolio", pattern = "^[0-9A-Za-z]{24}$"),
        ("sort_by" = Option<String>, Query,
            description = "market_value (after the trades), drift (|actual − target|) or security_id, with an optional -",
            pattern = "^[+-]?(market_value|drift|security_id)$", example = "-drift"),
    ),
    responses((status = 200, description = "The positions", body = [StoredPositionResponse])),
    extensions(("x-problem-codes" = json!(["invalid_id", "unknown_sort_field", "rebalance_not_found", "portfolio_not_in_rebalance", "store_unavailable", "stored_data_unreadable"]))),
)]
pub(crate) async fn rebalance_positions(
    state: Data<HttpState>,
    RebalancePortfolioPath(rebalance_id, portfolio_id): RebalancePortfolioPath,
    query: Query,
) -> Result<HttpResponse, Problem> {
    let (key, direction) = sort::of_positions(&query)?;
    let mut portfolio = state.application.read_rebalance.portfolio(rebalance_id, portfolio_id).await?;
    sort::sort_positions(&mut portfolio.positions, key, direction);
    let rows: Vec<_> = portfolio.positions.iter().map(StoredPositionResponse::new).collect();
    json(StatusCode::OK, &rows)
}
