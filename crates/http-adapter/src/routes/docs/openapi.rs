//! `GET /openapi.json`

use crate::openapi::document_json;
use crate::problem::Problem;
use actix_web::HttpResponse;
use actix_web::http::header;
use std::sync::LazyLock;

static DOCUMENT: LazyLock<String> = LazyLock::new(document_json);

/// The OpenAPI document
#[utoipa::path(
    get, path = "/openapi.json", tag = "operations", operation_id = "openapi",
    responses((status = 200, description = "This document", body = Object, content_type = "application/json")),
    extensions(("x-problem-codes" = json!([]))),
)]
pub(crate) async fn openapi() -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "application/json")).body(DOCUMENT.as_str()))
}
