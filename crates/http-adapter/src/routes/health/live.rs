//! `GET /health/live`

use super::answer;
use crate::problem::Problem;
use crate::state::HttpState;
use crate::wire::health::LiveResponse;
use actix_web::HttpResponse;
use actix_web::web::Data;

/// Whether the process lives
///
/// Touches nothing external.
#[utoipa::path(
    get, path = "/health/live", tag = "operations", operation_id = "live",
    responses((status = 200, description = "It lives", body = LiveResponse)),
    extensions(("x-problem-codes" = json!([]))),
)]
pub(crate) async fn live(state: Data<HttpState>) -> Result<HttpResponse, Problem> {
    answer(true, &LiveResponse::new(&state, &state.application.health.known()))
}
