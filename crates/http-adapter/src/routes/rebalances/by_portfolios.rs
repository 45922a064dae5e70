//! `POST /api/v1/rebalances/portfolios`

use super::page;
use crate::extract::{Body, Query};
use crate::problem::Problem;
use crate::state::HttpState;
use crate::wire::portfolios::PortfoliosRequest;
use crate::wire::stored::ListedRebalance;
use actix_web::HttpResponse;
use actix_web::web::Data;

/// Find stored rebalances of portfolios
///
/// Whole rebalances in which any of the portfolios was rebalanced; a query, although it is a POST.
#[utoipa::path(
    post, path = "/api/v1/rebalances/portfolios", tag = "rebalances", operation_id = "findRebalances",
    params(
        ("offset" = Option<u64>, Query, description = "Rebalances to leave out at the start", example = 0),
        ("limit" = Option<u64>, Query, description = "The most rebalances wanted; 10 unless given", minimum = 1, maximum = 100),
        ("sort_by" = Option<String>, Query,
            description = "One of rebalance_id, model_name, rebalance_date, number_of_portfolios, with an optional -",
            pattern = "^[+-]?(rebalance_id|model_name|rebalance_date|number_of_portfolios)$", example = "-rebalance_date"),
        ("view" = Option<String>, Query, description = "summary leaves the portfolios out", pattern = "^(summary|full)$"),
    ),
    request_body = PortfoliosRequest,
    responses((status = 200, description = "The rebalances", body = [ListedRebalance],
        headers(("X-Total-Count" = u64, description = "Rebalances in all that have one of the portfolios")))),
    extensions(("x-problem-codes" = json!(["unknown_sort_field", "not_an_integer", "paging_out_of_range", "unknown_view", "malformed_json", "portfolios_body", "store_unavailable", "stored_data_unreadable"]))),
)]
pub(crate) async fn rebalances_by_portfolios(
    state: Data<HttpState>,
    query: Query,
    Body(body): Body,
) -> Result<HttpResponse, Problem> {
    let portfolios = PortfoliosRequest::parse(&body)?;
    page(&state, Some(portfolios.as_slice()), &query).await
}
