//! `GET /health/health`

use super::answer;
use crate::extract::Query;
use crate::problem::Problem;
use crate::state::HttpState;
use crate::wire::health::{FullResponse, Shown};
use actix_web::HttpResponse;
use actix_web::web::Data;

/// The full picture
///
/// `degraded` when a called service is down; `unhealthy` when the store or the optimizer is.
#[utoipa::path(
    get, path = "/health/health", tag = "operations", operation_id = "health",
    params(
        ("include_external" = Option<bool>, Query, description = "Whether to show the called services; true unless given"),
        ("include_optimization" = Option<bool>, Query, description = "Whether to show the optimizer; true unless given"),
    ),
    responses(
        (status = 200, description = "Healthy or degraded", body = FullResponse),
        (status = 503, description = "Unhealthy", body = FullResponse),
    ),
    extensions(("x-problem-codes" = json!(["invalid_boolean"]))),
)]
pub(crate) async fn health(state: Data<HttpState>, query: Query) -> Result<HttpResponse, Problem> {
    let (external, optimization) =
        (query.boolean("include_external", true)?, query.boolean("include_optimization", true)?);
    let report = state.application.health.report().await;
    answer(report.works(), &FullResponse::new(&state, &report, Shown { external, optimization }))
}
