//! Securities as a test sets them.

use super::{UpstreamFault, locked};
use async_trait::async_trait;
use domain::{SecurityId, Ticker};
use ports::{SecurityMaster, TickerMap, Upstream, UpstreamError};
use std::collections::BTreeSet;
use std::sync::Mutex;

#[derive(Debug, Default)]
struct State {
    tickers: TickerMap,
    fault: Option<UpstreamFault>,
    calls: Vec<BTreeSet<SecurityId>>,
}

/// A [`SecurityMaster`] with settable tickers, none at first. It answers with what was asked for only.
#[derive(Debug, Default)]
pub struct FakeSecurities(Mutex<State>);

impl FakeSecurities {
    /// This security has this ticker.
    pub fn set(&self, security_id: SecurityId, ticker: &str) {
        locked(&self.0).tickers.insert(security_id, Ticker::new(ticker));
    }

    /// Every call fails, or none (`None`).
    pub fn fail(&self, fault: Option<UpstreamFault>) {
        locked(&self.0).fault = fault;
    }

    /// What was asked for, call by call.
    #[must_use]
    pub fn calls(&self) -> Vec<BTreeSet<SecurityId>> {
        locked(&self.0).calls.clone()
    }
}

#[async_trait]
impl SecurityMaster for FakeSecurities {
    async fn tickers(&self, wanted: &BTreeSet<SecurityId>) -> Result<TickerMap, UpstreamError> {
        let mut state = locked(&self.0);
        state.calls.push(wanted.clone());
        match state.fault {
            Some(fault) => Err(fault.error(Upstream::Security)),
            None => Ok(wanted.iter().filter_map(|id| Some((*id, state.tickers.get(id)?.clone()))).collect()),
        }
    }
}
