//! The portfolio accounting service: Go, chi, decimals as strings.

mod balance;
mod balances;
mod health;
mod summary;
mod transactions;

use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Resource};
use serde::Serialize;

use crate::clock::instant;
use crate::world::Shared;

/// All routes of the service.
pub(crate) fn routes(cfg: &mut ServiceConfig) {
    health::routes(cfg);
    summary::routes(cfg);
    balances::routes(cfg);
    balance::routes(cfg);
    transactions::routes(cfg);
    cfg.default_service(web::to(unknown_route));
}

/// A path whose other methods answer as chi does: 405 without a body.
fn at(path: &str) -> Resource {
    web::resource(path).default_service(web::to(|| async { HttpResponse::MethodNotAllowed().finish() }))
}

async fn unknown_route() -> HttpResponse {
    HttpResponse::NotFound().content_type("text/plain; charset=utf-8").body("404 page not found\n")
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    error: ErrorDetail<'a>,
}

#[derive(Serialize)]
struct ErrorDetail<'a> {
    code: &'a str,
    message: &'a str,
    timestamp: String,
}

fn error(world: &Shared, status: StatusCode, code: &str, message: &str) -> HttpResponse {
    let timestamp = instant(world.clock.now());
    HttpResponse::build(status).json(ErrorBody { error: ErrorDetail { code, message, timestamp } })
}

/// What the service answers when it fails by itself.
pub(crate) fn own_error(status: StatusCode, request: &HttpRequest, world: &Shared) -> HttpResponse {
    let (code, subject) = match (status, request.path()) {
        (StatusCode::NOT_FOUND, _) => return error(world, status, "NOT_FOUND", "Portfolio not found"),
        (_, path) if path.ends_with("/summary") => ("INTERNAL_ERROR", "portfolio summary"),
        (_, path) if path.ends_with("/balances") => ("INTERNAL_ERROR", "balances"),
        _ => ("INTERNAL_ERROR", "balance"),
    };
    error(world, status, code, &format!("Failed to retrieve {subject}"))
}
