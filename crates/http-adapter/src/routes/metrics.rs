//! `GET /metrics`

use crate::problem::Problem;
use crate::state::HttpState;
use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;

/// The media type of Prometheus' text format.
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Metrics of the process
///
/// In Prometheus' text format.
#[utoipa::path(
    get, path = "/metrics", tag = "operations", operation_id = "metrics",
    responses((status = 200, description = "All metrics", body = String, content_type = "text/plain")),
    extensions(("x-problem-codes" = json!([]))),
)]
pub(crate) async fn metrics(state: Data<HttpState>) -> Result<HttpResponse, Problem> {
    let text = (state.metrics_text)().map_err(Problem::internal)?;
    Ok(HttpResponse::Ok().insert_header((header::CONTENT_TYPE, TEXT_FORMAT)).body(text))
}
