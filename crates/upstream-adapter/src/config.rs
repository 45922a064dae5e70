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
    /// Failed tries in a row after which a service is left alone: 20. More than `max_parallel`, because one bad moment
    /// fails all calls that are under way, and that alone is what retries are for.
    pub breaker_failures: NonZeroU32,
    /// How long a service is left alone: 10 s.
    pub breaker_pause: Duration,
    /// How long the list of portfolio names may be used again: 60 s; zero reads it for each run. Names decide nothing; what
    /// decides is read for each run.
    pub cache_ttl: Duration,
    /// The most bytes of an answer, after decompression: 64 MiB.
    pub max_body_bytes: usize,
}

impl Default for UpstreamConfig {
    fn default() -> Self {
        Self {
            urls: UpstreamUrls::default(),
            timeout: Duration::from_secs(10),
            retries: 3,
            deadline: Duration::from_secs(25),
            max_parallel: NonZeroUsize::MIN.saturating_add(15),
            breaker_failures: NonZeroU32::MIN.saturating_add(19),
            breaker_pause: Duration::from_secs(10),
            cache_ttl: Duration::from_mins(1),
            max_body_bytes: 64 * 1024 * 1024,
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

    #[test]
    fn one_bad_moment_of_all_parallel_calls_does_not_open_the_breaker() {
        let config = UpstreamConfig::default();
        assert_eq!(config.max_parallel.get(), 16);
        assert_eq!(config.breaker_failures.get(), 20);
    }
}
