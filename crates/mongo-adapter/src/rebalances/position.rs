//! One position of a stored portfolio. Fields and names are the previous service's; `reason` and `ticker` came later.

use crate::amount::to_raw;
use crate::fields::{FieldError, Fields, midnight, whole};
use crate::models::{drifts_of, target_of};
use domain::Ticker;
use domain::rebalance::{Reason, RebalancedPosition, Side, Trade};
use mongodb::bson::raw::cstr;
use mongodb::bson::{RawBson, RawDocumentBuf, rawdoc};
use std::num::NonZeroU64;

/// The document of a position.
pub(super) fn to_document(position: &RebalancedPosition) -> RawDocumentBuf {
    let mut document = rawdoc! {
        "security_id": position.security_id.as_str(),
        "price": to_raw(position.price),
        "original_quantity": to_raw(position.original_quantity),
        "adjusted_quantity": to_raw(position.adjusted_quantity),
        "original_position_market_value": to_raw(position.original_market_value),
        "adjusted_position_market_value": to_raw(position.adjusted_market_value),
        "target": to_raw(position.target.weight()),
        "high_drift": to_raw(position.drifts.high().fraction()),
        "low_drift": to_raw(position.drifts.low().fraction()),
        "actual": to_raw(position.actual),
        "actual_drift": to_raw(position.actual_drift),
    };
    let trade = position.trade.as_ref();
    document.append(cstr!("transaction_type"), trade.map_or(RawBson::Null, |trade| trade.side.code().into()));
    document.append(cstr!("trade_quantity"), trade.map_or(RawBson::Null, |trade| whole(trade.quantity.get())));
    document.append(cstr!("trade_date"), trade.map_or(RawBson::Null, |trade| midnight(trade.date).into()));
    if let Some(reason) = position.reason {
        document.append(cstr!("reason"), reason.code());
    }
    if let Some(ticker) = &position.ticker {
        document.append(cstr!("ticker"), ticker.as_str());
    }
    document
}

/// The position that a document describes.
pub(super) fn position_of(fields: Fields<'_>) -> Result<RebalancedPosition, FieldError> {
    let security_id = fields.parsed("security_id")?;
    // The previous service left each of the three out on its own; a part of a trade is none.
    let side = fields.maybe("transaction_type", |fields, field| fields.coded(field, Side::from_code))?;
    let quantity = fields.maybe("trade_quantity", Fields::whole)?.and_then(NonZeroU64::new);
    let date = fields.maybe("trade_date", Fields::day)?;
    let parts = side.zip(quantity).zip(date);
    let trade = parts.map(|((side, quantity), date)| Trade { side, security_id, quantity, date });
    Ok(RebalancedPosition {
        security_id,
        ticker: fields.maybe("ticker", Fields::text)?.map(Ticker::new),
        price: fields.decimal("price")?,
        original_quantity: fields.decimal("original_quantity")?,
        adjusted_quantity: fields.decimal("adjusted_quantity")?,
        original_market_value: fields.decimal("original_position_market_value")?,
        adjusted_market_value: fields.decimal("adjusted_position_market_value")?,
        target: target_of(fields)?,
        drifts: drifts_of(fields)?,
        actual: fields.ratio("actual")?,
        actual_drift: fields.ratio("actual_drift")?,
        trade,
        reason: fields.maybe("reason", |fields, field| fields.coded(field, Reason::from_code))?,
    })
}
