//! The security service: Python, `FastAPI`.

mod health;
mod v1;
mod v2;

use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use crate::fastapi;
use crate::world::Shared;

/// All routes of the service.
pub(crate) fn routes(cfg: &mut ServiceConfig) {
    health::routes(cfg);
    v1::routes(cfg);
    v2::routes(cfg);
    cfg.default_service(web::to(fastapi::unknown_route));
}

/// What the service answers when it fails by itself.
pub(crate) fn own_error(status: StatusCode, _: &HttpRequest, _: &Shared) -> HttpResponse {
    match status {
        StatusCode::INTERNAL_SERVER_ERROR => fastapi::uncaught(),
        StatusCode::NOT_FOUND => fastapi::detail(status, "Security not found"),
        _ => fastapi::detail(status, status.canonical_reason().unwrap_or_default()),
    }
}
