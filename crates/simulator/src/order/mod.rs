//! The order service: Java, Spring Boot.

use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Resource};
use serde::Serialize;

use crate::clock::instant;
use crate::spring;
use crate::world::Shared;

/// All routes of the service.
pub(crate) fn routes(cfg: &mut ServiceConfig) {
    spring::health_routes(cfg, at);
    cfg.default_service(web::to(unknown_route));
}

/// A path whose other methods end in the catch-all of the service: 500.
fn at(path: &str) -> Resource {
    web::resource(path).default_service(web::to(unknown_route))
}

async fn unknown_route(world: Shared) -> HttpResponse {
    error(&world, StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR", "An unexpected error occurred")
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    code: &'a str,
    message: &'a str,
    timestamp: String,
}

fn error(world: &Shared, status: StatusCode, code: &str, message: &str) -> HttpResponse {
    HttpResponse::build(status).json(ErrorBody { code, message, timestamp: instant(world.clock.now()) })
}

/// What the service answers when it fails by itself.
pub(crate) fn own_error(status: StatusCode, _: &HttpRequest, world: &Shared) -> HttpResponse {
    error(world, status, "INTERNAL_ERROR", "An unexpected error occurred")
}
