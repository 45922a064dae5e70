//! Orders on the wire: with details as reads give them, and flat as submission gives them.

use serde::Serialize;

use super::desk::Order;
use super::lookups::{Blotter, Lookup, order_type, status};
use super::request::Written;
use crate::amount::Number;
use crate::book::Book;
use crate::clock::instant;
use crate::locks::read;
use crate::suite::Service;
use crate::world::World;

/// An order with everything that its ids stand for.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OrderDetail {
    id: i32,
    blotter: Option<Blotter>,
    status: Option<Lookup>,
    portfolio: PortfolioDetail,
    order_type: Option<Lookup>,
    security: SecurityDetail,
    quantity: Number,
    limit_price: Option<Number>,
    trade_order_id: Option<i32>,
    order_timestamp: String,
    version: i32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PortfolioDetail {
    portfolio_id: String,
    /// Absent knowledge: the portfolio is unknown, or its service is down.
    name: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SecurityDetail {
    security_id: String,
    /// Absent knowledge: the security is unknown, or its service is down.
    ticker: Option<String>,
}

/// Names that orders are printed with.
pub(super) struct Names<'a> {
    book: &'a Book,
    portfolios: bool,
    securities: bool,
}

impl Names<'_> {
    /// Prints with the names that the services know which are up.
    pub(super) fn with<T>(world: &World, print: impl FnOnce(&Names<'_>) -> T) -> T {
        let book = read(&world.book);
        let up = |service| !world.faults.is_down(service);
        print(&Names { book: &book, portfolios: up(Service::Portfolio), securities: up(Service::Security) })
    }

    fn portfolio(&self, id: &str) -> Option<String> {
        self.book.portfolio(id).filter(|_| self.portfolios).map(|portfolio| portfolio.name.clone())
    }

    fn ticker(&self, id: &str) -> Option<String> {
        self.book.security(id).filter(|_| self.securities).map(|security| security.ticker.clone())
    }
}

impl OrderDetail {
    /// As a read prints it: decimals with the eight places of their columns.
    pub(super) fn of(order: &Order, names: &Names<'_>) -> Self {
        let (portfolio_id, security_id) = (order.portfolio_id.clone(), order.security_id.clone());
        Self {
            id: order.id,
            blotter: order.blotter_id.and_then(Blotter::with_id),
            status: status(order.status_id),
            portfolio: PortfolioDetail { name: names.portfolio(&portfolio_id), portfolio_id },
            order_type: order_type(order.order_type_id),
            security: SecurityDetail { ticker: names.ticker(&security_id), security_id },
            quantity: order.quantity.java_number(),
            limit_price: order.limit_price.map(crate::Amount::java_number),
            trade_order_id: order.trade_order_id,
            order_timestamp: instant(order.timestamp),
            version: order.version,
        }
    }
}

impl OrderDetail {
    /// With the decimals as the client wrote them.
    pub(super) fn written(self, written: Written) -> Self {
        Self { quantity: written.quantity, limit_price: written.limit_price, ..self }
    }
}

/// An order with bare ids.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FlatOrder {
    id: i32,
    blotter_id: Option<i32>,
    status_id: i32,
    portfolio_id: String,
    order_type_id: i32,
    security_id: String,
    quantity: Number,
    limit_price: Option<Number>,
    trade_order_id: Option<i32>,
    order_timestamp: String,
    version: i32,
}

impl FlatOrder {
    pub(super) fn of(order: &Order) -> Self {
        Self {
            id: order.id,
            blotter_id: order.blotter_id,
            status_id: order.status_id,
            portfolio_id: order.portfolio_id.clone(),
            order_type_id: order.order_type_id,
            security_id: order.security_id.clone(),
            quantity: order.quantity.java_number(),
            limit_price: order.limit_price.map(crate::Amount::java_number),
            trade_order_id: order.trade_order_id,
            order_timestamp: instant(order.timestamp),
            version: order.version,
        }
    }
}
