//! `GET /api/v1/models`

use crate::extract::Query;
use crate::json;
use crate::problem::Problem;
use crate::state::HttpState;
use crate::wire::model::ModelResponse;
use crate::wire::{paging, sort};
use actix_web::HttpResponse;
use actix_web::web::Data;

/// List models
///
/// A bare array, newest first. Without `offset` and `limit` all of them; `limit` alone starts at 0, `offset` alone goes
/// to the end.
#[utoipa::path(
    get, path = "/api/v1/models", tag = "models", operation_id = "listModels",
    params(
        ("offset" = Option<u64>, Query, description = "Models to leave out at the start"),
        ("limit" = Option<u64>, Query, description = "The most models wanted; 0 gives an empty array"),
        ("sort_by" = Option<String>, Query,
            description = "Comma list of model_id, name, last_rebalance_date, each with an optional + or -",
            pattern = r"^[ ,+-]*((model_id|name|last_rebalance_date)[ ,+-]*)*$", example = "-last_rebalance_date,name"),
    ),
    responses((status = 200, description = "The models", body = [ModelResponse],
        headers(("X-Total-Count" = u64, description = "Models in all")))),
    extensions(("x-problem-codes" = json!(["negative_paging", "unknown_sort_field", "not_an_integer", "store_unavailable", "stored_data_unreadable"]))),
)]
pub(crate) async fn list_models(state: Data<HttpState>, query: Query) -> Result<HttpResponse, Problem> {
    let (slice, order) = (paging::of_models(&query)?, sort::of_models(&query)?);
    let page = state.application.list_models.run(order, slice).await?;
    let models: Vec<_> = page.items.iter().map(ModelResponse::new).collect();
    json::with_headers(HttpResponse::Ok().insert_header(("X-Total-Count", page.total.to_string())), &models)
}
