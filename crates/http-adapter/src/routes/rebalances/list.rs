//! `GET /api/v1/rebalances`

use super::page;
use crate::extract::Query;
use crate::problem::Problem;
use crate::state::HttpState;
use crate::wire::stored::ListedRebalance;
use actix_web::HttpResponse;
use actix_web::web::Data;

/// List stored rebalances
///
/// A bare array, newest first, with portfolios and positions unless `view=summary`.
#[utoipa::path(
    get, path = "/api/v1/rebalances", tag = "rebalances", operation_id = "listRebalances",
    params(
        ("offset" = Option<u64>, Query, description = "Rebalances to leave out at the start", example = 0),
        ("limit" = Option<u64>, Query, description = "The most rebalances wanted; 10 unless given", minimum = 1, maximum = 100),
        ("sort_by" = Option<String>, Query,
            description = "One of rebalance_id, model_name, rebalance_date, number_of_portfolios, with an optional -",
            pattern = "^[+-]?(rebalance_id|model_name|rebalance_date|number_of_portfolios)$", example = "-rebalance_date"),
        ("view" = Option<String>, Query, description = "summary leaves the portfolios out", pattern = "^(summary|full)$"),
    ),
    responses((status = 200, description = "The rebalances", body = [ListedRebalance],
        headers(("X-Total-Count" = u64, description = "Rebalances in all")))),
    extensions(("x-problem-codes" = json!(["unknown_sort_field", "not_an_integer", "paging_out_of_range", "unknown_view", "store_unavailable", "stored_data_unreadable"]))),
)]
pub(crate) async fn list_rebalances(state: Data<HttpState>, query: Query) -> Result<HttpResponse, Problem> {
    page(&state, None, &query).await
}
