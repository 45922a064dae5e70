//! A rebalance as lines: its header, then its portfolios.

use super::lines::{decimal, parse, timestamp};
use super::model_line::{drifts, target};
use anyhow::Context;
use domain::rebalance::{
    FailureCode, FailureDetail, Optimality, PortfolioFailure, PortfolioRebalance, Proof, Reason, RebalanceHeader,
    RebalancedPosition, Side, Ties, Trade,
};
use domain::{Reserve, Ticker, Version};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub(super) struct RebalanceLine {
    id: String,
    model_id: String,
    model_name: String,
    model_version: Option<u32>,
    date: i64,
    number_of_portfolios: u32,
    number_of_positions: u64,
    failures: Vec<FailureLine>,
    reserve_amount: String,
    reserve_fraction: String,
    version: u32,
    created_at: i64,
}

#[derive(Serialize, Deserialize)]
struct FailureLine {
    portfolio_id: String,
    portfolio_name: Option<String>,
    code: String,
    message: String,
    details: Vec<DetailLine>,
}

#[derive(Serialize, Deserialize)]
struct DetailLine {
    code: String,
    security_id: Option<String>,
    message: String,
}

#[derive(Serialize, Deserialize)]
pub(super) struct PortfolioLine {
    portfolio_id: String,
    portfolio_name: Option<String>,
    market_value: String,
    cash_before: String,
    cash_after: String,
    optimality: Option<OptimalityLine>,
    positions: Vec<PositionLine>,
}

#[derive(Serialize, Deserialize)]
struct OptimalityLine {
    proof: Option<String>,
    objective: String,
    lower_bound: String,
    ties: String,
    #[serde(default)]
    cut_short: bool,
}

#[derive(Serialize, Deserialize)]
struct PositionLine {
    security_id: String,
    #[serde(default)]
    ticker: Option<String>,
    price: String,
    original_quantity: String,
    adjusted_quantity: String,
    original_market_value: String,
    adjusted_market_value: String,
    target: String,
    low_drift: String,
    high_drift: String,
    actual: String,
    actual_drift: String,
    trade: Option<TradeLine>,
    reason: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct TradeLine {
    side: String,
    quantity: std::num::NonZeroU64,
    date: String,
}

impl From<&RebalanceHeader> for RebalanceLine {
    fn from(header: &RebalanceHeader) -> Self {
        Self {
            id: header.id.to_string(),
            model_id: header.model_id.to_string(),
            model_name: header.model_name.clone(),
            model_version: header.model_version.map(Version::number),
            date: header.date.timestamp_millis(),
            number_of_portfolios: header.number_of_portfolios,
            number_of_positions: header.number_of_positions,
            failures: header.failures.iter().map(FailureLine::from).collect(),
            reserve_amount: header.reserve.amount().to_string(),
            reserve_fraction: header.reserve.fraction().to_string(),
            version: header.version.number(),
            created_at: header.created_at.timestamp_millis(),
        }
    }
}

impl From<&PortfolioFailure> for FailureLine {
    fn from(failure: &PortfolioFailure) -> Self {
        let details = failure.details.iter().map(|detail| DetailLine {
            code: detail.code.clone(),
            security_id: detail.security_id.map(|id| id.to_string()),
            message: detail.message.clone(),
        });
        Self {
            portfolio_id: failure.portfolio_id.to_string(),
            portfolio_name: failure.portfolio_name.clone(),
            code: failure.code.code().to_owned(),
            message: failure.message.clone(),
            details: details.collect(),
        }
    }
}

impl From<&PortfolioRebalance> for PortfolioLine {
    fn from(portfolio: &PortfolioRebalance) -> Self {
        Self {
            portfolio_id: portfolio.portfolio_id.to_string(),
            portfolio_name: portfolio.portfolio_name.clone(),
            market_value: portfolio.market_value.to_string(),
            cash_before: portfolio.cash_before.to_string(),
            cash_after: portfolio.cash_after.to_string(),
            optimality: portfolio.optimality.map(|optimality| OptimalityLine {
                proof: optimality.proof.map(|proof| proof.code().to_owned()),
                objective: optimality.objective.to_string(),
                lower_bound: optimality.lower_bound.to_string(),
                ties: optimality.ties.code().to_owned(),
                cut_short: optimality.cut_short,
            }),
            positions: portfolio.positions.iter().map(PositionLine::from).collect(),
        }
    }
}

impl From<&RebalancedPosition> for PositionLine {
    fn from(p: &RebalancedPosition) -> Self {
        Self {
            security_id: p.security_id.to_string(),
            ticker: p.ticker.as_ref().map(ToString::to_string),
            price: p.price.to_string(),
            original_quantity: p.original_quantity.to_string(),
            adjusted_quantity: p.adjusted_quantity.to_string(),
            original_market_value: p.original_market_value.to_string(),
            adjusted_market_value: p.adjusted_market_value.to_string(),
            target: p.target.weight().to_string(),
            low_drift: p.drifts.low().fraction().to_string(),
            high_drift: p.drifts.high().fraction().to_string(),
            actual: p.actual.to_string(),
            actual_drift: p.actual_drift.to_string(),
            trade: p.trade.map(|trade| TradeLine {
                side: trade.side.code().to_owned(),
                quantity: trade.quantity,
                date: trade.date.to_string(),
            }),
            reason: p.reason.map(|reason| reason.code().to_owned()),
        }
    }
}

impl TryFrom<RebalanceLine> for RebalanceHeader {
    type Error = anyhow::Error;

