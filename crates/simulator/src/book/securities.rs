//! Securities, their types and their prices.

use serde::Serialize;

use super::Book;
use crate::amount::Amount;

/// A security type, such as common stock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityType {
    /// Object id.
    pub id: String,
    /// Abbreviation such as `CS`; not unique.
    pub abbreviation: String,
    /// What the abbreviation stands for.
    pub description: String,
}

/// A security.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Security {
    /// Object id.
    #[serde(rename = "securityId")]
    pub id: String,
    /// Ticker; not unique by constraint.
    pub ticker: String,
    /// Name of the company.
    pub description: String,
    /// Object id of its type; a dangling one breaks the v1 list.
    #[serde(rename = "securityTypeId")]
    pub type_id: String,
}

/// A stored price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PriceRow {
    /// Serial id.
    pub id: i64,
    /// Ticker, matched exactly.
    pub ticker: String,
    /// Mean of the price, USD.
    #[serde(rename = "price")]
    pub mean: Amount,
    /// Standard deviation of the price, USD.
    pub deviation: Amount,
}

impl Book {
    /// Adds a security of the first type, or of `type_id`, which need not exist; returns its id.
    pub fn add_security(&mut self, ticker: &str, description: &str, type_id: Option<&str>) -> String {
        let id = self.ids.next();
        let type_id = match (type_id, self.security_types.first()) {
            (Some(given), _) => given.to_owned(),
            (None, Some(first)) => first.id.clone(),
            (None, None) => String::new(),
        };
        self.security_index.insert(id.clone(), self.securities.len());
        let (ticker, description) = (ticker.to_owned(), description.to_owned());
        self.securities.push(Security { id: id.clone(), ticker, description, type_id });
        id
    }

    /// Adds a security type and returns its id.
    pub fn add_security_type(&mut self, abbreviation: &str, description: &str) -> String {
        let id = self.ids.next();
        let (abbreviation, description) = (abbreviation.to_owned(), description.to_owned());
        self.security_types.push(SecurityType { id: id.clone(), abbreviation, description });
        id
    }

    /// Sets the mean price of a ticker (USD, above zero). Its deviation is kept when `deviation` is `None`, and is
    /// zero for a new ticker.
    pub fn set_price(&mut self, ticker: &str, mean: Amount, deviation: Option<Amount>) {
        if let Some(row) = self.prices.iter_mut().find(|row| row.ticker == ticker) {
            row.mean = mean;
            row.deviation = deviation.unwrap_or(row.deviation);
            return;
        }
        let id = self.prices.iter().map(|row| row.id).max().unwrap_or(0) + 1;
        let deviation = deviation.unwrap_or_default();
        self.prices.push(PriceRow { id, ticker: ticker.to_owned(), mean, deviation });
    }

    /// Removes the price of a ticker; `false` when there was none.
    pub fn remove_price(&mut self, ticker: &str) -> bool {
        let before = self.prices.len();
        self.prices.retain(|row| row.ticker != ticker);
        self.prices.len() < before
    }

    pub(crate) fn security_type(&self, id: &str) -> Option<&SecurityType> {
        self.security_types.iter().find(|kind| kind.id == id)
    }
}
