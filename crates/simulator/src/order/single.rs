//! `/api/v1/order/{id}`: one order, read, replaced or deleted. Versions are not checked.

use actix_web::web::{self, Bytes, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use super::detail::{Names, OrderDetail};
use super::request::OrderRequest;
use super::{at, internal_error, runtime_error};
use crate::locks::lock;
use crate::query::Params;
use crate::world::Shared;

pub(super) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(
        at("/api/v1/order/{id}")
            .route(web::get().to(get))
            .route(web::put().to(replace))
            .route(web::delete().to(delete)),
    );
}

async fn get(id: Path<String>, world: Shared) -> HttpResponse {
    let Ok(id) = id.parse() else { return runtime_error(&world) };
    match lock(&world.desk).get(id, world.clock.now()) {
        Some(order) => HttpResponse::Ok().json(Names::with(&world, |names| OrderDetail::of(order, names))),
        None => HttpResponse::NotFound().finish(),
    }
}

async fn replace(id: Path<String>, body: Bytes, world: Shared) -> HttpResponse {
    let (Ok(id), Ok(request)) = (id.parse(), serde_json::from_slice::<OrderRequest>(&body)) else {
        return runtime_error(&world);
    };
    let mut desk = lock(&world.desk);
    let Some(order) = desk.get(id, world.clock.now()) else { return HttpResponse::NotFound().finish() };
    match request.applied_to(order).and_then(|order| desk.replace(id, &order)) {
        Some(order) => HttpResponse::Ok().json(Names::with(&world, |names| OrderDetail::of(order, names))),
        None => runtime_error(&world),
    }
}

async fn delete(request: HttpRequest, id: Path<String>, world: Shared) -> HttpResponse {
    let Ok(id) = id.parse() else { return runtime_error(&world) };
    match Params::of(&request).first("version").map(str::parse::<i32>) {
        None => internal_error(&world),
        Some(Err(_)) => runtime_error(&world),
        Some(Ok(_)) if lock(&world.desk).remove(id, world.clock.now()) => HttpResponse::NoContent().finish(),
        Some(Ok(_)) => HttpResponse::Conflict().finish(),
    }
}
