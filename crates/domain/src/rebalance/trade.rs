//! A trade: whole units of one security, bought or sold.

use crate::{Date, SecurityId};
use std::num::NonZeroU64;

/// Which way a trade goes. Sells are listed before buys: they bring the cash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Units leave the portfolio, cash comes in.
    Sell,
    /// Units come in, cash leaves.
    Buy,
}

impl Side {
    /// The name on the wire and in records: `SELL` or `BUY`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Sell => "SELL",
            Self::Buy => "BUY",
        }
    }

    /// The side of that name.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Sell, Self::Buy].into_iter().find(|side| side.code() == code)
    }
}

/// A whole-share trade. Ordered as it is listed: sells first, then by security.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Trade {
    /// Buy or sell.
    pub side: Side,
    /// The security traded.
    pub security_id: SecurityId,
    /// Whole units, at least 1.
    pub quantity: NonZeroU64,
    /// The day it is meant for.
    pub date: Date,
}
