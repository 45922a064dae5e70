//! All clients, built together.

use crate::accounting::AccountingClient;
use crate::cache::Cache;
use crate::channel::Channel;
use crate::directory::DirectoryClient;
use crate::health::HealthProbe;
use crate::http::{HttpClient, held_in_all};
use crate::pricing::PricingClient;
use crate::securities::SecurityClient;
use crate::{BreakerState, ClientBuildError, UpstreamConfig, UpstreamHooks};
use ports::{PortfolioAccounting, PortfolioDirectory, PriceSource, SecurityMaster, Upstream, UpstreamHealth};
use std::sync::Arc;

/// The clients of all services. They share one connection pool; each service has its own breaker and its own bound on
/// parallel calls. Built once, used for the life of the program.
pub struct UpstreamClients {
    channels: [(Upstream, Arc<Channel>); 4],
    accounting: Arc<AccountingClient>,
    prices: Arc<PricingClient>,
    securities: Arc<SecurityClient>,
    directory: Arc<DirectoryClient>,
    health: Arc<HealthProbe>,
}

impl UpstreamClients {
    /// Clients that are called as `config` says. Nothing is sent yet.
    ///
    /// # Errors
    /// [`ClientBuildError`] when TLS cannot be set up.
    pub fn new(config: &UpstreamConfig, hooks: &UpstreamHooks) -> Result<Self, ClientBuildError> {
        let held_in_all = held_in_all(config);
        let channel = |service| {
            let http = HttpClient::new(service, &held_in_all, config, hooks)?;
            Ok(Arc::new(Channel::new(service, http, config, hooks)))
        };
        let accounting = channel(Upstream::PortfolioAccounting)?;
        let pricing = channel(Upstream::Pricing)?;
        let portfolio = channel(Upstream::Portfolio)?;
        let security = channel(Upstream::Security)?;
        // Probes go to all services: connections are kept as long as the least patient one keeps them.
        let probes = HttpClient::new(Upstream::Portfolio, &held_in_all, config, hooks)?;
        Ok(Self {
            accounting: Arc::new(AccountingClient::new(Arc::clone(&accounting))),
            prices: Arc::new(PricingClient::new(Arc::clone(&pricing))),
            securities: Arc::new(SecurityClient::new(Arc::clone(&security))),
            directory: Arc::new(DirectoryClient::new(
                Arc::clone(&portfolio),
                Cache::new(config.cache_ttl, Arc::clone(&hooks.pace)),
            )),
            health: Arc::new(HealthProbe::new(config.urls.clone(), probes)),
            channels: [
                (Upstream::PortfolioAccounting, accounting),
                (Upstream::Pricing, pricing),
                (Upstream::Portfolio, portfolio),
                (Upstream::Security, security),
            ],
        })
    }

    /// Cash and holdings of portfolios.
    #[must_use]
    pub fn accounting(&self) -> Arc<dyn PortfolioAccounting> {
        Arc::clone(&self.accounting) as _
    }

    /// Prices of all tickers.
    #[must_use]
    pub fn prices(&self) -> Arc<dyn PriceSource> {
        Arc::clone(&self.prices) as _
    }

    /// Tickers of securities.
    #[must_use]
    pub fn securities(&self) -> Arc<dyn SecurityMaster> {
        Arc::clone(&self.securities) as _
    }

    /// Names of portfolios.
    #[must_use]
    pub fn directory(&self) -> Arc<dyn PortfolioDirectory> {
        Arc::clone(&self.directory) as _
    }

    /// Whether the services can be reached.
    #[must_use]
    pub fn health(&self) -> Arc<dyn UpstreamHealth> {
        Arc::clone(&self.health) as _
    }

    /// The state of each service's breaker.
    #[must_use]
    pub fn breaker_states(&self) -> [(Upstream, BreakerState); 4] {
        self.channels.each_ref().map(|(service, channel)| (*service, channel.breaker_state()))
    }
}
