//! `POST /api/v1/model/{model_id}/rebalance/preview`

use crate::extract::{Body, ModelIdPath};
use crate::middleware::RequestDeadline;
use crate::problem::Problem;
use crate::replay;
use crate::state::HttpState;
use crate::wire::answer::RebalanceResponse;
use crate::wire::scenario::PreviewRequest;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;

/// Preview a model's rebalance
///
/// The same answer as the real call, under assumptions if there are any, and nothing is written.
#[utoipa::path(
    post, path = "/api/v1/model/{model_id}/rebalance/preview", tag = "rebalancing", operation_id = "previewModel",
    params(("model_id" = String, Path, description = "The model", pattern = "^[0-9a-fA-F]{24}$")),
    request_body = Option<PreviewRequest>,
    responses((status = 200, description = "The trades of each portfolio", body = [RebalanceResponse])),
    extensions(("x-problem-codes" = json!(["invalid_id", "model_not_found", "malformed_json", "preview_body", "rebalance_failed", "all_portfolios_failed", "store_unavailable", "stored_data_unreadable"]))),
)]
pub(crate) async fn preview_model(
    state: Data<HttpState>,
    ModelIdPath(id): ModelIdPath,
    RequestDeadline(deadline): RequestDeadline,
    Body(body): Body,
) -> Result<HttpResponse, Problem> {
    let scenario = PreviewRequest::parse(&body)?;
    let answer = state.application.preview_rebalance.model(id, &scenario, deadline).await?;
    replay::all_portfolios(StatusCode::OK, answer).await
}
