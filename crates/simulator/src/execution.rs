//! Executing orders back into the book, as the trading services and the custodian would.

use serde::Serialize;

use crate::amount::Amount;
use crate::book::{Transaction, TransactionKind};
use crate::locks::{lock, write};
use crate::order::Order;
use crate::world::World;

/// What became of the open orders.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Executions {
    /// Orders that were filled and booked, by id.
    pub executed: Vec<Execution>,
    /// Orders that stay open, by id.
    pub refused: Vec<Refusal>,
}

/// A filled order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Execution {
    /// The order.
    pub order_id: i32,
    /// The price that was booked, USD.
    pub price: Amount,
}

/// An order that could not be filled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Refusal {
    /// The order.
    pub order_id: i32,
    /// Why.
    pub reason: String,
}

/// Fills every new or sent order in full: at its limit, else at the stored price to the cent.
pub(crate) fn execute(world: &World) -> Executions {
    let now = world.clock.now();
    let mut desk = lock(&world.desk);
    let mut book = write(&world.book);
    let mut executions = Executions::default();
    for (order, kind) in desk.open() {
        let order_id = order.id;
        let security = book.security(order.security_id.trim_end());
        let stored = security.and_then(|security| book.price(&security.ticker)).map(|row| row.mean.to_cents());
        let Some(price) = order.limit_price.or(stored) else {
            executions.refused.push(Refusal { order_id, reason: "the security has no price".to_owned() });
            continue;
        };
        match book.book_transaction(&transaction(&order, kind, price, now.date_naive()), now) {
            Ok(_) => {
                desk.fill(order_id);
                executions.executed.push(Execution { order_id, price });
            }
            Err(refusal) => executions.refused.push(Refusal { order_id, reason: refusal.to_string() }),
        }
    }
    executions
}

fn transaction(order: &Order, kind: TransactionKind, price: Amount, date: chrono::NaiveDate) -> Transaction {
    Transaction {
        portfolio_id: order.portfolio_id.trim_end().to_owned(),
        security_id: Some(order.security_id.trim_end().to_owned()),
        source_id: format!("order-{}", order.id),
        kind,
        quantity: order.quantity,
        price,
        date,
    }
}
