//! The answer to who asked for a rebalance: per portfolio the trades, and where every security ends.

use super::decimal::TextDecimal;
use application::PortfolioOutcome;
use domain::rebalance::{
    FailureDetail, Optimality, PortfolioFailure, PortfolioRebalance, RebalancedPosition, Trade, share,
};
use domain::{Decimal, RebalanceId};
use serde::Serialize;
use utoipa::ToSchema;

/// Decimals of `actual` in this answer.
const ACTUAL_SCALE: u32 = 4;

/// One portfolio of a rebalance or preview.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RebalanceDTO)]
pub(crate) struct RebalanceResponse {
    /// The portfolio.
    #[schema(pattern = "^[0-9A-Za-z]{24}$")]
    portfolio_id: String,
    /// Its name, when the portfolio service gave one.
    portfolio_name: Option<String>,
    /// The stored record; null in a preview.
    #[schema(pattern = "^[0-9a-f]{24}$")]
    rebalance_id: Option<String>,
    /// Whether it was rebalanced.
    status: Status,
    /// Why not.
    #[schema(value_type = Option<FailureResponse>)]
    failure: Option<FailureResponse>,
    /// Sells before buys, then by security.
    transactions: Vec<TransactionResponse>,
    /// Held and model securities, by security.
    drifts: Vec<DriftResponse>,
    /// How good the result is, and how that is known; null for a failed portfolio.
    #[schema(value_type = Option<OptimalityResponse>)]
    optimality: Option<OptimalityResponse>,
}

/// What became of a portfolio.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = RebalanceStatus)]
pub(crate) enum Status {
    /// It was rebalanced.
    Rebalanced,
    /// It could not be.
    Failed,
}

/// Why a portfolio failed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Failure)]
pub(crate) struct FailureResponse {
    /// The problem code that the portfolio would have got alone.
    #[schema(pattern = "^[a-z_]+$")]
    code: String,
    /// For people.
    message: String,
    /// The facts behind it.
    details: Vec<FailureDetailResponse>,
}

/// One fact behind a failure.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FailureDetail)]
pub(crate) struct FailureDetailResponse {
    /// The kind of fact.
    #[schema(pattern = "^[a-z_]+$")]
    code: String,
    /// The security concerned.
    security_id: Option<String>,
    /// What is wrong and what would help.
    message: String,
}

/// A whole-share trade.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TransactionDTO)]
pub(crate) struct TransactionResponse {
    /// `BUY` or `SELL`.
    #[schema(pattern = "^(BUY|SELL)$")]
    transaction_type: &'static str,
    /// The security.
    #[schema(pattern = "^[0-9A-Za-z]{24}$")]
    security_id: String,
    /// Whole units.
    #[schema(minimum = 1)]
    quantity: u64,
    /// The day it is meant for.
    #[schema(format = Date)]
    trade_date: String,
}

/// Where a security ends.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DriftDTO)]
pub(crate) struct DriftResponse {
    /// The security.
    #[schema(pattern = "^[0-9A-Za-z]{24}$")]
    security_id: String,
    /// Units before.
    original_quantity: TextDecimal,
    /// Units after.
    adjusted_quantity: TextDecimal,
    /// Wanted share of market value.
    target: TextDecimal,
    /// How far above the target the share may be.
    high_drift: TextDecimal,
    /// How far below the target the share may be.
    low_drift: TextDecimal,
    /// Share of market value after the trades, 4 decimals, half-even.
    actual: TextDecimal,
    /// Why it ends there.
    reason: Option<&'static str>,
}

/// How good a result is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Optimality)]
pub(crate) struct OptimalityResponse {
    /// `proven`, or `gap` when only the bound is known.
    #[schema(pattern = "^(proven|gap)$")]
    status: &'static str,
    /// How it was proved. `separable`: every security is at its nearest count and the cash suffices. `dual`: a Lagrangian
    /// bound equals the objective. Both are verified anew from the result alone before it leaves. `search`: every
    /// alternative was excluded by exact bounds; of that it is verified that no single share more or less is better, and
    /// where there are at most 4,096 combinations, that none of them is. Null for a gap.
    #[schema(pattern = "^(separable|dual|search)$")]
    proof: Option<&'static str>,
    /// Sum of the distances from the targets, in currency.
    objective: TextDecimal,
    /// No admissible holdings are nearer than this.
    lower_bound: TextDecimal,
    /// Whether the choice among equally good holdings is final.
    #[schema(pattern = "^(settled|open)$")]
    ties: &'static str,
    /// Whether the time ran out during the search: the same question may have a better answer next time.
    cut_short: bool,
}

