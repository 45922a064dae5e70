//! Portfolios, and setting one up with cash and holdings.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Account, Book, PortfolioKind, Row};
use crate::amount::Amount;

/// A portfolio as the portfolio service knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Portfolio {
    /// Object id.
    pub id: String,
    /// Name; not unique.
    pub name: String,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// How the generator funded it; `None` when it was added later.
    pub kind: Option<PortfolioKind>,
    /// Index of the strategy that its holdings were built from; `None` when it was added later.
    pub strategy: Option<usize>,
}

/// Units of one security that a portfolio is set up with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Holding {
    /// Object id of the security; not checked, as accounting does not check it.
    pub security_id: String,
    /// Long units.
    #[serde(default)]
    pub long: Amount,
    /// Short units, positive.
    #[serde(default)]
    pub short: Amount,
}

impl Holding {
    /// A long position.
    #[must_use]
    pub fn long(security_id: &str, units: Amount) -> Self {
        Self { security_id: security_id.to_owned(), long: units, short: Amount::ZERO }
    }

    /// A short position of `units > 0`.
    #[must_use]
    pub fn short(security_id: &str, units: Amount) -> Self {
        Self { security_id: security_id.to_owned(), long: Amount::ZERO, short: units }
    }
}

impl Book {
    /// Adds a portfolio without balance rows and returns its id.
    pub fn add_portfolio(&mut self, name: &str, created_at: DateTime<Utc>) -> String {
        let id = self.ids.next();
        self.insert_portfolio(&id, name, created_at);
        id
    }

    /// Replaces cash and holdings of a portfolio, which is added when its id is new.
    ///
    /// `cash` of `None` writes no cash row; without holdings too, the portfolio is unfunded.
    pub fn upsert_portfolio(
        &mut self,
        portfolio_id: &str,
        name: Option<&str>,
        cash: Option<Amount>,
        holdings: &[Holding],
    ) {
        match (self.portfolio_index.get(portfolio_id), name) {
            (None, _) => {
                let name = name.map_or_else(|| format!("Portfolio {}", self.portfolios.len()), str::to_owned);
                self.insert_portfolio(portfolio_id, &name, self.installed_at);
            }
            (Some(&index), Some(name)) => name.clone_into(&mut self.portfolios[index].name),
            (Some(_), None) => {}
        }
        let mut account =
            Account { cash: cash.map(|balance| self.new_row(balance, Amount::ZERO)), ..Account::default() };
        for holding in holdings {
            let row = self.new_row(holding.long, holding.short);
            account.positions.insert(holding.security_id.clone(), row);
        }
        if account.is_empty() {
            self.accounts.remove(portfolio_id);
        } else {
            self.accounts.insert(portfolio_id.to_owned(), account);
        }
    }

    pub(super) fn insert_portfolio(&mut self, id: &str, name: &str, created_at: DateTime<Utc>) {
        self.portfolio_index.insert(id.to_owned(), self.portfolios.len());
        let (id, name) = (id.to_owned(), name.to_owned());
        self.portfolios.push(Portfolio { id, name, created_at, kind: None, strategy: None });
    }

    /// A row of the time of installation; Postgres keeps microseconds, so rows differ in them.
    fn new_row(&mut self, long: Amount, short: Amount) -> Row {
        let id = self.row_id();
        let at = self.installed_at + chrono::TimeDelta::microseconds(123_456 + id * 97);
        Row { id, long, short, version: 1, created_at: at, updated_at: at }
    }
}
