//! Stored rebalances. Numbers are JSON numbers, printed from the decimal without loss.

use super::answer::FailureDetailResponse;
use super::decimal::NumberDecimal;
use super::time;
use domain::rebalance::{PortfolioFailure, PortfolioRebalance, RebalanceHeader, RebalancedPosition};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A stored rebalance, up to its portfolios.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RebalanceResultHead)]
pub(crate) struct HeadResponse {
    /// Its id.
    #[schema(pattern = "^[0-9a-f]{24}$")]
    rebalance_id: String,
    /// The model that was followed.
    #[schema(pattern = "^[0-9a-f]{24}$")]
    model_id: String,
    /// When prices were taken.
    #[schema(format = DateTime)]
    rebalance_date: String,
    /// The model's name at that time.
    model_name: String,
    /// Portfolios stored with it.
    number_of_portfolios: u32,
}

/// A stored rebalance, after its portfolios.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RebalanceResultTail)]
pub(crate) struct TailResponse {
    /// Portfolios that could not be rebalanced.
    failures: Vec<StoredFailureResponse>,
    #[serde(flatten)]
    version: VersionResponse,
}

/// The version of a stored rebalance.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RebalanceVersion)]
pub(crate) struct VersionResponse {
    /// The version of the record.
    #[schema(minimum = 1)]
    version: u32,
    /// When it was written.
    #[schema(format = DateTime)]
    created_at: String,
}

/// A stored rebalance without its portfolios (`view=summary`).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RebalanceSummaryDTO)]
pub(crate) struct SummaryResponse {
    #[serde(flatten)]
    head: HeadResponse,
    /// How many portfolios could not be rebalanced, by problem code; which ones stands in the record.
    #[schema(example = json!({"no_feasible_solution": 39}))]
    failure_counts: BTreeMap<&'static str, u64>,
    #[serde(flatten)]
    version: VersionResponse,
}

/// A stored rebalance, as the OpenAPI document describes it: it is written in pieces and never whole in memory.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RebalanceResultDTO)]
pub(crate) struct ResultSchema {
    #[serde(flatten)]
    head: HeadResponse,
    /// What was decided for each portfolio.
    portfolios: Vec<PortfolioResponse>,
    #[serde(flatten)]
    tail: TailResponse,
}

/// A stored rebalance of a list, as the OpenAPI document describes it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListedRebalanceDTO)]
pub(crate) struct ListedRebalance {
    #[serde(flatten)]
    head: HeadResponse,
    /// What was decided for each portfolio; not with `view=summary`.
    #[schema(required = false)]
    portfolios: Vec<PortfolioResponse>,
    /// Portfolios that could not be rebalanced; not with `view=summary`.
    #[schema(required = false)]
    failures: Vec<StoredFailureResponse>,
    /// How many could not be rebalanced, by problem code; only with `view=summary`.
    #[schema(required = false)]
    failure_counts: BTreeMap<&'static str, u64>,
    #[serde(flatten)]
    version: VersionResponse,
}

/// A portfolio that could not be rebalanced.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StoredFailure)]
pub(crate) struct StoredFailureResponse {
    /// The portfolio.
    #[schema(pattern = "^[0-9A-Za-z]{24}$")]
    portfolio_id: String,
    /// Its name, when the portfolio service gave one.
    portfolio_name: Option<String>,
    /// The problem code that the portfolio would have got alone.
    #[schema(pattern = "^[a-z_]+$")]
    code: String,
    /// For people.
    message: String,
    /// The facts behind it.
    details: Vec<FailureDetailResponse>,
}

/// A portfolio of a stored rebalance.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PortfolioResultDTO)]
pub(crate) struct PortfolioResponse {
    /// The portfolio.
    #[schema(pattern = "^[0-9A-Za-z]{24}$")]
    portfolio_id: String,
    /// Its name, when the portfolio service gave one.
    portfolio_name: Option<String>,
    /// Cash and holdings at the prices used.
    market_value: NumberDecimal,
    /// Cash before the trades.
    cash_before_rebalance: NumberDecimal,
    /// Cash after the trades.
    cash_after_rebalance: NumberDecimal,
    /// Held and model securities, by security.
    positions: Vec<StoredPositionResponse>,
}

