//! The control API, for drivers outside the process. The crate documentation lists its endpoints.

mod book;
mod faults;
mod orders;
mod portfolios;

use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, ServiceConfig};
use actix_web::{HttpResponse, Resource};
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::world::Shared;

/// All routes of the control API.
pub(crate) fn routes(cfg: &mut ServiceConfig) {
    faults::routes(cfg);
    book::routes(cfg);
    portfolios::routes(cfg);
    orders::routes(cfg);
    cfg.service(at("/simulator").route(web::get().to(overview)))
        .service(at("/simulator/reset").route(web::post().to(reset)))
        .default_service(web::to(|| async { refused(StatusCode::NOT_FOUND, "no such path") }));
}

fn at(path: &str) -> Resource {
    web::resource(path)
        .default_service(web::to(|| async { refused(StatusCode::METHOD_NOT_ALLOWED, "no such method here") }))
}

fn refused(status: StatusCode, why: &str) -> HttpResponse {
    HttpResponse::build(status).json(json!({ "error": why }))
}

/// Reads the body and lets `act` answer; a body that cannot be read is a 400 that says why.
fn with_body<T: DeserializeOwned>(body: &Bytes, act: impl FnOnce(T) -> HttpResponse) -> HttpResponse {
    match serde_json::from_slice(body) {
        Ok(value) => act(value),
        Err(error) => refused(StatusCode::BAD_REQUEST, &error.to_string()),
    }
}

async fn overview(world: Shared) -> HttpResponse {
    let book = crate::locks::read(&world.book);
    HttpResponse::Ok().json(json!({
        "seed": world.seed,
        "portfolios": book.portfolios().len(),
        "securities": book.securities().len(),
        "prices": book.prices().len(),
        "strategies": book.strategies().len(),
        "faults": world.faults.list().len(),
        "requests": world.counters.total(),
    }))
}

async fn reset(world: Shared) -> HttpResponse {
    match world.reset() {
        Ok(()) => HttpResponse::NoContent().finish(),
        Err(error) => refused(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}
