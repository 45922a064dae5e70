//! Version 1: everything at once, or one security.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Path, ServiceConfig};
use serde::Serialize;

use crate::book::{Book, Security};
use crate::fastapi::{at, detail, uncaught};
use crate::ids::is_object_id;
use crate::locks::read;
use crate::world::Shared;

pub(super) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/api/v1/securities").route(web::get().to(list)))
        .service(at("/api/v1/security/{securityId}").route(web::get().to(one)));
}

/// A security on the wire.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SecurityResponse<'a> {
    ticker: &'a str,
    description: &'a str,
    security_type_id: &'a str,
    version: u32,
    security_id: &'a str,
    security_type: TypeResponse<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TypeResponse<'a> {
    security_type_id: &'a str,
    abbreviation: &'a str,
    description: &'a str,
    /// In version 2 only.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
}

impl<'a> SecurityResponse<'a> {
    /// The security with its type; `None` when the type is gone.
    pub(super) fn of(book: &'a Book, security: &'a Security, type_version: Option<u32>) -> Option<Self> {
        let kind = book.security_type(&security.type_id)?;
        Some(Self {
            ticker: &security.ticker,
            description: &security.description,
            security_type_id: &security.type_id,
            version: 1,
            security_id: &security.id,
            security_type: TypeResponse {
                security_type_id: &kind.id,
                abbreviation: &kind.abbreviation,
                description: &kind.description,
                version: type_version,
            },
        })
    }
}

/// The answer of a list in which one security's type is gone: the whole list fails.
pub(super) fn dangling_type(security: &Security) -> HttpResponse {
    detail(StatusCode::BAD_REQUEST, &format!("Invalid securityTypeId: {}", security.type_id))
}

async fn list(world: Shared) -> HttpResponse {
    let book = read(&world.book);
    let mut securities = Vec::with_capacity(book.securities.len());
    for security in &book.securities {
        match SecurityResponse::of(&book, security, None) {
            Some(response) => securities.push(response),
            None => return dangling_type(security),
        }
    }
    HttpResponse::Ok().json(securities)
}

async fn one(security_id: Path<String>, world: Shared) -> HttpResponse {
    if !is_object_id(&security_id) {
        // The id fails to parse outside of any handler.
        return uncaught();
    }
    let book = read(&world.book);
    let security = book.security(&security_id.to_ascii_lowercase());
    match security.and_then(|security| SecurityResponse::of(&book, security, None)) {
        Some(response) => HttpResponse::Ok().json(response),
        None => detail(StatusCode::NOT_FOUND, "Security not found"),
    }
}
