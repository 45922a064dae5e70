//! `DELETE /api/v1/rebalance/{rebalance_id}`

use crate::extract::{Query, RebalanceIdPath};
use crate::json::json;
use crate::problem::Problem;
use crate::state::HttpState;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

/// What was done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Message)]
pub(crate) struct MessageResponse {
    /// For people.
    message: String,
}

/// Delete a stored rebalance
#[utoipa::path(
    delete, path = "/api/v1/rebalance/{rebalance_id}", tag = "rebalances", operation_id = "deleteRebalance",
    params(
        ("rebalance_id" = String, Path, description = "The rebalance", pattern = "^[0-9a-fA-F]{24}$"),
        ("version" = u32, Query, description = "The version that was read", minimum = 1),
    ),
    responses((status = 200, description = "It is gone", body = MessageResponse)),
    extensions(("x-problem-codes" = json!(["invalid_id", "rebalance_not_found", "version_conflict", "required", "not_an_integer", "invalid_version", "store_unavailable", "store_full", "stored_data_unreadable"]))),
)]
pub(crate) async fn delete_rebalance(
    state: Data<HttpState>,
    RebalanceIdPath(id): RebalanceIdPath,
    query: Query,
) -> Result<HttpResponse, Problem> {
    state.application.delete_rebalance.run(id, query.version()?).await?;
    json(StatusCode::OK, &MessageResponse { message: format!("Rebalance {id} was deleted.") })
}