impl RebalanceResponse {
    pub(crate) fn new(rebalance_id: Option<RebalanceId>, outcome: &PortfolioOutcome) -> Self {
        match outcome {
            PortfolioOutcome::Rebalanced(portfolio) => Self::rebalanced(rebalance_id, portfolio),
            PortfolioOutcome::Failed(failure) => Self::failed(rebalance_id, failure),
        }
    }

    fn rebalanced(rebalance_id: Option<RebalanceId>, portfolio: &PortfolioRebalance) -> Self {
        let drift = |position| DriftResponse::new(position, portfolio.market_value);
        Self {
            portfolio_id: portfolio.portfolio_id.to_string(),
            portfolio_name: portfolio.portfolio_name.clone(),
            rebalance_id: rebalance_id.map(|id| id.to_string()),
            status: Status::Rebalanced,
            failure: None,
            transactions: portfolio.trades().iter().map(TransactionResponse::new).collect(),
            drifts: portfolio.positions.iter().map(drift).collect(),
            optimality: portfolio.optimality.as_ref().map(OptimalityResponse::new),
        }
    }

    fn failed(rebalance_id: Option<RebalanceId>, failure: &PortfolioFailure) -> Self {
        Self {
            portfolio_id: failure.portfolio_id.to_string(),
            portfolio_name: failure.portfolio_name.clone(),
            rebalance_id: rebalance_id.map(|id| id.to_string()),
            status: Status::Failed,
            failure: Some(FailureResponse {
                code: failure.code.code().to_owned(),
                message: failure.message.clone(),
                details: failure.details.iter().map(FailureDetailResponse::new).collect(),
            }),
            transactions: Vec::new(),
            drifts: Vec::new(),
            optimality: None,
        }
    }
}

impl FailureDetailResponse {
    pub(crate) fn new(detail: &FailureDetail) -> Self {
        let security_id = detail.security_id.map(|id| id.to_string());
        Self { code: detail.code.clone(), security_id, message: detail.message.clone() }
    }
}

impl TransactionResponse {
    fn new(trade: &Trade) -> Self {
        Self {
            transaction_type: trade.side.code(),
            security_id: trade.security_id.to_string(),
            quantity: trade.quantity.get(),
            trade_date: trade.date.to_string(),
        }
    }
}

impl DriftResponse {
    fn new(position: &RebalancedPosition, market_value: Decimal) -> Self {
        // From the exact values: rounding the stored 6 decimals again could go the other way.
        let actual = share(position.adjusted_market_value, market_value, ACTUAL_SCALE);
        Self {
            security_id: position.security_id.to_string(),
            original_quantity: TextDecimal(position.original_quantity),
            adjusted_quantity: TextDecimal(position.adjusted_quantity),
            target: TextDecimal(position.target.weight()),
            high_drift: TextDecimal(position.drifts.high().fraction()),
            low_drift: TextDecimal(position.drifts.low().fraction()),
            actual: TextDecimal(actual.unwrap_or_else(|| position.actual.round_half_even(ACTUAL_SCALE))),
            reason: position.reason.map(domain::rebalance::Reason::code),
        }
    }
}

impl OptimalityResponse {
    fn new(optimality: &Optimality) -> Self {
        Self {
            status: if optimality.proof.is_some() { "proven" } else { "gap" },
            proof: optimality.proof.map(domain::rebalance::Proof::code),
            objective: TextDecimal(optimality.objective),
            lower_bound: TextDecimal(optimality.lower_bound),
            ties: optimality.ties.code(),
            cut_short: optimality.cut_short,
        }
    }
}
