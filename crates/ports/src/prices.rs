//! Who knows what a security costs.

use crate::UpstreamError;
use async_trait::async_trait;
use domain::{Price, Ticker};
use std::collections::HashMap;

/// Prices of one instant. A ticker without a price above zero is not in it.
pub type PriceList = HashMap<Ticker, Price>;

/// Prices of all tickers at once.
#[async_trait]
pub trait PriceSource: Send + Sync {
    /// One snapshot of all prices, in one call. Two calls may differ: take one per run and keep what was used.
    async fn snapshot(&self) -> Result<PriceList, UpstreamError>;
}
