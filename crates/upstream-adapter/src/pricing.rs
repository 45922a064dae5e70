//! Pricing: one snapshot of all prices.
//!
//! The service draws every price anew on every call, so a run takes one snapshot and keeps it. Its `date` is years in
//! the past by design and its `volume` is none; both are ignored. Tickers without a price are normal.

use crate::channel::Channel;
use crate::failure::Failure;
use crate::reply::Reply;
use crate::wire::WireDecimal;
use async_trait::async_trait;
use domain::{Price, Ticker};
use ports::{PriceList, PriceSource, Upstream, UpstreamError};
use serde::Deserialize;
use std::sync::Arc;

/// The client of pricing.
pub(crate) struct PricingClient {
    channel: Arc<Channel>,
}

#[derive(Deserialize)]
struct PriceRow {
    ticker: String,
    close: Option<WireDecimal>,
}

impl PricingClient {
    pub(crate) const fn new(channel: Arc<Channel>) -> Self {
        Self { channel }
    }

    async fn read(&self) -> Result<PriceList, Failure> {
        let call = self.channel.call().await;
        let rows: Vec<PriceRow> = call.get("/api/v1/prices", Reply::json).await?;
        let mut prices = PriceList::with_capacity(rows.len());
        for row in rows {
            // A price that is missing, zero or negative is no price.
            if let Some(price) = row.close.and_then(|close| Price::new(close.0).ok()) {
                prices.entry(Ticker::new(row.ticker)).or_insert(price);
            }
        }
        Ok(prices)
    }
}

#[async_trait]
impl PriceSource for PricingClient {
    async fn snapshot(&self) -> Result<PriceList, UpstreamError> {
        self.read().await.map_err(|failure| failure.into_error(Upstream::Pricing))
    }
}

#[cfg(test)]
mod tests;
