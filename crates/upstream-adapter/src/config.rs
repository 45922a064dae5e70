//! Where the services are and how patiently they are called.

use crate::BaseUrl;
use ports::Upstream;
use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

/// The address of each service. The defaults are the names and ports inside the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamUrls {
    /// Portfolio accounting.
    pub portfolio_accounting: BaseUrl,
    /// Pricing.
    pub pricing: BaseUrl,
    /// Portfolio.
    pub portfolio: BaseUrl,
    /// Security.
    pub security: BaseUrl,
}

impl Default for UpstreamUrls {
    fn default() -> Self {
        Self {
            portfolio_accounting: BaseUrl::built_in("http://globeco-portfolio-accounting-service:8087"),
            pricing: BaseUrl::built_in("http://globeco-pricing-service:8083"),
            portfolio: BaseUrl::built_in("http://globeco-portfolio-service:8000"),
            security: BaseUrl::built_in("http://globeco-security-service:8000"),
        }
    }
}

impl UpstreamUrls {
    /// The address of this service.
    #[must_use]
    pub const fn of(&self, service: Upstream) -> &BaseUrl {
        match service {
            Upstream::PortfolioAccounting => &self.portfolio_accounting,
            Upstream::Pricing => &self.pricing,
            Upstream::Portfolio => &self.portfolio,
            Upstream::Security => &self.security,
        }
    }

    /// Whether any of them is called over TLS.
    pub(crate) fn any_https(&self) -> bool {
        Upstream::ALL.into_iter().any(|service| self.of(service).is_https())
    }
}

/// How the services are called. Each value has a default that fits the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamConfig {
    /// Where they are.
    pub urls: UpstreamUrls,
    /// The most time one try may take, from connecting to the last byte: 10 s.
    pub timeout: Duration,
    /// Tries after the first one: 3.
    pub retries: u32,
    /// The most time one call may take with all its tries, pauses and pages, waiting for a permit not counted: 25 s,
    /// so that a caller who gives a request 30 s still learns which service failed.
    pub deadline: Duration,
    /// Calls to one service at the same time: 16.
    pub max_parallel: NonZeroUsize,
    /// Seconds of the last ten in which at least half of the tries failed, after which a service is left alone: 4. An
    /// outage of two seconds touches three of them at most, and retries outlast it.
    pub breaker_bad_seconds: NonZeroU32,
    /// How long a service is left alone: 10 s.
    pub breaker_pause: Duration,
    /// How long the list of portfolio names may be used again: 60 s; zero reads it for each run. Names decide nothing; what
    /// decides is read for each run.
    pub cache_ttl: Duration,
    /// The most bytes of an answer of accounting, after decompression: 1 MiB. A page of 1,000 balances has a quarter of it.
    pub max_book_bytes: usize,
    /// The most bytes of any other answer, after decompression: 16 MiB.
    pub max_list_bytes: usize,
    /// The most bytes of all answers that are held at the same time: 64 MiB.
    pub max_bytes_in_all: usize,
}

impl Default for UpstreamConfig {
    fn default() -> Self {
        Self {
            urls: UpstreamUrls::default(),
            timeout: Duration::from_secs(10),
            retries: 3,
            deadline: Duration::from_secs(25),
            max_parallel: NonZeroUsize::MIN.saturating_add(15),
            breaker_bad_seconds: NonZeroU32::MIN.saturating_add(3),
            breaker_pause: Duration::from_secs(10),
            cache_ttl: Duration::from_mins(1),
            max_book_bytes: 1024 * 1024,
            max_list_bytes: 16 * 1024 * 1024,
            max_bytes_in_all: 64 * 1024 * 1024,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_addresses_are_well_formed_and_those_of_the_cluster() {
        let urls = UpstreamUrls::default();
        for (service, address) in [
            (Upstream::PortfolioAccounting, "http://globeco-portfolio-accounting-service:8087"),
            (Upstream::Pricing, "http://globeco-pricing-service:8083"),
            (Upstream::Portfolio, "http://globeco-portfolio-service:8000"),
            (Upstream::Security, "http://globeco-security-service:8000"),
        ] {
            assert_eq!(urls.of(service), &address.parse::<BaseUrl>().expect("a URL"));
        }
        assert!(!urls.any_https());
    }
}
