//! Balance rows of one portfolio.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::amount::Amount;

/// One row of the balances table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Serial id, unique over all portfolios.
    pub id: i64,
    /// Long units; for cash the balance, USD.
    pub long: Amount,
    /// Short units, stored positive.
    pub short: Amount,
    /// Grows by one with each change.
    pub version: i64,
    /// When the row was written first. The service prints this as `lastUpdated`.
    pub created_at: DateTime<Utc>,
    /// When the row was written last. The service filters and sorts by this, but never prints it.
    pub updated_at: DateTime<Utc>,
}

impl Row {
    /// Long minus short units.
    #[must_use]
    pub fn net(&self) -> Amount {
        self.long - self.short
    }
}

/// Cash and positions of a portfolio that has at least one row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// The row without a security; `None` when the portfolio never had cash.
    pub cash: Option<Row>,
    /// Security id to position, zero rows included: they stay forever.
    pub positions: BTreeMap<String, Row>,
}

impl Account {
    /// Cash balance, USD; zero when there is no cash row.
    #[must_use]
    pub fn cash_balance(&self) -> Amount {
        self.cash.as_ref().map_or(Amount::ZERO, |row| row.long)
    }

    /// Net units of a security; zero when there is no row.
    #[must_use]
    pub fn net(&self, security_id: &str) -> Amount {
        self.positions.get(security_id).map_or(Amount::ZERO, Row::net)
    }

    /// Number of rows, cash included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.positions.len() + usize::from(self.cash.is_some())
    }

    /// Whether there is no row at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Rows in the order of `ORDER BY security_id`, in which Postgres puts the row without a security last.
    pub fn rows(&self) -> impl Iterator<Item = (Option<&str>, &Row)> {
        let positions = self.positions.iter().map(|(id, row)| (Some(id.as_str()), row));
        positions.chain(self.cash.iter().map(|row| (None, row)))
    }
}
