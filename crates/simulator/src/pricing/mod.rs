//! The pricing service: Java, Spring Boot, random on every call.

mod prices;

use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Resource};

use crate::spring;
use crate::world::Shared;

/// All routes of the service.
pub(crate) fn routes(cfg: &mut ServiceConfig) {
    spring::health_routes(cfg, at);
    prices::routes(cfg);
    cfg.default_service(web::to(unknown_route));
}

fn at(path: &str) -> Resource {
    web::resource(path).default_service(web::to(wrong_method))
}

async fn unknown_route(request: HttpRequest, world: Shared) -> HttpResponse {
    own_error(StatusCode::NOT_FOUND, &request, &world)
}

async fn wrong_method(request: HttpRequest, world: Shared) -> HttpResponse {
    own_error(StatusCode::METHOD_NOT_ALLOWED, &request, &world)
}

/// Spring's error document.
pub(crate) fn own_error(status: StatusCode, request: &HttpRequest, world: &Shared) -> HttpResponse {
    spring::error_document(status, request, world)
}
