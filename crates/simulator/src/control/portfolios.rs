//! Portfolios with their cash and holdings.

use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{at, refused, with_body};
use crate::amount::Amount;
use crate::book::{Book, Holding, Portfolio, PortfolioKind};
use crate::ids::is_object_id;
use crate::locks::{read, write};
use crate::query::Params;
use crate::world::Shared;

pub(super) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/simulator/portfolios").route(web::get().to(list)).route(web::post().to(add)))
        .service(at("/simulator/portfolios/{portfolioId}").route(web::get().to(one)).route(web::put().to(replace)));
}

/// A portfolio in a list.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    portfolio_id: &'a str,
    name: &'a str,
    kind: Option<PortfolioKind>,
    strategy: Option<usize>,
    cash: Option<Amount>,
    positions: usize,
}

impl<'a> Line<'a> {
    fn of(book: &'a Book, portfolio: &'a Portfolio) -> Self {
        let account = book.account(&portfolio.id);
        Self {
            portfolio_id: &portfolio.id,
            name: &portfolio.name,
            kind: portfolio.kind,
            strategy: portfolio.strategy,
            cash: account.and_then(|account| Some(account.cash.as_ref()?.long)),
            positions: account.map_or(0, |account| account.positions.len()),
        }
    }
}

/// A portfolio with its holdings.
#[derive(Serialize)]
struct Whole<'a> {
    #[serde(flatten)]
    line: Line<'a>,
    holdings: Vec<Holding>,
}

/// What a portfolio is set up with.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SetUp {
    name: Option<String>,
    cash: Option<Amount>,
    #[serde(default)]
    holdings: Vec<Holding>,
}

async fn list(request: HttpRequest, world: Shared) -> HttpResponse {
    let params = Params::of(&request);
    let book = read(&world.book);
    let wanted = params.first("kind");
    let lines: Vec<_> = book
        .portfolios()
        .iter()
        .filter(|portfolio| wanted.is_none_or(|kind| portfolio.kind.is_some_and(|own| own.name() == kind)))
        .map(|portfolio| Line::of(&book, portfolio))
        .collect();
    HttpResponse::Ok().json(lines)
}

async fn one(portfolio_id: Path<String>, world: Shared) -> HttpResponse {
    answer(&read(&world.book), &portfolio_id)
}

fn answer(book: &Book, portfolio_id: &str) -> HttpResponse {
    let Some(portfolio) = book.portfolio(portfolio_id) else {
        return refused(StatusCode::NOT_FOUND, "no portfolio has this id");
    };
    let holdings = book.account(portfolio_id).into_iter().flat_map(|account| &account.positions);
    let holdings = holdings
        .map(|(security_id, row)| Holding { security_id: security_id.clone(), long: row.long, short: row.short })
        .collect();
    HttpResponse::Ok().json(Whole { line: Line::of(book, portfolio), holdings })
}

async fn add(body: Bytes, world: Shared) -> HttpResponse {
    with_body::<SetUp>(&body, |set_up| {
        let mut book = write(&world.book);
        let name = set_up.name.unwrap_or_else(|| format!("Portfolio {}", book.portfolios().len()));
        let id = book.add_portfolio(&name, world.clock.now());
        book.upsert_portfolio(&id, None, set_up.cash, &set_up.holdings);
        HttpResponse::Created().json(json!({ "portfolioId": id }))
    })
}

async fn replace(portfolio_id: Path<String>, body: Bytes, world: Shared) -> HttpResponse {
    if !is_object_id(&portfolio_id) {
        return refused(StatusCode::BAD_REQUEST, "a portfolio's id has 24 hexadecimal digits");
    }
    with_body::<SetUp>(&body, |set_up| {
        let mut book = write(&world.book);
        book.upsert_portfolio(&portfolio_id, set_up.name.as_deref(), set_up.cash, &set_up.holdings);
        answer(&book, &portfolio_id)
    })
}
