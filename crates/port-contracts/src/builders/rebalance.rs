//! Rebalance records of any size, with figures that follow from one another.

use super::{at, day, decimal, model_id, portfolio_id, rebalance_id, security_id};
use domain::rebalance::{
    FailureCode, FailureDetail, Optimality, PortfolioFailure, PortfolioRebalance, Proof, Reason, Rebalance,
    RebalanceHeader, RebalancedPosition, Side, Ties, Trade,
};
use domain::{Decimal, Drift, DriftRange, Price, Reserve, Target, Ticker, Timestamp, Version};
use std::num::NonZeroU64;

/// A valid rebalance: the `n`th, of model 1, made and written at the beginning, with portfolio 1 and two positions.
#[must_use]
pub fn rebalance_builder(n: u32) -> RebalanceBuilder {
    let (portfolios, model_name) = (vec![1], "Model 1".to_owned());
    RebalanceBuilder { n, model_name, date: at(0), portfolios, positions: 2, failed: Vec::new() }
}

/// Builds a [`Rebalance`].
#[derive(Clone, Debug)]
pub struct RebalanceBuilder {
    n: u32,
    model_name: String,
    date: Timestamp,
    portfolios: Vec<u32>,
    positions: u32,
    failed: Vec<u32>,
}

impl RebalanceBuilder {
    /// The model was named so.
    #[must_use]
    pub fn model_name(mut self, name: &str) -> Self {
        name.clone_into(&mut self.model_name);
        self
    }

    /// Made, and written, then.
    #[must_use]
    pub const fn date(mut self, date: Timestamp) -> Self {
        self.date = date;
        self
    }

    /// Of these portfolios, by number, in this order.
    #[must_use]
    pub fn portfolios(mut self, numbers: impl IntoIterator<Item = u32>) -> Self {
        self.portfolios = numbers.into_iter().collect();
        self
    }

    /// Each portfolio has securities 1 to `count`.
    #[must_use]
    pub const fn positions(mut self, count: u32) -> Self {
        self.positions = count;
        self
    }

    /// These portfolios, by number, could not be rebalanced.
    #[must_use]
    pub fn failed(mut self, numbers: impl IntoIterator<Item = u32>) -> Self {
        self.failed = numbers.into_iter().collect();
        self
    }

    /// The rebalance.
    #[must_use]
    pub fn build(&self) -> Rebalance {
        let portfolios: Vec<_> = self.portfolios.iter().map(|n| portfolio(*n, self.positions)).collect();
        let header = RebalanceHeader {
            id: rebalance_id(self.n),
            model_id: model_id(1),
            model_name: self.model_name.clone(),
            model_version: Some(Version::FIRST),
            date: self.date,
            number_of_portfolios: u32::try_from(portfolios.len()).expect("fits"),
            number_of_positions: portfolios.iter().map(|p| p.positions.len() as u64).sum(),
            failures: self.failed.iter().map(|n| failure(*n)).collect(),
            reserve: Reserve::NONE,
            version: Version::FIRST,
            created_at: self.date,
        };
        Rebalance { header, portfolios }
    }
}

/// Portfolio `n`, for which no whole-share solution exists.
#[must_use]
pub fn failure(n: u32) -> PortfolioFailure {
    PortfolioFailure {
        portfolio_id: portfolio_id(n),
        portfolio_name: None,
        code: FailureCode::NoFeasibleSolution,
        message: "no feasible solution exists".to_owned(),
        details: vec![FailureDetail {
            code: "cash_short".to_owned(),
            security_id: Some(security_id(1)),
            message: "The cash does not reach the lowest admissible holdings.".to_owned(),
        }],
    }
}

/// Portfolio `n` with securities `1..=count`: the odd ones bought, every fourth sold, the others left alone.
fn portfolio(n: u32, count: u32) -> PortfolioRebalance {
    let market_value = decimal("1000000.00");
    PortfolioRebalance {
        portfolio_id: portfolio_id(n),
        portfolio_name: Some(format!("Portfolio {n}")),
        market_value,
        cash_before: decimal("250000.50"),
        cash_after: decimal("-0.25"),
        optimality: Some(Optimality {
            proof: Some(Proof::Dual),
            objective: Decimal::from(u64::from(n)),
            lower_bound: Decimal::from(u64::from(n)),
            ties: Ties::Settled,
            cut_short: false,
        }),
        positions: (1..=count).map(|security| rebalanced_position(n, security, market_value)).collect(),
    }
}

fn rebalanced_position(portfolio: u32, security: u32, market_value: Decimal) -> RebalancedPosition {
    let units = u64::from(portfolio % 7 + security);
    let (side, before, after) = match security % 4 {
        0 => (Some(Side::Sell), units + 3, units),
        2 => (None, units, units),
        _ => (Some(Side::Buy), units, units + 3),
    };
    let quantity = NonZeroU64::new(before.abs_diff(after));
    let trade = side.zip(quantity).map(|(side, quantity)| Trade {
        side,
        security_id: security_id(security),
        quantity,
        date: day(0),
    });
    let drift = |text| Drift::new(decimal(text)).expect("a valid drift");
    RebalancedPosition::new(
        security_id(security),
        Price::new(decimal(&format!("{security}.25"))).expect("above zero"),
        Decimal::from(before),
        Decimal::from(after),
        Target::new(decimal("0.005")).expect("a valid target"),
        DriftRange::new(drift("0.01"), drift("0.020")).expect("low not above high"),
        market_value,
        trade,
        Reason::WholeShareRounding,
    )
    .expect("figures that fit")
    .priced_by((security % 2 == 1).then(|| Ticker::new(format!("T{security}"))))
}
