//! Who knows which ticker a security has.

use crate::UpstreamError;
use async_trait::async_trait;
use domain::{SecurityId, Ticker};
use std::collections::{BTreeSet, HashMap};

/// Tickers by security. A security that is not in it is unknown.
pub type TickerMap = HashMap<SecurityId, Ticker>;

/// Securities and their tickers.
#[async_trait]
pub trait SecurityMaster: Send + Sync {
    /// The tickers of at least those of `wanted` that exist. One call serves a whole run.
    async fn tickers(&self, wanted: &BTreeSet<SecurityId>) -> Result<TickerMap, UpstreamError>;
}
