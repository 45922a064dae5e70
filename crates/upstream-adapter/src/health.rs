//! Whether the services can be reached: their liveness, asked once, briefly, past policy and breaker.

use crate::UpstreamUrls;
use crate::failure::{Failure, excerpt};
use crate::http::HttpClient;
use async_trait::async_trait;
use ports::{Upstream, UpstreamError, UpstreamHealth};
use std::time::Duration;

/// The time for a whole probe: the port promises an answer within two seconds.
const PROBE_TIMEOUT: Duration = Duration::from_millis(1900);

/// Asks services whether they live.
pub(crate) struct HealthProbe {
    urls: UpstreamUrls,
    http: HttpClient,
}

impl HealthProbe {
    pub(crate) const fn new(urls: UpstreamUrls, http: HttpClient) -> Self {
        Self { urls, http }
    }

    async fn ask(&self, service: Upstream) -> Result<(), Failure> {
        let reply = self.http.get(&self.urls.of(service).join(liveness(service)), PROBE_TIMEOUT).await?;
        if reply.status.is_success() {
            return Ok(());
        }
        let cause = format!("liveness answers status {}: {:?}", reply.status.as_u16(), excerpt(&reply.body)).into();
        Err(Failure::Unavailable { retry_after: reply.retry_after, cause })
    }
}

/// What depends on nothing but the service itself: readiness of accounting cascades, that of portfolio flaps.
const fn liveness(service: Upstream) -> &'static str {
    match service {
        Upstream::PortfolioAccounting => "/health/live",
        Upstream::Pricing => "/actuator/health/liveness",
        Upstream::Portfolio => "/",
        Upstream::Security => "/health/liveness",
    }
}

#[async_trait]
impl UpstreamHealth for HealthProbe {
    async fn probe(&self, service: Upstream) -> Result<(), UpstreamError> {
        self.ask(service).await.map_err(|failure| failure.into_error(service))
    }
}

#[cfg(test)]
mod tests;
