//! `GET /api/v1/balance/{id}`: one row, and the shape of a row.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Path, ServiceConfig};
use serde::Serialize;

use super::{at, error};
use crate::amount::Amount;
use crate::book::Row;
use crate::clock::seconds;
use crate::locks::read;
use crate::world::Shared;

pub(super) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/api/v1/balance/{id}").route(web::get().to(balance)));
}

/// A balance row on the wire. The cash row has no `securityId` at all.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Balance<'a> {
    id: i64,
    portfolio_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    security_id: Option<&'a str>,
    quantity_long: Amount,
    quantity_short: Amount,
    last_updated: String,
    version: i64,
}

impl<'a> Balance<'a> {
    /// A row whose ids the service's own validation refuses becomes an empty row.
    pub(super) fn of(portfolio_id: &'a str, security_id: Option<&'a str>, row: &Row) -> Self {
        if !is_valid_id(portfolio_id) || security_id.is_some_and(|id| !is_valid_id(id)) {
            return Self {
                id: 0,
                portfolio_id: "",
                security_id: None,
                quantity_long: Amount::ZERO,
                quantity_short: Amount::ZERO,
                last_updated: "0001-01-01T00:00:00Z".to_owned(),
                version: 0,
            };
        }
        Self {
            id: row.id,
            portfolio_id,
            security_id,
            quantity_long: row.long,
            quantity_short: row.short,
            last_updated: seconds(row.created_at),
            version: row.version,
        }
    }
}

/// Whether the service's domain takes the id: 24 letters and digits.
pub(super) fn is_valid_id(id: &str) -> bool {
    id.len() == 24 && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

async fn balance(id: Path<String>, world: Shared) -> HttpResponse {
    let Ok(id) = id.parse::<i64>() else {
        return error(&world, StatusCode::BAD_REQUEST, "INVALID_ID", "Balance ID must be a valid integer");
    };
    let book = read(&world.book);
    let rows = book.accounts.iter().flat_map(|(portfolio_id, account)| {
        account.rows().map(move |(security_id, row)| (portfolio_id.as_str(), security_id, row))
    });
    match rows.into_iter().find(|(_, _, row)| row.id == id) {
        Some((portfolio_id, security_id, row)) => HttpResponse::Ok().json(Balance::of(portfolio_id, security_id, row)),
        None => error(&world, StatusCode::NOT_FOUND, "NOT_FOUND", "Balance not found"),
    }
}
