//! Securities, prices and strategies.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Path, ServiceConfig};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{at, refused, with_body};
use crate::amount::Amount;
use crate::book::Security;
use crate::locks::{read, write};
use crate::world::Shared;

pub(super) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/simulator/securities").route(web::get().to(securities)).route(web::post().to(add_security)))
        .service(at("/simulator/prices").route(web::get().to(prices)))
        .service(at("/simulator/prices/{ticker}").route(web::put().to(set_price)).route(web::delete().to(remove_price)))
        .service(at("/simulator/strategies").route(web::get().to(strategies)));
}

#[derive(Serialize)]
struct SecurityLine<'a> {
    #[serde(flatten)]
    security: &'a Security,
    price: Option<Amount>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewSecurity {
    ticker: String,
    description: Option<String>,
    security_type_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPrice {
    price: Amount,
    deviation: Option<Amount>,
}

async fn securities(world: Shared) -> HttpResponse {
    let book = read(&world.book);
    let lines: Vec<_> = book
        .securities()
        .iter()
        .map(|security| SecurityLine { security, price: book.price(&security.ticker).map(|row| row.mean) })
        .collect();
    HttpResponse::Ok().json(lines)
}

async fn add_security(body: Bytes, world: Shared) -> HttpResponse {
    with_body::<NewSecurity>(&body, |new| {
        let description = new.description.as_ref().unwrap_or(&new.ticker);
        let id = write(&world.book).add_security(&new.ticker, description, new.security_type_id.as_deref());
        HttpResponse::Created().json(json!({ "securityId": id }))
    })
}

async fn prices(world: Shared) -> HttpResponse {
    HttpResponse::Ok().json(read(&world.book).prices())
}

async fn set_price(ticker: Path<String>, body: Bytes, world: Shared) -> HttpResponse {
    with_body::<NewPrice>(&body, |new| {
        if new.price <= Amount::ZERO || new.deviation.is_some_and(|deviation| deviation < Amount::ZERO) {
            return refused(StatusCode::BAD_REQUEST, "a price is above zero, a deviation not below it");
        }
        write(&world.book).set_price(&ticker, new.price, new.deviation);
        HttpResponse::NoContent().finish()
    })
}

async fn remove_price(ticker: Path<String>, world: Shared) -> HttpResponse {
    if write(&world.book).remove_price(&ticker) {
        HttpResponse::NoContent().finish()
    } else {
        refused(StatusCode::NOT_FOUND, "this ticker has no price")
    }
}

async fn strategies(world: Shared) -> HttpResponse {
    HttpResponse::Ok().json(read(&world.book).strategies())
}
