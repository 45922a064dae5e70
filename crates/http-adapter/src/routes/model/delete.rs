//! `DELETE /api/v1/model/{model_id}`

use crate::extract::{ModelIdPath, Query};
use crate::problem::Problem;
use crate::state::HttpState;
use actix_web::HttpResponse;
use actix_web::web::Data;

/// Delete a model
///
/// Its stored rebalances stay.
#[utoipa::path(
    delete, path = "/api/v1/model/{model_id}", tag = "models", operation_id = "deleteModel",
    params(
        ("model_id" = String, Path, description = "The model", pattern = "^[0-9a-fA-F]{24}$"),
        ("version" = u32, Query, description = "The version that was read", minimum = 1),
    ),
    responses((status = 204, description = "It is gone")),
    extensions(("x-problem-codes" = json!(["invalid_id", "model_not_found", "version_conflict", "required", "not_an_integer", "invalid_version", "store_unavailable", "store_full", "stored_data_unreadable"]))),
)]
pub(crate) async fn delete_model(
    state: Data<HttpState>,
    ModelIdPath(id): ModelIdPath,
    query: Query,
) -> Result<HttpResponse, Problem> {
    state.application.delete_model.run(id, query.version()?).await?;
    Ok(HttpResponse::NoContent().finish())
}
