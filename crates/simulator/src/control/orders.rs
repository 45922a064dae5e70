//! Orders: those too that reads do not show yet, and their execution.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use serde::Serialize;

use super::at;
use crate::amount::Amount;
use crate::clock::instant;
use crate::execution;
use crate::locks::lock;
use crate::order::Order;
use crate::world::Shared;

pub(super) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/simulator/orders").route(web::get().to(list)))
        .service(at("/simulator/orders/execute").route(web::post().to(execute)));
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    order_id: i32,
    portfolio_id: String,
    security_id: String,
    order_type_id: i32,
    status_id: i32,
    quantity: Amount,
    limit_price: Option<Amount>,
    trade_order_id: Option<i32>,
    order_timestamp: String,
    visible_from: String,
}

impl Line {
    fn of(order: &Order) -> Self {
        Self {
            order_id: order.id,
            portfolio_id: order.portfolio_id.trim_end().to_owned(),
            security_id: order.security_id.trim_end().to_owned(),
            order_type_id: order.order_type_id,
            status_id: order.status_id,
            quantity: order.quantity,
            limit_price: order.limit_price,
            trade_order_id: order.trade_order_id,
            order_timestamp: instant(order.timestamp),
            visible_from: instant(order.visible_from),
        }
    }
}

async fn list(world: Shared) -> HttpResponse {
    HttpResponse::Ok().json(lock(&world.desk).orders().map(Line::of).collect::<Vec<_>>())
}

async fn execute(world: Shared) -> HttpResponse {
    HttpResponse::Ok().json(execution::execute(&world))
}
