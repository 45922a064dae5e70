//! Balances as a test sets them.

use super::{UpstreamFault, locked};
use async_trait::async_trait;
use domain::{Balances, PortfolioId};
use ports::{PortfolioAccounting, Upstream, UpstreamError};
use std::collections::HashMap;
use std::sync::Mutex;

#[derive(Debug, Default)]
struct State {
    balances: HashMap<PortfolioId, Balances>,
    faults: HashMap<PortfolioId, UpstreamFault>,
    fault: Option<UpstreamFault>,
    calls: Vec<PortfolioId>,
}

/// A [`PortfolioAccounting`] with settable balances.
#[derive(Debug, Default)]
pub struct FakeAccounting(Mutex<State>);

impl FakeAccounting {
    /// This portfolio has these balances.
    pub fn set(&self, portfolio_id: PortfolioId, balances: Balances) {
        locked(&self.0).balances.insert(portfolio_id, balances);
    }

    /// Asking for this portfolio fails.
    pub fn fail_for(&self, portfolio_id: PortfolioId, fault: UpstreamFault) {
        locked(&self.0).faults.insert(portfolio_id, fault);
    }

    /// Every call fails, or none of its own (`None`).
    pub fn fail(&self, fault: Option<UpstreamFault>) {
        locked(&self.0).fault = fault;
    }

    /// The portfolios asked for, in order.
    #[must_use]
    pub fn calls(&self) -> Vec<PortfolioId> {
        locked(&self.0).calls.clone()
    }
}

#[async_trait]
impl PortfolioAccounting for FakeAccounting {
    async fn balances(&self, portfolio_id: &PortfolioId) -> Result<Option<Balances>, UpstreamError> {
        let mut state = locked(&self.0);
        state.calls.push(*portfolio_id);
        match state.fault.or(state.faults.get(portfolio_id).copied()) {
            Some(fault) => Err(fault.error(Upstream::PortfolioAccounting)),
            None => Ok(state.balances.get(portfolio_id).cloned()),
        }
    }
}
