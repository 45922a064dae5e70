//! `GET /api/v1/portfolios/{portfolioId}/summary`: cash and positions of one portfolio.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Path, ServiceConfig};
use serde::Serialize;

use super::balance::is_valid_id;
use super::{at, error};
use crate::amount::Amount;
use crate::book::{Account, Row};
use crate::clock::instant;
use crate::locks::read;
use crate::world::Shared;

/// Rows that the service reads, cash first: what lies beyond is cut without a sign.
const ROW_LIMIT: usize = 1_000;

pub(super) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/api/v1/portfolios/{portfolioId}/summary").route(web::get().to(summary)));
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary<'a> {
    portfolio_id: &'a str,
    cash_balance: Amount,
    security_count: usize,
    last_updated: String,
    securities: Vec<Position<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Position<'a> {
    security_id: &'a str,
    quantity_long: Amount,
    quantity_short: Amount,
    net_quantity: Amount,
    last_updated: String,
}

async fn summary(portfolio_id: Path<String>, world: Shared) -> HttpResponse {
    let book = read(&world.book);
    // The service looks for the text "not found" in an error that says "no balances found": its 404 is out of reach.
    let Some(account) = book.account(&portfolio_id) else {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        return error(&world, status, "INTERNAL_ERROR", "Failed to retrieve portfolio summary");
    };
    let securities = positions(account);
    HttpResponse::Ok().json(Summary {
        portfolio_id: &portfolio_id,
        cash_balance: cash_balance(account),
        security_count: securities.len(),
        last_updated: instant(world.clock.now()),
        securities,
    })
}

/// Positions after cash within the limit. Created times are printed: the service swaps two arguments.
fn positions(account: &Account) -> Vec<Position<'_>> {
    visible(account)
        .filter(|(id, _)| is_valid_id(id))
        .map(|(id, row)| Position {
            security_id: id,
            quantity_long: row.long,
            quantity_short: row.short,
            net_quantity: row.net(),
            last_updated: instant(row.created_at),
        })
        .collect()
}

/// A row with a malformed id is read as an empty row without a security, which passes for cash and overwrites it.
fn cash_balance(account: &Account) -> Amount {
    if visible(account).any(|(id, _)| !is_valid_id(id)) { Amount::ZERO } else { account.cash_balance() }
}

fn visible(account: &Account) -> impl Iterator<Item = (&str, &Row)> {
    let limit = ROW_LIMIT - usize::from(account.cash.is_some());
    account.positions.iter().take(limit).map(|(id, row)| (id.as_str(), row))
}
