//! `GET /api/v1/rebalance/{rebalance_id}/portfolios`

use crate::extract::{Query, RebalanceIdPath};
use crate::json::{self, JsonWriter};
use crate::problem::Problem;
use crate::state::HttpState;
use crate::wire::paging;
use crate::wire::stored::PortfolioResponse;
use actix_web::HttpResponse;
use actix_web::web::Data;
use application::StoredRebalance;
use futures::TryStreamExt;

/// List the portfolios of a stored rebalance
///
/// With their positions; all of them unless a part is asked for.
#[utoipa::path(
    get, path = "/api/v1/rebalance/{rebalance_id}/portfolios", tag = "rebalances", operation_id = "rebalancePortfolios",
    params(
        ("rebalance_id" = String, Path, description = "The rebalance", pattern = "^[0-9a-fA-F]{24}$"),
        ("offset" = Option<u64>, Query, description = "Portfolios to leave out at the start"),
        ("limit" = Option<u64>, Query, description = "The most portfolios wanted"),
    ),
    responses((status = 200, description = "The portfolios", body = [PortfolioResponse], headers(
        ("X-Total-Portfolios" = u64, description = "Portfolios in all"),
        ("X-Total-Positions" = u64, description = "Positions of all portfolios")))),
    extensions(("x-problem-codes" = json!(["invalid_id", "rebalance_not_found", "not_an_integer", "paging_out_of_range", "store_unavailable", "stored_data_unreadable"]))),
)]
pub(crate) async fn rebalance_portfolios(
    state: Data<HttpState>,
    RebalanceIdPath(id): RebalanceIdPath,
    query: Query,
) -> Result<HttpResponse, Problem> {
    let slice = paging::of_portfolios(&query)?;
    let StoredRebalance { header, mut portfolios } = state.application.read_rebalance.run(id, slice).await?;
    let write = |mut out: JsonWriter| async move {
        out.begin_list().await?;
        while let Some(portfolio) = portfolios.try_next().await? {
            out.element(&PortfolioResponse::new(&portfolio)).await?;
        }
        out.end_list().await?;
        Ok(out)
    };
    let mut response = HttpResponse::Ok();
    response.insert_header(("X-Total-Portfolios", header.number_of_portfolios.to_string()));
    response.insert_header(("X-Total-Positions", header.number_of_positions.to_string()));
    json::streamed(&mut response, write).await
}
