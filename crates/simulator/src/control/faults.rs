//! Faults and counters.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Path, ServiceConfig};
use serde_json::{Map, Value, json};

use super::{at, refused, with_body};
use crate::faults::Fault;
use crate::world::Shared;

pub(super) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(
        at("/simulator/faults")
            .route(web::get().to(list))
            .route(web::post().to(inject))
            .route(web::delete().to(clear_all)),
    )
    .service(at("/simulator/faults/{id}").route(web::delete().to(clear)))
    .service(at("/simulator/counters").route(web::get().to(counters)).route(web::delete().to(reset_counters)));
}

async fn list(world: Shared) -> HttpResponse {
    HttpResponse::Ok().json(world.faults.list())
}

async fn inject(body: Bytes, world: Shared) -> HttpResponse {
    with_body::<Map<String, Value>>(&body, |members| match checked(members) {
        Ok(fault) => HttpResponse::Created().json(json!({ "id": world.faults.inject(fault) })),
        Err(why) => refused(StatusCode::BAD_REQUEST, &why),
    })
}

/// The fault; a member that it does not know would widen it unseen, and is refused.
fn checked(members: Map<String, Value>) -> Result<Fault, String> {
    let names: Vec<_> = members.keys().cloned().collect();
    let fault: Fault = serde_json::from_value(Value::Object(members)).map_err(|error| error.to_string())?;
    let understood = serde_json::to_value(&fault).map_err(|error| error.to_string())?;
    if let Some(unknown) = names.iter().find(|name| understood.get(name).is_none()) {
        return Err(format!("a fault of this kind has no member `{unknown}`"));
    }
    match fault.kind.status() {
        Some(status) if !(200..=599).contains(&status) => Err("a status lies between 200 and 599".to_owned()),
        _ => Ok(fault),
    }
}

async fn clear(id: Path<u64>, world: Shared) -> HttpResponse {
    if world.faults.clear(*id) {
        HttpResponse::NoContent().finish()
    } else {
        refused(StatusCode::NOT_FOUND, "no fault has this id")
    }
}

async fn clear_all(world: Shared) -> HttpResponse {
    world.faults.clear_all();
    HttpResponse::NoContent().finish()
}

async fn counters(world: Shared) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "total": world.counters.total(), "services": world.counters.snapshot() }))
}

async fn reset_counters(world: Shared) -> HttpResponse {
    world.counters.reset();
    HttpResponse::NoContent().finish()
}
