//! `GET /api/v1/model/{model_id}`

use super::answer;
use crate::extract::{ModelIdPath, unchanged};
use crate::problem::Problem;
use crate::state::HttpState;
use crate::wire::model::ModelResponse;
use actix_web::HttpResponse;
use actix_web::http::header::IfNoneMatch;
use actix_web::web::{Data, Header};

/// Read a model
///
/// With `If-None-Match` and the entity tag of the present version, only that nothing changed.
#[utoipa::path(
    get, path = "/api/v1/model/{model_id}", tag = "models", operation_id = "getModel",
    params(("model_id" = String, Path, description = "The model", pattern = "^[0-9a-fA-F]{24}$")),
    responses(
        (status = 200, description = "The model", body = ModelResponse,
            headers(("ETag" = String, description = "The version"))),
        (status = 304, description = "The version is among those of If-None-Match"),
    ),
    extensions(("x-problem-codes" = json!(["invalid_id", "model_not_found", "store_unavailable", "stored_data_unreadable"]))),
)]
pub(crate) async fn get_model(
    state: Data<HttpState>,
    ModelIdPath(id): ModelIdPath,
    known: Header<IfNoneMatch>,
) -> Result<HttpResponse, Problem> {
    let model = state.application.get_model.run(id).await?;
    unchanged(&known, model.version).map_or_else(|| answer(&mut HttpResponse::Ok(), &model), Ok)
}
