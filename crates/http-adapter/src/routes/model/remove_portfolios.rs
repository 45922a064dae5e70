//! `DELETE /api/v1/model/{model_id}/portfolio`

use super::answer;
use crate::extract::{Body, ModelIdPath};
use crate::problem::Problem;
use crate::state::HttpState;
use crate::wire::model::ModelResponse;
use crate::wire::portfolios::PortfoliosRequest;
use actix_web::HttpResponse;
use actix_web::web::Data;

/// Remove portfolios
///
/// Absent ones are ignored; one must be left. Carries no version.
#[utoipa::path(
    delete, path = "/api/v1/model/{model_id}/portfolio", tag = "models", operation_id = "removePortfolios",
    params(("model_id" = String, Path, description = "The model", pattern = "^[0-9a-fA-F]{24}$")),
    request_body = PortfoliosRequest,
    responses((status = 200, description = "The model as it is now", body = ModelResponse,
        headers(("ETag" = String, description = "The version")))),
    extensions(("x-problem-codes" = json!(["invalid_id", "last_portfolio", "model_not_found", "malformed_json", "portfolios_body", "store_unavailable", "store_full", "stored_data_unreadable"]))),
)]
pub(crate) async fn remove_portfolios(
    state: Data<HttpState>,
    ModelIdPath(id): ModelIdPath,
    Body(body): Body,
) -> Result<HttpResponse, Problem> {
    let portfolios = PortfoliosRequest::parse(&body)?;
    let model = state.application.edit_model.remove_portfolios(id, portfolios).await?;
    answer(&mut HttpResponse::Ok(), &model)
}
