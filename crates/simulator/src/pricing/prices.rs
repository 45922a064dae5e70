//! `GET /api/v1/prices` and `GET /api/v1/price/{ticker}`: a new draw around the stored price on every call.

use actix_web::http::StatusCode;
use actix_web::web::{self, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::{at, own_error};
use crate::amount::{Amount, Number};
use crate::book::PriceRow;
use crate::config::PriceMode;
use crate::draws::Draws;
use crate::locks::{lock, read};
use crate::world::{Shared, World};

/// The service never quotes less, USD.
const FLOOR: Amount = Amount::cents(1);

pub(super) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/api/v1/prices").route(web::get().to(prices)))
        .service(at("/api/v1/price/{ticker}").route(web::get().to(price)));
}

#[derive(Serialize)]
struct Price<'a> {
    id: i64,
    ticker: &'a str,
    date: String,
    open: Number,
    close: Number,
    high: Number,
    low: Number,
    /// No volume at all: the standard deviation, cut to a whole number.
    volume: i128,
}

async fn prices(world: Shared) -> HttpResponse {
    let book = read(&world.book);
    let date = book.price_date.to_string();
    let mut draws = lock(&world.price_draws);
    let rows: Vec<_> = book.prices.iter().map(|row| quoted(&world, row, &date, &mut draws)).collect();
    HttpResponse::Ok().json(rows)
}

async fn price(request: HttpRequest, ticker: Path<String>, world: Shared) -> HttpResponse {
    let book = read(&world.book);
    match book.price(&ticker) {
        Some(row) => {
            let date = book.price_date.to_string();
            HttpResponse::Ok().json(quoted(&world, row, &date, &mut lock(&world.price_draws)))
        }
        None => own_error(StatusCode::NOT_FOUND, &request, &world),
    }
}

fn quoted<'a>(world: &World, row: &'a PriceRow, date: &str, draws: &mut Draws) -> Price<'a> {
    let amount = match world.price_mode {
        PriceMode::Random => sample(row, draws),
        PriceMode::Deterministic => row.mean,
    };
    let number = || amount.max(FLOOR).number(2);
    Price {
        id: row.id,
        ticker: &row.ticker,
        date: date.to_owned(),
        open: number(),
        close: number(),
        high: number(),
        low: number(),
        volume: row.deviation.units() / Amount::whole(1).units(),
    }
}

/// One draw from Normal(mean, deviation); the mean itself stays exact.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a random draw: its last bits carry no meaning"
)]
fn sample(row: &PriceRow, draws: &mut Draws) -> Amount {
    let noise = draws.normal() * row.deviation.units() as f64;
    Amount::from_units(row.mean.units() + noise.round() as i128)
}
