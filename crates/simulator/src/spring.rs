//! What the two Spring Boot services share: actuator health and the error document.

use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Resource};
use serde::Serialize;
use serde_json::json;

use crate::clock::spring;
use crate::world::Shared;

/// Routes of the actuator's health endpoints; `at` makes a path of the service.
pub(crate) fn health_routes(cfg: &mut ServiceConfig, at: fn(&str) -> Resource) {
    cfg.service(at("/actuator/health").route(web::get().to(health)))
        .service(at("/actuator/health/liveness").route(web::get().to(probe)))
        .service(at("/actuator/health/readiness").route(web::get().to(probe)));
}

async fn health() -> HttpResponse {
    HttpResponse::Ok().json(json!({
        "status": "UP",
        "components": {
            "db": {"status": "UP", "details": {"database": "PostgreSQL", "validationQuery": "isValid()"}},
            "livenessState": {"status": "UP"},
            "ping": {"status": "UP"},
            "readinessState": {"status": "UP"},
        },
        "groups": ["liveness", "readiness"],
    }))
}

async fn probe() -> HttpResponse {
    HttpResponse::Ok().json(json!({"status": "UP"}))
}

#[derive(Serialize)]
struct ErrorDocument<'a> {
    timestamp: String,
    status: u16,
    error: &'a str,
    path: &'a str,
}

/// The error document that Spring Boot writes by default, without a message.
pub(crate) fn error_document(status: StatusCode, request: &HttpRequest, world: &Shared) -> HttpResponse {
    HttpResponse::build(status).json(ErrorDocument {
        timestamp: spring(world.clock.now()),
        status: status.as_u16(),
        error: status.canonical_reason().unwrap_or_default(),
        path: request.path(),
    })
}
