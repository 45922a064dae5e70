//! One portfolio of a rebalance, beside its id. Field names are short: a large rebalance has a million positions.

use super::model::drifts;
use super::text::{Amount, Text};
use super::{RecordError, VERSION, read, value_error, write};
use domain::rebalance::{Optimality, PortfolioRebalance, Proof, Reason, RebalancedPosition, Side, Ties, Trade};
use domain::{Date, PortfolioId, SecurityId, Target, Ticker};
use serde::{Deserialize, Serialize};
use std::num::NonZeroU64;

#[derive(Serialize, Deserialize)]
struct PortfolioRecord {
    v: u32,
    name: Option<String>,
    market_value: Amount,
    cash_before: Amount,
    cash_after: Amount,
    optimality: Option<OptimalityRecord>,
    positions: Vec<PositionRecord>,
}

#[derive(Serialize, Deserialize)]
struct OptimalityRecord {
    proof: Option<String>,
    objective: Amount,
    lower_bound: Amount,
    ties: String,
    /// Left out when it was not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    cut_short: bool,
}

/// Suffix 0: before the trades; 1: after them.
#[derive(Serialize, Deserialize)]
struct PositionRecord {
    s: Text<SecurityId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ticker: Option<String>,
    price: Amount,
    q0: Amount,
    q1: Amount,
    mv0: Amount,
    mv1: Amount,
    target: Amount,
    low: Amount,
    high: Amount,
    actual: Amount,
    drift: Amount,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trade: Option<TradeRecord>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Side, quantity, day.
#[derive(Serialize, Deserialize)]
struct TradeRecord(String, NonZeroU64, Text<Date>);

/// The bytes of a portfolio.
pub(crate) fn encode(portfolio: &PortfolioRebalance) -> Result<Vec<u8>, RecordError> {
    write(&PortfolioRecord {
        v: VERSION,
        name: portfolio.portfolio_name.clone(),
        market_value: Amount(portfolio.market_value),
        cash_before: Amount(portfolio.cash_before),
        cash_after: Amount(portfolio.cash_after),
        optimality: portfolio.optimality.map(|known| OptimalityRecord {
            proof: known.proof.map(|proof| proof.code().to_owned()),
            objective: Amount(known.objective),
            lower_bound: Amount(known.lower_bound),
            ties: known.ties.code().to_owned(),
            cut_short: known.cut_short,
        }),
        positions: portfolio.positions.iter().map(position_record).collect(),
    })
}

fn position_record(position: &RebalancedPosition) -> PositionRecord {
    PositionRecord {
        s: Text(position.security_id),
        ticker: position.ticker.as_ref().map(ToString::to_string),
        price: Amount(position.price),
        q0: Amount(position.original_quantity),
        q1: Amount(position.adjusted_quantity),
        mv0: Amount(position.original_market_value),
        mv1: Amount(position.adjusted_market_value),
        target: Amount(position.target.weight()),
        low: Amount(position.drifts.low().fraction()),
        high: Amount(position.drifts.high().fraction()),
        actual: Amount(position.actual),
        drift: Amount(position.actual_drift),
        trade: position.trade.map(|trade| TradeRecord(trade.side.code().to_owned(), trade.quantity, Text(trade.date))),
        reason: position.reason.map(|reason| reason.code().to_owned()),
    }
}

/// The portfolio of these bytes.
pub(crate) fn decode(portfolio_id: PortfolioId, bytes: &[u8]) -> Result<PortfolioRebalance, RecordError> {
    let record: PortfolioRecord = read(bytes, |record: &PortfolioRecord| record.v)?;
    Ok(PortfolioRebalance {
        portfolio_id,
        portfolio_name: record.name,
        market_value: record.market_value.0,
        cash_before: record.cash_before.0,
        cash_after: record.cash_after.0,
        optimality: record.optimality.map(optimality).transpose()?,
        positions: record.positions.into_iter().map(position).collect::<Result<_, _>>()?,
    })
}

fn optimality(record: OptimalityRecord) -> Result<Optimality, RecordError> {
    let proof = |code: String| Proof::from_code(&code).ok_or_else(|| value_error("proof")(code));
    Ok(Optimality {
        proof: record.proof.map(proof).transpose()?,
        objective: record.objective.0,
        lower_bound: record.lower_bound.0,
        ties: Ties::from_code(&record.ties).ok_or_else(|| value_error("ties")(record.ties))?,
        cut_short: record.cut_short,
    })
}

fn position(record: PositionRecord) -> Result<RebalancedPosition, RecordError> {
    let security_id = record.s.0;
    let reason = |code: String| Reason::from_code(&code).ok_or_else(|| value_error("reason")(code));
    let trade = |TradeRecord(side, quantity, Text(date))| match Side::from_code(&side) {
        Some(side) => Ok(Trade { side, security_id, quantity, date }),
        None => Err(value_error("trade")(side)),
    };
    Ok(RebalancedPosition {
        security_id,
        ticker: record.ticker.map(Ticker::new),
        price: record.price.0,
        original_quantity: record.q0.0,
        adjusted_quantity: record.q1.0,
        original_market_value: record.mv0.0,
        adjusted_market_value: record.mv1.0,
        target: Target::new(record.target.0).map_err(value_error("target"))?,
        drifts: drifts(&record.low, &record.high)?,
        actual: record.actual.0,
        actual_drift: record.drift.0,
        trade: record.trade.map(trade).transpose()?,
        reason: record.reason.map(reason).transpose()?,
    })
}
