//! Services that are up until a test says otherwise.

use super::{UpstreamFault, locked};
use async_trait::async_trait;
use ports::{Upstream, UpstreamError, UpstreamHealth};
use std::collections::HashMap;
use std::sync::Mutex;

/// An [`UpstreamHealth`] of services that are all up at first.
#[derive(Debug, Default)]
pub struct FakeUpstreamHealth(Mutex<HashMap<Upstream, UpstreamFault>>);

impl FakeUpstreamHealth {
    /// Probing this service fails, or succeeds again (`None`).
    pub fn fail(&self, service: Upstream, fault: Option<UpstreamFault>) {
        let mut faults = locked(&self.0);
        match fault {
            Some(fault) => faults.insert(service, fault),
            None => faults.remove(&service),
        };
    }
}

#[async_trait]
impl UpstreamHealth for FakeUpstreamHealth {
    async fn probe(&self, service: Upstream) -> Result<(), UpstreamError> {
        match locked(&self.0).get(&service) {
            Some(fault) => Err(fault.error(service)),
            None => Ok(()),
        }
    }
}
