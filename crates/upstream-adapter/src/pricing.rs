//! Pricing: one snapshot of all prices.
//!
//! The service draws every price anew on every call, so a run takes one snapshot and keeps it. Its `date` is years in
//! the past by design and its `volume` is none; both are ignored. Tickers without a price are normal, and a row that cannot
//! be read is like a price that is missing: whoever needs it learns so, nobody else.

use crate::channel::Channel;
use crate::failure::{Failure, excerpt};
use crate::reply::Reply;
use crate::wire::WireDecimal;
use async_trait::async_trait;
use domain::{Price, Ticker};
use ports::{PriceList, PriceSource, Upstream, UpstreamError};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::HashMap;
use std::sync::Arc;

/// The client of pricing.
pub(crate) struct PricingClient {
    channel: Arc<Channel>,
}

#[derive(Deserialize)]
struct PriceRow {
    ticker: String,
    #[serde(default)]
    close: Option<Box<RawValue>>,
}

impl PricingClient {
    pub(crate) const fn new(channel: Arc<Channel>) -> Self {
        Self { channel }
    }

    async fn read(&self) -> Result<PriceList, Failure> {
        let call = self.channel.call().await;
        let rows: Vec<PriceRow> = call.get("/api/v1/prices", Reply::rows).await?;
        let mut first_rows: HashMap<String, Option<Price>> = HashMap::with_capacity(rows.len());
        for row in rows {
            let PriceRow { ticker, close } = row;
            first_rows.entry(ticker).or_insert_with_key(|ticker| close.and_then(|close| price(ticker, &close)));
        }
        Ok(first_rows.into_iter().filter_map(|(ticker, price)| Some((Ticker::new(ticker), price?))).collect())
    }
}

/// A price that cannot be read, is zero or negative is no price.
fn price(ticker: &str, close: &RawValue) -> Option<Price> {
    match serde_json::from_str::<Option<WireDecimal>>(close.get()) {
        Ok(close) => Price::new(close?.0).ok(),
        Err(error) => {
            let (ticker, close) = (excerpt(ticker.as_bytes()), excerpt(close.get().as_bytes()));
            tracing::warn!(ticker, close, %error, "a price cannot be read");
            None
        }
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
