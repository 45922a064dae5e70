//! `GET /health/ready`

use super::answer;
use crate::problem::Problem;
use crate::state::HttpState;
use crate::wire::health::ReadyResponse;
use actix_web::HttpResponse;
use actix_web::web::Data;

/// Whether requests should come here
///
/// Not ready when the store or the optimizer does not work, or the process is on its way out; never because of a
/// called service.
#[utoipa::path(
    get, path = "/health/ready", tag = "operations", operation_id = "ready",
    responses(
        (status = 200, description = "Ready", body = ReadyResponse),
        (status = 503, description = "Not ready", body = ReadyResponse),
    ),
    extensions(("x-problem-codes" = json!([]))),
)]
pub(crate) async fn ready(state: Data<HttpState>) -> Result<HttpResponse, Problem> {
    let report = state.application.health.report().await;
    answer(report.is_ready(), &ReadyResponse::new(&state, &report))
}
