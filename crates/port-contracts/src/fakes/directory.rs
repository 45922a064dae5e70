//! Names of portfolios as a test sets them.

use super::{UpstreamFault, locked};
use async_trait::async_trait;
use domain::PortfolioId;
use ports::{PortfolioDirectory, Upstream, UpstreamError};
use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

#[derive(Debug, Default)]
struct State {
    names: HashMap<PortfolioId, String>,
    fault: Option<UpstreamFault>,
    calls: Vec<Vec<PortfolioId>>,
}

/// A [`PortfolioDirectory`] with settable names, none at first.
#[derive(Debug, Default)]
pub struct FakeDirectory(Mutex<State>);

impl FakeDirectory {
    /// This portfolio is called so.
    pub fn set(&self, portfolio_id: PortfolioId, name: &str) {
        locked(&self.0).names.insert(portfolio_id, name.to_owned());
    }

    /// Every call fails, or none (`None`).
    pub fn fail(&self, fault: Option<UpstreamFault>) {
        locked(&self.0).fault = fault;
    }

    /// What was asked for, call by call.
    #[must_use]
    pub fn calls(&self) -> Vec<Vec<PortfolioId>> {
        locked(&self.0).calls.clone()
    }
}

#[async_trait]
impl PortfolioDirectory for FakeDirectory {
    async fn names(&self, wanted: &[PortfolioId]) -> Result<HashMap<PortfolioId, String>, UpstreamError> {
        let mut state = locked(&self.0);
        state.calls.push(wanted.to_vec());
        match state.fault {
            Some(fault) => Err(fault.error(Upstream::Portfolio)),
            None => Ok(wanted.iter().filter_map(|id| Some((*id, state.names.get(id)?.clone()))).collect()),
        }
    }

    async fn existing(&self, wanted: &[PortfolioId]) -> Result<HashSet<PortfolioId>, UpstreamError> {
        let state = locked(&self.0);
        match state.fault {
            Some(fault) => Err(fault.error(Upstream::Portfolio)),
            None => Ok(wanted.iter().copied().filter(|id| state.names.contains_key(id)).collect()),
        }
    }
}
