//! `PUT /api/v1/model/{model_id}/position`

use super::answer;
use crate::extract::{Body, ModelIdPath};
use crate::problem::Problem;
use crate::state::HttpState;
use crate::wire::model::ModelResponse;
use crate::wire::position::PositionRequest;
use actix_web::HttpResponse;
use actix_web::web::Data;

/// Change a position
///
/// Gives a security that is in the model other values; a target of 0 takes it out. Carries no version.
#[utoipa::path(
    put, path = "/api/v1/model/{model_id}/position", tag = "models", operation_id = "changePosition",
    params(("model_id" = String, Path, description = "The model", pattern = "^[0-9a-fA-F]{24}$")),
    request_body = PositionRequest,
    responses((status = 200, description = "The model as it is now", body = ModelResponse,
        headers(("ETag" = String, description = "The version")))),
    extensions(("x-problem-codes" = json!(["invalid_id", "model_not_found", "position_not_found", "malformed_json", "position_body", "target_sum_exceeded", "store_unavailable", "store_full", "stored_data_unreadable"]))),
)]
pub(crate) async fn change_position(
    state: Data<HttpState>,
    ModelIdPath(id): ModelIdPath,
    Body(body): Body,
) -> Result<HttpResponse, Problem> {
    let position = PositionRequest::parse(&body)?;
    let model = state.application.edit_model.change_position(id, position).await?;
    answer(&mut HttpResponse::Ok(), &model)
}
