//! Blotters, order types and statuses: seeded in this order, so these are the ids of a new database.

use actix_web::HttpResponse;
use actix_web::web::{self, Path, ServiceConfig};
use serde::Serialize;

use super::{at, runtime_error};
use crate::world::Shared;

/// Id of the status of an order that was not sent.
pub(super) const NEW: i32 = 1;
/// Id of the status of an order that was sent.
pub(super) const SENT: i32 = 2;
/// Id of the status of an order that was filled.
pub(super) const FULL: i32 = 4;

const BLOTTERS: [&str; 5] = ["Default", "Equity", "Fixed Income", "Hold", "Crypto"];
const ORDER_TYPES: [(&str, &str); 5] =
    [("BUY", "Buy"), ("SELL", "Sell"), ("SHORT", "Sell to Open"), ("COVER", "Buy to Close"), ("EXRC", "Exercise")];
const STATUSES: [(&str, &str); 10] = [
    ("NEW", "New"),
    ("SENT", "Sent"),
    ("WORK", "In progress"),
    ("FULL", "Filled"),
    ("PART", "Partial fill"),
    ("HOLD", "Hold"),
    ("CNCL", "Cancel"),
    ("CNCLD", "Cancelled"),
    ("CPART", "Cancelled with partial fill"),
    ("DEL", "Delete"),
];

pub(super) fn routes(cfg: &mut ServiceConfig) {
    table(cfg, "/api/v1/blotters", "/api/v1/blotter/{id}", Blotter::with_id);
    table(cfg, "/api/v1/orderTypes", "/api/v1/orderTypes/{id}", order_type);
    table(cfg, "/api/v1/statuses", "/api/v1/status/{id}", status);
}

/// A list without paging, and a single read.
fn table<T: Serialize + 'static>(cfg: &mut ServiceConfig, list: &str, single: &str, with_id: fn(i32) -> Option<T>) {
    let all = move || async move { HttpResponse::Ok().json((1..).map_while(with_id).collect::<Vec<_>>()) };
    let one = move |id: Path<String>, world: Shared| async move {
        match id.parse().map(with_id) {
            Ok(Some(found)) => HttpResponse::Ok().json(found),
            Ok(None) => HttpResponse::NotFound().finish(),
            Err(_) => runtime_error(&world),
        }
    };
    cfg.service(at(list).route(web::get().to(all))).service(at(single).route(web::get().to(one)));
}

/// A blotter. Its abbreviation is never filled.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Blotter {
    id: i32,
    abbreviation: Option<&'static str>,
    pub(super) name: &'static str,
    version: i32,
}

impl Blotter {
    pub(super) fn with_id(id: i32) -> Option<Self> {
        let name = BLOTTERS.get(index(id)?)?;
        Some(Self { id, abbreviation: None, name, version: 1 })
    }
}

/// An order type or a status.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Lookup {
    id: i32,
    pub(super) abbreviation: &'static str,
    description: &'static str,
    version: i32,
}

pub(super) fn order_type(id: i32) -> Option<Lookup> {
    lookup(&ORDER_TYPES, id)
}

pub(super) fn status(id: i32) -> Option<Lookup> {
    lookup(&STATUSES, id)
}

fn lookup(table: &[(&'static str, &'static str)], id: i32) -> Option<Lookup> {
    let &(abbreviation, description) = table.get(index(id)?)?;
    Some(Lookup { id, abbreviation, description, version: 1 })
}

/// Ids count from 1.
fn index(id: i32) -> Option<usize> {
    usize::try_from(id).ok()?.checked_sub(1)
}
