//! The book: what the databases of accounting, pricing, portfolio and security hold.
//!
//! The library reads and edits it between requests; the transactions endpoint edits it over HTTP.

mod account;
mod funding;
mod generate;
mod portfolios;
mod securities;
mod strategy;
mod transactions;

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};

pub use account::{Account, Row};
pub use generate::{BookConfig, PortfolioKind};
pub use portfolios::{Holding, Portfolio};
pub use securities::{PriceRow, Security, SecurityType};
pub use strategy::{Strategy, StrategyPosition};
pub use transactions::{Transaction, TransactionKind, TransactionRefusal};

use crate::ids::ObjectIds;

/// Everything that the five services know, but for orders.
#[derive(Debug)]
pub struct Book {
    pub(crate) security_types: Vec<SecurityType>,
    pub(crate) securities: Vec<Security>,
    security_index: HashMap<String, usize>,
    pub(crate) prices: Vec<PriceRow>,
    /// The one trading date that every price carries.
    pub(crate) price_date: NaiveDate,
    pub(crate) portfolios: Vec<Portfolio>,
    portfolio_index: HashMap<String, usize>,
    /// Portfolio id to balance rows; a portfolio without rows has no entry.
    pub(crate) accounts: BTreeMap<String, Account>,
    pub(crate) strategies: Vec<Strategy>,
    source_ids: HashSet<String>,
    ids: ObjectIds,
    next_row_id: i64,
    next_transaction_id: i64,
    installed_at: DateTime<Utc>,
}

impl Book {
    /// All portfolios, in the order of their creation.
    #[must_use]
    pub fn portfolios(&self) -> &[Portfolio] {
        &self.portfolios
    }

    /// All securities, in the order of their creation.
    #[must_use]
    pub fn securities(&self) -> &[Security] {
        &self.securities
    }

    /// All stored prices: the means that random prices are drawn around.
    #[must_use]
    pub fn prices(&self) -> &[PriceRow] {
        &self.prices
    }

    /// The model portfolios that the drifted portfolios were built from.
    #[must_use]
    pub fn strategies(&self) -> &[Strategy] {
        &self.strategies
    }

    /// The balance rows of a portfolio; `None` when it has none, funded or not.
    #[must_use]
    pub fn account(&self, portfolio_id: &str) -> Option<&Account> {
        self.accounts.get(portfolio_id)
    }

    /// The portfolio with this id.
    #[must_use]
    pub fn portfolio(&self, portfolio_id: &str) -> Option<&Portfolio> {
        self.portfolio_index.get(portfolio_id).map(|&index| &self.portfolios[index])
    }

    /// The security with this id.
    #[must_use]
    pub fn security(&self, security_id: &str) -> Option<&Security> {
        self.security_index.get(security_id).map(|&index| &self.securities[index])
    }

    /// The first security with this ticker: tickers are not unique by constraint.
    #[must_use]
    pub fn security_by_ticker(&self, ticker: &str) -> Option<&Security> {
        self.securities.iter().find(|security| security.ticker == ticker)
    }

    /// The first price with this ticker, compared exactly.
    #[must_use]
    pub fn price(&self, ticker: &str) -> Option<&PriceRow> {
        self.prices.iter().find(|price| price.ticker == ticker)
    }

    fn row_id(&mut self) -> i64 {
        self.next_row_id += 1;
        self.next_row_id
    }
}
