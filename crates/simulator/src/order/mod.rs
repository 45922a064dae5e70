//! The order service: Java, Spring Boot. Nearly every error is a 500, and creation is not idempotent.

mod create;
mod desk;
mod detail;
mod filter;
mod health;
mod list;
mod lookups;
mod request;
mod single;
mod submit;

use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, Resource};
use serde::Serialize;

pub use desk::Order;
pub(crate) use desk::OrderDesk;

use crate::clock::instant;
use crate::faults::FaultKind;
use crate::gate::OrderFault;
use crate::spring;
use crate::world::Shared;

/// All routes of the service.
pub(crate) fn routes(cfg: &mut ServiceConfig) {
    spring::health_routes(cfg, at);
    health::routes(cfg);
    lookups::routes(cfg);
    submit::routes(cfg);
    single::routes(cfg);
    cfg.service(at("/api/v1/orders").route(web::get().to(list::list)).route(web::post().to(create::create)))
        .default_service(web::to(unexpected));
}

/// A path whose other methods end in the catch-all of the service: 500.
fn at(path: &str) -> Resource {
    web::resource(path).default_service(web::to(unexpected))
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    code: &'a str,
    message: &'a str,
    timestamp: String,
}

fn error(world: &Shared, code: &str, message: &str) -> HttpResponse {
    HttpResponse::InternalServerError().json(ErrorBody { code, message, timestamp: instant(world.clock.now()) })
}

/// The catch-all for checked exceptions: unknown path, wrong method, missing parameter.
async fn unexpected(world: Shared) -> HttpResponse {
    internal_error(&world)
}

fn internal_error(world: &Shared) -> HttpResponse {
    error(world, "INTERNAL_ERROR", "An unexpected error occurred. Please try again later.")
}

/// The catch-all for runtime exceptions: unreadable bodies, malformed numbers.
fn runtime_error(world: &Shared) -> HttpResponse {
    error(world, "RUNTIME_ERROR", "A runtime error occurred. Please try again later.")
}

/// What the service answers when it fails by itself. Only an overload that its advice sees is a 503.
pub(crate) fn own_error(status: StatusCode, _: &HttpRequest, world: &Shared) -> HttpResponse {
    let (timestamp, retry_after) = (instant(world.clock.now()), 120);
    match status {
        StatusCode::SERVICE_UNAVAILABLE => HttpResponse::build(status)
            .insert_header(("Retry-After", retry_after.to_string()))
            .json(serde_json::json!({
                "code": "SERVICE_OVERLOADED",
                "message": OVERLOADED,
                "retryAfter": retry_after,
                "timestamp": timestamp,
                "details": {
                    "overloadReason": "system_resource_exhaustion",
                    "recommendedAction": "retry_with_exponential_backoff",
                },
            })),
        StatusCode::NOT_FOUND => HttpResponse::NotFound().finish(),
        _ => {
            let (code, message) = ("INTERNAL_ERROR", "An unexpected error occurred. Please try again later.");
            HttpResponse::build(status).json(ErrorBody { code, message, timestamp })
        }
    }
}

/// The message of an overload, whatever status carries it.
const OVERLOADED: &str = "System temporarily overloaded - please retry in a few minutes";

/// The fault that this request has to act out.
fn fault(request: &HttpRequest) -> Option<FaultKind> {
    request.extensions().get::<OrderFault>().map(|fault| fault.0.clone())
}

fn is_json(request: &HttpRequest) -> bool {
    request.content_type().eq_ignore_ascii_case("application/json")
}
