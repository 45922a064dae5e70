//! The Prometheus text that `/metrics` shows.

use anyhow::Context;
use opentelemetry_prometheus::PrometheusExporter;
use prometheus::process_collector::ProcessCollector;
use prometheus::{Registry, TextEncoder};

/// A registry with the process's own figures, to which the meter provider writes as well.
#[derive(Clone)]
pub(crate) struct Exposition {
    registry: Registry,
}

impl Exposition {
    pub(crate) fn new() -> anyhow::Result<Self> {
        let registry = Registry::new();
        registry.register(Box::new(ProcessCollector::for_self())).context("process metrics cannot be registered")?;
        Ok(Self { registry })
    }

    /// A reader for the meter provider. Names and units are written out in the instruments' names, so that this text
    /// and a collector's agree; the exporter adds none.
    pub(crate) fn reader(&self) -> anyhow::Result<PrometheusExporter> {
        opentelemetry_prometheus::exporter()
            .with_registry(self.registry.clone())
            .without_units()
            .without_counter_suffixes()
            .scope_info_enabled(false)
            .build()
            .context("the metrics exporter cannot be built")
    }

    /// The text of this moment.
    pub(crate) fn text(&self) -> Result<String, prometheus::Error> {
        TextEncoder::new().encode_to_string(&self.registry.gather())
    }
}
