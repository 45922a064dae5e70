//! Counts of requests, per service and per endpoint.

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::locks::lock;
use crate::suite::Service;

/// Requests since the start or the last reset. An endpoint is a method and a path template, such as
/// `GET /api/v1/portfolios/{portfolioId}/summary`; paths that no route knows count as `GET unmatched`.
#[derive(Debug, Default)]
pub struct Counters(Mutex<BTreeMap<Service, BTreeMap<String, u64>>>);

/// Requests per endpoint of each service that was called.
pub type Counts = BTreeMap<Service, BTreeMap<String, u64>>;

impl Counters {
    pub(crate) fn record(&self, service: Service, endpoint: &str) {
        let mut counts = lock(&self.0);
        let of_service = counts.entry(service).or_default();
        match of_service.get_mut(endpoint) {
            Some(count) => *count += 1,
            None => {
                of_service.insert(endpoint.to_owned(), 1);
            }
        }
    }

    /// Requests to all five services together.
    #[must_use]
    pub fn total(&self) -> u64 {
        lock(&self.0).values().flat_map(BTreeMap::values).sum()
    }

    /// Requests to one service.
    #[must_use]
    pub fn of(&self, service: Service) -> u64 {
        lock(&self.0).get(&service).map_or(0, |counts| counts.values().sum())
    }

    /// Requests to one endpoint, such as `GET /api/v1/prices`.
    #[must_use]
    pub fn endpoint(&self, service: Service, endpoint: &str) -> u64 {
        lock(&self.0).get(&service).and_then(|counts| counts.get(endpoint)).copied().unwrap_or(0)
    }

    /// All counts.
    #[must_use]
    pub fn snapshot(&self) -> Counts {
        lock(&self.0).clone()
    }

    /// Back to zero.
    pub fn reset(&self) {
        lock(&self.0).clear();
    }
}
