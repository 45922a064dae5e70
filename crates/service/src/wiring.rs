//! Which adapter stands behind which port.

use crate::config::Config;
use crate::identity::{ObjectIds, SystemClock};
use crate::metered::{MeteredStoreHealth, RunMetrics, StoreMetrics, TraceContext, UpstreamMetrics};
use crate::stores::{APPEND_TIMEOUT, StorePorts};
use application::{Application, Ports, Settings};
use opentelemetry::metrics::Meter;
use std::sync::Arc;
use std::time::Duration;
use upstream_adapter::{SystemPace, UpstreamClients, UpstreamConfig, UpstreamHooks};

/// What a run may take besides the request's own time and the write that is let finish.
const GRACE: Duration = Duration::from_secs(30);

/// Wires all use cases to the configured adapters.
pub(crate) fn application(config: &Config, stores: &StorePorts, meter: &Meter) -> anyhow::Result<Application> {
    let stores = stores.clone().metered(&StoreMetrics::new(meter));
    let upstreams = upstreams(config, meter)?;
    let ports = Ports {
        models: stores.models,
        rebalances: stores.rebalances,
        requests: stores.requests,
        store_health: Arc::new(MeteredStoreHealth::new(stores.health, meter)),
        accounting: upstreams.accounting(),
        prices: upstreams.prices(),
        securities: upstreams.securities(),
        directory: upstreams.directory(),
        upstream_health: upstreams.health(),
        clock: Arc::new(SystemClock),
        ids: Arc::new(ObjectIds::new(SystemClock)),
        observer: Arc::new(RunMetrics::new(meter)),
    };
    let settings = Settings {
        solver_workers: config.solver_workers,
        optimization_timeout: config.optimization_timeout,
        parallel_reads: config.parallel_reads.get(),
        reserve: config.reserve,
        busy_for: config.request_timeout + APPEND_TIMEOUT + GRACE,
    };
    Application::new(ports, &settings).map_err(anyhow::Error::from_boxed)
}

fn upstreams(config: &Config, meter: &Meter) -> anyhow::Result<UpstreamClients> {
    let settings = UpstreamConfig {
        urls: config.urls.clone(),
        timeout: config.upstream_timeout,
        retries: config.upstream_retries,
        max_parallel: config.parallel_reads,
        ..UpstreamConfig::default()
    };
    let hooks = UpstreamHooks {
        pace: Arc::new(SystemPace::new()),
        observer: Arc::new(UpstreamMetrics::new(meter)),
        context: Arc::new(TraceContext),
    };
    Ok(UpstreamClients::new(&settings, &hooks)?)
}
