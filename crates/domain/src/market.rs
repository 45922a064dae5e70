//! What the market and the books say: holdings, cash, prices, tickers.

use crate::{Decimal, SecurityId};
use std::fmt;

/// Units of a security that a portfolio holds: may be fractional, may be negative (a short).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holding {
    /// The security held.
    pub security_id: SecurityId,
    /// Units; long minus short.
    pub quantity: Decimal,
}

/// Cash and holdings of one portfolio, as accounting states them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balances {
    /// Cash in the currency of the prices; may be negative.
    pub cash: Decimal,
    /// One row per security; rows of zero units are allowed and mean nothing.
    pub holdings: Vec<Holding>,
}

impl Balances {
    /// A portfolio that was never funded.
    #[must_use]
    pub const fn empty() -> Self {
        Self { cash: Decimal::ZERO, holdings: Vec::new() }
    }
}

/// The price of one unit: above zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Price(Decimal);

/// A price that is zero or negative counts as missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a price must be above zero, not {0}")]
pub struct PriceError(pub Decimal);

impl Price {
    /// A price above zero.
    pub fn new(amount: Decimal) -> Result<Self, PriceError> {
        if amount.is_positive() { Ok(Self(amount)) } else { Err(PriceError(amount)) }
    }

    /// The amount per unit.
    #[must_use]
    pub const fn amount(self) -> Decimal {
        self.0
    }
}

/// The exchange symbol of a security, the key of the price list. Case matters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticker(String);

impl Ticker {
    /// Any text the security service uses.
    #[must_use]
    pub fn new(symbol: impl Into<String>) -> Self {
        Self(symbol.into())
    }

    /// The symbol.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Ticker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_above_zero() {
        assert!(Price::new("0.01".parse().expect("decimal")).is_ok());
        for text in ["0", "0.00", "-1"] {
            assert!(Price::new(text.parse().expect("decimal")).is_err(), "{text}");
        }
    }
}
