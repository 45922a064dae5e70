//! `GET /api/v1/rebalance/{rebalance_id}/failures`

use crate::extract::{Query, RebalanceIdPath};
use crate::json;
use crate::problem::Problem;
use crate::state::HttpState;
use crate::wire::paging;
use crate::wire::stored::StoredFailureResponse;
use actix_web::HttpResponse;
use actix_web::web::Data;

/// List the portfolios of a stored rebalance that could not be rebalanced
///
/// With the reasons of each, in the order they are stored; all of them unless a part is asked for.
#[utoipa::path(
    get, path = "/api/v1/rebalance/{rebalance_id}/failures", tag = "rebalances", operation_id = "rebalanceFailures",
    params(
        ("rebalance_id" = String, Path, description = "The rebalance", pattern = "^[0-9a-fA-F]{24}$"),
        ("offset" = Option<u64>, Query, description = "Failures to leave out at the start"),
        ("limit" = Option<u64>, Query, description = "The most failures wanted"),
    ),
    responses((status = 200, description = "The failures", body = [StoredFailureResponse],
        headers(("X-Total-Count" = u64, description = "Failures in all")))),
    extensions(("x-problem-codes" = json!(["invalid_id", "rebalance_not_found", "not_an_integer", "paging_out_of_range", "store_unavailable", "stored_data_unreadable"]))),
)]
pub(crate) async fn rebalance_failures(
    state: Data<HttpState>,
    RebalanceIdPath(id): RebalanceIdPath,
    query: Query,
) -> Result<HttpResponse, Problem> {
    let slice = paging::of_portfolios(&query)?;
    let failures = state.application.read_rebalance.header(id).await?.failures;
    let mut response = HttpResponse::Ok();
    response.insert_header(("X-Total-Count", failures.len().to_string()));
    let rows: Vec<_> = slice.cut(&failures).iter().map(StoredFailureResponse::new).collect();
    json::with_headers(&mut response, &rows)
}
