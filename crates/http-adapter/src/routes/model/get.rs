//! `GET /api/v1/model/{model_id}`

use super::answer;
use crate::extract::ModelIdPath;
use crate::problem::Problem;
use crate::state::HttpState;
use crate::wire::model::ModelResponse;
use actix_web::HttpResponse;
use actix_web::web::Data;

/// Read a model
#[utoipa::path(
    get, path = "/api/v1/model/{model_id}", tag = "models", operation_id = "getModel",
    params(("model_id" = String, Path, description = "The model", pattern = "^[0-9a-fA-F]{24}$")),
    responses((status = 200, description = "The model", body = ModelResponse,
        headers(("ETag" = String, description = "The version")))),
    extensions(("x-problem-codes" = json!(["invalid_id", "model_not_found", "store_unavailable", "stored_data_unreadable"]))),
)]
pub(crate) async fn get_model(state: Data<HttpState>, ModelIdPath(id): ModelIdPath) -> Result<HttpResponse, Problem> {
    let model = state.application.get_model.run(id).await?;
    answer(&mut HttpResponse::Ok(), &model)
}
