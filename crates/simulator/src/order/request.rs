//! An order as a client posts it: what Jackson reads, and what the service then checks.

use chrono::{DateTime, Utc};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::desk::Order;
use super::lookups::{Blotter, order_type, status};
use crate::amount::{Amount, AmountError, Number};

/// The message of an item whose row the database refuses, for whatever reason.
pub(super) const ROLLED_BACK: &str =
    "Unexpected error: Transaction silently rolled back because it has been marked as rollback-only";

/// One item of a batch, or the body of an update. Everything may be missing; unknown fields are ignored.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct OrderRequest {
    #[serde(deserialize_with = "integer")]
    blotter_id: Option<i32>,
    #[serde(deserialize_with = "integer")]
    status_id: Option<i32>,
    portfolio_id: Option<String>,
    #[serde(deserialize_with = "integer")]
    order_type_id: Option<i32>,
    security_id: Option<String>,
    quantity: Option<Decimal>,
    limit_price: Option<Decimal>,
    #[serde(deserialize_with = "integer")]
    trade_order_id: Option<i32>,
    #[serde(deserialize_with = "timestamp")]
    order_timestamp: Option<DateTime<Utc>>,
    #[serde(deserialize_with = "integer")]
    version: Option<i32>,
}

/// A decimal that may be too large for its column, with the digits that the client wrote.
#[derive(Clone, Debug)]
struct Decimal {
    value: Result<Amount, AmountError>,
    written: Number,
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let token = Box::<RawValue>::deserialize(deserializer)?;
        let text = token.get().trim_matches('"');
        match (Amount::parse(text), Number::parse(text)) {
            (Err(error @ AmountError::NotANumber(_)), _) => Err(D::Error::custom(error)),
            (_, None) => Err(D::Error::custom("not a JSON number")),
            (value, Some(written)) => Ok(Self { value, written }),
        }
    }
}

/// A 32-bit integer, in quotes or not; a fraction is cut, as Jackson does.
fn integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i32>, D::Error> {
    let Some(token) = Option::<Box<RawValue>>::deserialize(deserializer)? else { return Ok(None) };
    let text = token.get().trim_matches('"');
    if text.is_empty() {
        return Ok(None);
    }
    let whole = Amount::parse(text).map_err(D::Error::custom)?.units() / Amount::whole(1).units();
    i32::try_from(whole).map(Some).map_err(D::Error::custom)
}

/// An instant with an offset.
fn timestamp<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    DateTime::parse_from_rfc3339(&text).map(|time| Some(time.into())).map_err(D::Error::custom)
}

/// Decimals as the client wrote them, which the answer to a creation repeats.
pub(super) struct Written {
    pub(super) quantity: Number,
    pub(super) limit_price: Option<Number>,
}

impl OrderRequest {
    /// The order to store, visible from `visible_from` on; else the message of the failed item.
    pub(super) fn checked(self, visible_from: DateTime<Utc>) -> Result<(Order, Written), String> {
        let blotter_id = self.blotter_id.ok_or("Blotter ID is required")?;
        let status_id = self.status_id.ok_or("Status ID is required")?;
        let portfolio_id = present(self.portfolio_id).ok_or("Portfolio ID is required")?;
        let order_type_id = self.order_type_id.ok_or("Order Type ID is required")?;
        let security_id = present(self.security_id).ok_or("Security ID is required")?;
        let quantity = self.quantity.filter(Decimal::is_positive).ok_or("Quantity must be positive")?;
        if self.limit_price.as_ref().is_some_and(|limit| !limit.is_positive()) {
            return Err("Limit price must be positive when provided".to_owned());
        }
        Blotter::with_id(blotter_id).ok_or_else(|| format!("Blotter with ID {blotter_id} not found"))?;
        status(status_id).ok_or_else(|| format!("Status with ID {status_id} not found"))?;
        order_type(order_type_id).ok_or_else(|| format!("Order Type with ID {order_type_id} not found"))?;
        // From here on the database refuses what is missing or does not fit.
        let order = Order {
            id: 0,
            blotter_id: Some(blotter_id),
            status_id,
            portfolio_id,
            order_type_id,
            security_id,
            quantity: quantity.value.map_err(|_| ROLLED_BACK)?,
            limit_price: self.limit_price.as_ref().map(|l| l.value.clone()).transpose().map_err(|_| ROLLED_BACK)?,
            trade_order_id: self.trade_order_id,
            timestamp: self.order_timestamp.ok_or(ROLLED_BACK)?,
            version: self.version.ok_or(ROLLED_BACK)?,
            visible_from,
        };
        let limit_price = self.limit_price.map(|limit| limit.written);
        Ok((order, Written { quantity: quantity.written, limit_price }))
    }

    /// The order after an update, which checks nothing but what the table does.
    pub(super) fn applied_to(self, order: &Order) -> Option<Order> {
        Some(Order {
            id: order.id,
            blotter_id: self.blotter_id.filter(|&id| Blotter::with_id(id).is_some()),
            status_id: self.status_id.filter(|&id| status(id).is_some())?,
            portfolio_id: self.portfolio_id?,
            order_type_id: self.order_type_id.filter(|&id| order_type(id).is_some())?,
            security_id: self.security_id?,
            quantity: self.quantity?.value.ok()?,
            limit_price: self.limit_price.map(|limit| limit.value).transpose().ok()?,
            trade_order_id: self.trade_order_id,
            timestamp: self.order_timestamp?,
            version: self.version?,
            visible_from: order.visible_from,
        })
    }
}

impl Decimal {
    /// The sign as written: what is too large or rounds to zero later still has one.
    fn is_positive(&self) -> bool {
        let text = self.written.text();
        let digits = text.split(['e', 'E']).next().unwrap_or_default();
        !text.starts_with('-') && digits.bytes().any(|byte| (b'1'..=b'9').contains(&byte))
    }
}

fn present(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}
