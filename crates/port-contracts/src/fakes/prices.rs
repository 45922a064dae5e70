//! Prices as a test sets them.

use super::{UpstreamFault, locked};
use crate::builders::decimal;
use async_trait::async_trait;
use domain::{Price, Ticker};
use ports::{PriceList, PriceSource, Upstream, UpstreamError};
use std::sync::Mutex;

#[derive(Debug, Default)]
struct State {
    prices: PriceList,
    fault: Option<UpstreamFault>,
    calls: u32,
}

/// A [`PriceSource`] with settable prices, none at first.
#[derive(Debug, Default)]
pub struct FakePrices(Mutex<State>);

impl FakePrices {
    /// This ticker costs so much, above zero.
    pub fn set(&self, ticker: &str, price: &str) {
        let price = Price::new(decimal(price)).expect("a price above zero");
        locked(&self.0).prices.insert(Ticker::new(ticker), price);
    }

    /// This ticker has no price.
    pub fn unset(&self, ticker: &str) {
        locked(&self.0).prices.remove(&Ticker::new(ticker));
    }

    /// Every call fails, or none (`None`).
    pub fn fail(&self, fault: Option<UpstreamFault>) {
        locked(&self.0).fault = fault;
    }

    /// How often it was asked.
    #[must_use]
    pub fn calls(&self) -> u32 {
        locked(&self.0).calls
    }
}

#[async_trait]
impl PriceSource for FakePrices {
    async fn snapshot(&self) -> Result<PriceList, UpstreamError> {
        let mut state = locked(&self.0);
        state.calls += 1;
        match state.fault {
            Some(fault) => Err(fault.error(Upstream::Pricing)),
            None => Ok(state.prices.clone()),
        }
    }
}
