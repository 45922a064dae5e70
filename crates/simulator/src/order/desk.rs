//! The orders table.

use std::collections::BTreeMap;

use chrono::{DateTime, Timelike as _, Utc};

use super::lookups::{FULL, NEW, SENT, order_type};
use crate::amount::Amount;
use crate::book::TransactionKind;

/// Width of the id columns, which pad what is shorter.
const ID_WIDTH: usize = 24;

/// An order as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Serial id.
    pub id: i32,
    /// Id of the blotter; `None` after an update with an unknown one.
    pub blotter_id: Option<i32>,
    /// Id of the status.
    pub status_id: i32,
    /// Portfolio, not checked, padded with spaces to 24 characters.
    pub portfolio_id: String,
    /// Id of the order type, which gives the side.
    pub order_type_id: i32,
    /// Security, not checked, padded with spaces to 24 characters.
    pub security_id: String,
    /// Units, above zero.
    pub quantity: Amount,
    /// Limit, USD; `None` for a market order.
    pub limit_price: Option<Amount>,
    /// Id of the trade order; `None` until it is sent.
    pub trade_order_id: Option<i32>,
    /// As the client gave it, to the microsecond.
    pub timestamp: DateTime<Utc>,
    /// As the client gave it.
    pub version: i32,
    /// When reads begin to show it: later than its creation when a fault says so.
    pub visible_from: DateTime<Utc>,
}

/// The orders table and its sequences.
#[derive(Clone, Debug, Default)]
pub(crate) struct OrderDesk {
    orders: BTreeMap<i32, Order>,
    last_id: i32,
    last_trade_order_id: i32,
}

impl OrderDesk {
    /// All orders by id, those too that reads do not show yet.
    pub(crate) fn orders(&self) -> impl Iterator<Item = &Order> {
        self.orders.values()
    }

    /// Orders that reads show at `now`.
    pub(super) fn visible(&self, now: DateTime<Utc>) -> impl Iterator<Item = &Order> {
        self.orders.values().filter(move |order| order.visible_from <= now)
    }

    pub(super) fn get(&self, id: i32, now: DateTime<Utc>) -> Option<&Order> {
        self.orders.get(&id).filter(|order| order.visible_from <= now)
    }

    /// Stores an order under the next id; `None` when a constraint of the table refuses it.
    pub(super) fn insert(&mut self, order: &Order) -> Option<&Order> {
        // A sequence does not go back when the transaction does.
        self.last_id += 1;
        let id = self.last_id;
        let order = self.fitted(id, order)?;
        Some(self.orders.entry(id).insert_entry(order).into_mut())
    }

    /// Replaces an order; `None` when a constraint refuses it.
    pub(super) fn replace(&mut self, id: i32, order: &Order) -> Option<&Order> {
        let order = self.fitted(id, order)?;
        Some(self.orders.entry(id).insert_entry(order).into_mut())
    }

    pub(super) fn remove(&mut self, id: i32, now: DateTime<Utc>) -> bool {
        self.get(id, now).is_some() && self.orders.remove(&id).is_some()
    }

    /// Sends an order that is new and was not sent before; returns the id of its trade order.
    pub(super) fn send(&mut self, id: i32, now: DateTime<Utc>) -> Option<i32> {
        let order = self.orders.get_mut(&id).filter(|order| order.visible_from <= now)?;
        if order.status_id != NEW || order.trade_order_id.is_some() {
            return None;
        }
        self.last_trade_order_id += 1;
        order.status_id = SENT;
        order.trade_order_id = Some(self.last_trade_order_id);
        order.trade_order_id
    }

    /// What an order does to balances, until it is filled: its side if it is one that accounting books.
    pub(crate) fn open(&self) -> Vec<(Order, TransactionKind)> {
        let open = self.orders.values().filter(|order| matches!(order.status_id, NEW | SENT));
        open.filter_map(|order| {
            let side = order_type(order.order_type_id).map(|kind| kind.abbreviation)?;
            Some((order.clone(), TransactionKind::named(side)?))
        })
        .collect()
    }

    /// Marks an order as filled.
    pub(crate) fn fill(&mut self, id: i32) {
        if let Some(order) = self.orders.get_mut(&id) {
            order.status_id = FULL;
        }
    }

    /// The order as the columns hold it: microseconds, padded ids; `None` when they cannot.
    fn fitted(&self, id: i32, order: &Order) -> Option<Order> {
        let pad = |text: &str| (text.chars().count() <= ID_WIDTH).then(|| format!("{text:<ID_WIDTH$}"));
        let taken = |trade_order_id| {
            self.orders.values().any(|other| other.id != id && other.trade_order_id == Some(trade_order_id))
        };
        let fits = order.quantity.fits_column()
            && order.limit_price.is_none_or(Amount::fits_column)
            && !order.trade_order_id.is_some_and(taken);
        fits.then_some(())?;
        Some(Order {
            id,
            portfolio_id: pad(&order.portfolio_id)?,
            security_id: pad(&order.security_id)?,
            timestamp: microseconds(order.timestamp)?,
            ..order.clone()
        })
    }
}

/// Rounded to the microsecond, as Postgres stores instants.
pub(super) fn microseconds(time: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let rounded = time + chrono::TimeDelta::nanoseconds(500);
    rounded.with_nanosecond(rounded.nanosecond() / 1_000 * 1_000)
}