/// A security of a stored rebalance, before and after.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PositionResultDTO)]
pub(crate) struct StoredPositionResponse {
    /// The security.
    #[schema(pattern = "^[0-9A-Za-z]{24}$")]
    security_id: String,
    /// The ticker that the price was read by; null where that is not known.
    ticker: Option<String>,
    /// The price used.
    price: NumberDecimal,
    /// Units before.
    original_quantity: NumberDecimal,
    /// Units after.
    adjusted_quantity: NumberDecimal,
    /// Value before.
    original_position_market_value: NumberDecimal,
    /// Value after.
    adjusted_position_market_value: NumberDecimal,
    /// Wanted share of market value.
    target: NumberDecimal,
    /// How far above the target the share may be.
    high_drift: NumberDecimal,
    /// How far below the target the share may be.
    low_drift: NumberDecimal,
    /// Share of market value after the trades, 6 decimals.
    actual: NumberDecimal,
    /// `actual / target − 1`, 6 decimals; 0 when the target is 0.
    actual_drift: NumberDecimal,
    /// `BUY` or `SELL`; null without a trade.
    #[schema(pattern = "^(BUY|SELL)$")]
    transaction_type: Option<&'static str>,
    /// Whole units; null without a trade.
    #[schema(minimum = 1)]
    trade_quantity: Option<u64>,
    /// The day the trade is meant for; null without a trade.
    #[schema(format = Date)]
    trade_date: Option<String>,
    /// Why it ends there; null in records of the previous service.
    reason: Option<&'static str>,
}

impl HeadResponse {
    pub(crate) fn new(header: &RebalanceHeader) -> Self {
        Self {
            rebalance_id: header.id.to_string(),
            model_id: header.model_id.to_string(),
            rebalance_date: time::format(header.date),
            model_name: header.model_name.clone(),
            number_of_portfolios: header.number_of_portfolios,
        }
    }
}

impl TailResponse {
    pub(crate) fn new(header: &RebalanceHeader) -> Self {
        Self {
            failures: header.failures.iter().map(StoredFailureResponse::new).collect(),
            version: VersionResponse::new(header),
        }
    }
}

impl VersionResponse {
    fn new(header: &RebalanceHeader) -> Self {
        Self { version: header.version.number(), created_at: time::format(header.created_at) }
    }
}

impl SummaryResponse {
    pub(crate) fn new(header: &RebalanceHeader) -> Self {
        let mut failure_counts = BTreeMap::new();
        for failure in &header.failures {
            *failure_counts.entry(failure.code.code()).or_default() += 1;
        }
        Self { head: HeadResponse::new(header), failure_counts, version: VersionResponse::new(header) }
    }
}

impl StoredFailureResponse {
    pub(crate) fn new(failure: &PortfolioFailure) -> Self {
        Self {
            portfolio_id: failure.portfolio_id.to_string(),
            portfolio_name: failure.portfolio_name.clone(),
            code: failure.code.code().to_owned(),
            message: failure.message.clone(),
            details: failure.details.iter().map(FailureDetailResponse::new).collect(),
        }
    }
}

impl PortfolioResponse {
    pub(crate) fn new(portfolio: &PortfolioRebalance) -> Self {
        Self {
            portfolio_id: portfolio.portfolio_id.to_string(),
            portfolio_name: portfolio.portfolio_name.clone(),
            market_value: NumberDecimal(portfolio.market_value),
            cash_before_rebalance: NumberDecimal(portfolio.cash_before),
            cash_after_rebalance: NumberDecimal(portfolio.cash_after),
            positions: portfolio.positions.iter().map(StoredPositionResponse::new).collect(),
        }
    }
}

impl StoredPositionResponse {
    pub(crate) fn new(position: &RebalancedPosition) -> Self {
        Self {
            security_id: position.security_id.to_string(),
            ticker: position.ticker.as_ref().map(ToString::to_string),
            price: NumberDecimal(position.price),
            original_quantity: NumberDecimal(position.original_quantity),
            adjusted_quantity: NumberDecimal(position.adjusted_quantity),
            original_position_market_value: NumberDecimal(position.original_market_value),
            adjusted_position_market_value: NumberDecimal(position.adjusted_market_value),
            target: NumberDecimal(position.target.weight()),
            high_drift: NumberDecimal(position.drifts.high().fraction()),
            low_drift: NumberDecimal(position.drifts.low().fraction()),
            actual: NumberDecimal(position.actual),
            actual_drift: NumberDecimal(position.actual_drift),
            transaction_type: position.trade.map(|trade| trade.side.code()),
            trade_quantity: position.trade.map(|trade| trade.quantity.get()),
            trade_date: position.trade.map(|trade| trade.date.to_string()),
            reason: position.reason.map(domain::rebalance::Reason::code),
        }
    }
}