    fn try_from(line: RebalanceLine) -> anyhow::Result<Self> {
        let version = |number| Version::new(number).context("a version starts at 1");
        let failures: anyhow::Result<Vec<_>> = line.failures.into_iter().map(PortfolioFailure::try_from).collect();
        let amount = decimal("reserve_amount", &line.reserve_amount)?;
        Ok(Self {
            id: parse("id", &line.id)?,
            model_id: parse("model_id", &line.model_id)?,
            model_name: line.model_name,
            model_version: line.model_version.map(version).transpose()?,
            date: timestamp("date", line.date)?,
            number_of_portfolios: line.number_of_portfolios,
            number_of_positions: line.number_of_positions,
            failures: failures?,
            reserve: Reserve::new(amount, decimal("reserve_fraction", &line.reserve_fraction)?)?,
            version: version(line.version)?,
            created_at: timestamp("created_at", line.created_at)?,
        })
    }
}

impl TryFrom<FailureLine> for PortfolioFailure {
    type Error = anyhow::Error;

    fn try_from(line: FailureLine) -> anyhow::Result<Self> {
        let details = line.details.into_iter().map(|detail| {
            let security_id = detail.security_id.map(|id| parse("security_id", &id)).transpose()?;
            Ok(FailureDetail { code: detail.code, security_id, message: detail.message })
        });
        Ok(Self {
            portfolio_id: parse("portfolio_id", &line.portfolio_id)?,
            portfolio_name: line.portfolio_name,
            code: FailureCode::from_code(&line.code).with_context(|| format!("failure code {:?}", line.code))?,
            message: line.message,
            details: details.collect::<anyhow::Result<_>>()?,
        })
    }
}

impl TryFrom<PortfolioLine> for PortfolioRebalance {
    type Error = anyhow::Error;

    fn try_from(line: PortfolioLine) -> anyhow::Result<Self> {
        let positions: anyhow::Result<Vec<_>> = line.positions.into_iter().map(RebalancedPosition::try_from).collect();
        Ok(Self {
            portfolio_id: parse("portfolio_id", &line.portfolio_id)?,
            portfolio_name: line.portfolio_name,
            market_value: decimal("market_value", &line.market_value)?,
            cash_before: decimal("cash_before", &line.cash_before)?,
            cash_after: decimal("cash_after", &line.cash_after)?,
            optimality: line.optimality.as_ref().map(optimality).transpose()?,
            positions: positions?,
        })
    }
}

fn optimality(line: &OptimalityLine) -> anyhow::Result<Optimality> {
    let proof = |code: &String| Proof::from_code(code).with_context(|| format!("proof {code:?}"));
    Ok(Optimality {
        proof: line.proof.as_ref().map(proof).transpose()?,
        objective: decimal("objective", &line.objective)?,
        lower_bound: decimal("lower_bound", &line.lower_bound)?,
        ties: Ties::from_code(&line.ties).with_context(|| format!("ties {:?}", line.ties))?,
        cut_short: line.cut_short,
    })
}

impl TryFrom<PositionLine> for RebalancedPosition {
    type Error = anyhow::Error;

    fn try_from(line: PositionLine) -> anyhow::Result<Self> {
        let security_id = parse("security_id", &line.security_id)?;
        let reason = |code: String| Reason::from_code(&code).with_context(|| format!("reason {code:?}"));
        let trade = |trade: TradeLine| {
            let side = Side::from_code(&trade.side).with_context(|| format!("side {:?}", trade.side))?;
            anyhow::Ok(Trade { side, security_id, quantity: trade.quantity, date: parse("date", &trade.date)? })
        };
        Ok(Self {
            security_id,
            ticker: line.ticker.map(Ticker::new),
            price: decimal("price", &line.price)?,
            original_quantity: decimal("original_quantity", &line.original_quantity)?,
            adjusted_quantity: decimal("adjusted_quantity", &line.adjusted_quantity)?,
            original_market_value: decimal("original_market_value", &line.original_market_value)?,
            adjusted_market_value: decimal("adjusted_market_value", &line.adjusted_market_value)?,
            target: target(&line.target)?,
            drifts: drifts(&line.low_drift, &line.high_drift)?,
            actual: decimal("actual", &line.actual)?,
            actual_drift: decimal("actual_drift", &line.actual_drift)?,
            trade: line.trade.map(trade).transpose()?,
            reason: line.reason.map(reason).transpose()?,
        })
    }
}
