//! `PUT /api/v1/model/{model_id}`

use super::answer;
use crate::extract::{Body, ModelIdPath};
use crate::problem::Problem;
use crate::state::HttpState;
use crate::wire::model::{ModelResponse, ModelUpdateRequest};
use actix_web::HttpResponse;
use actix_web::web::Data;

/// Replace a model
///
/// One conditional write: of several updates with one version exactly one succeeds, and the version grows by one. An
/// omitted `last_rebalance_date` stays, null clears it.
#[utoipa::path(
    put, path = "/api/v1/model/{model_id}", tag = "models", operation_id = "updateModel",
    params(("model_id" = String, Path, description = "The model", pattern = "^[0-9a-fA-F]{24}$")),
    request_body = ModelUpdateRequest,
    responses((status = 200, description = "The model as it is now", body = ModelResponse,
        headers(("ETag" = String, description = "The version")))),
    extensions(("x-problem-codes" = json!(["invalid_id", "model_not_found", "version_conflict", "model_name_taken", "malformed_json", "model_body", "invalid_version", "not_an_integer", "invalid_date", "store_unavailable", "store_full", "stored_data_unreadable"]))),
)]
pub(crate) async fn update_model(
    state: Data<HttpState>,
    ModelIdPath(id): ModelIdPath,
    Body(body): Body,
) -> Result<HttpResponse, Problem> {
    let change = ModelUpdateRequest::parse(&body)?;
    let model = state.application.update_model.run(id, change).await?;
    answer(&mut HttpResponse::Ok(), &model)
}
