//! What the interface is given: the use cases, how it behaves, where it counts.

use crate::metrics::HttpMetrics;
use application::Application;
use opentelemetry::metrics::Meter;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// How the interface behaves.
#[derive(Clone, Debug)]
pub struct HttpConfig {
    /// Origins that browsers may call from; empty: all of them, without credentials.
    pub cors_origins: Vec<String>,
    /// Until when a request must have its answer. Streams are not cut once they have begun; a rebalance that is being
    /// written is written to its end.
    pub request_timeout: Duration,
    /// The largest body that is read, in bytes.
    pub body_limit: usize,
    /// Requests in progress at the most; further ones are refused at once. Health and metrics are always answered.
    pub max_in_flight: usize,
    /// The service's name in health answers.
    pub service_name: String,
    /// The version in health answers.
    pub version: String,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            cors_origins: Vec::new(),
            request_timeout: Duration::from_secs(30),
            body_limit: 1024 * 1024,
            max_in_flight: 1_000,
            service_name: "order-generation-service".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

/// Writes all metrics of the process in Prometheus' text format.
pub type MetricsText = Arc<dyn Fn() -> Result<String, Box<dyn Error + Send + Sync>> + Send + Sync>;

/// What all handlers share; cheap to clone, one per process.
#[derive(Clone)]
pub struct HttpState {
    /// The use cases.
    pub(crate) application: Arc<Application>,
    pub(crate) config: Arc<HttpConfig>,
    pub(crate) metrics: Arc<HttpMetrics>,
    pub(crate) metrics_text: MetricsText,
    /// Room for requests in progress.
    pub(crate) in_flight: Arc<Semaphore>,
    /// When the process began to serve.
    pub(crate) started: Instant,
}

impl HttpState {
    /// State whose uptime begins now. Request metrics are counted on `meter`; `metrics_text` answers `/metrics`.
    #[must_use]
    pub fn new(application: Arc<Application>, config: HttpConfig, meter: &Meter, metrics_text: MetricsText) -> Self {
        let (config, metrics) = (Arc::new(config), Arc::new(HttpMetrics::new(meter)));
        let in_flight = Arc::new(Semaphore::new(config.max_in_flight.min(Semaphore::MAX_PERMITS)));
        Self { application, config, metrics, metrics_text, in_flight, started: Instant::now() }
    }
}
