//! Logs, traces and metrics of the process: set up once at the start, flushed at the end.

mod exposition;

pub(crate) use exposition::Exposition;

use crate::config::{LogFormat, TelemetryConfig};
use anyhow::Context;
use opentelemetry::metrics::{Meter, MeterProvider};
use opentelemetry::trace::TracerProvider;
use opentelemetry::{KeyValue, global};
use opentelemetry_otlp::{MetricExporter, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use std::io::IsTerminal;
use std::sync::mpsc;
use std::time::{Duration, Instant};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// The instrumentation scope of everything this service reports.
const SCOPE: &str = "order-generation-service";

/// How long the last telemetry may take, all exporters together.
const FLUSH_BUDGET: Duration = Duration::from_secs(2);

/// The providers, kept to be flushed.
pub(crate) struct Telemetry {
    traces: SdkTracerProvider,
    metrics: SdkMeterProvider,
    /// What `/metrics` shows.
    pub(crate) exposition: Exposition,
    /// Makes instruments.
    pub(crate) meter: Meter,
}

impl Telemetry {
    /// Installs the log subscriber, the W3C propagator and the exporters. Must be called inside a tokio runtime.
    pub(crate) fn install(config: &TelemetryConfig) -> anyhow::Result<Self> {
        global::set_text_map_propagator(TraceContextPropagator::new());
        let attributes = config.resource.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone()));
        let resource = Resource::builder()
            .with_service_name(config.service_name.clone())
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .with_attributes(attributes)
            .build();
        let traces = traces(config, resource.clone())?;
        let exposition = Exposition::new()?;
        let metrics = metrics(config, resource, &exposition)?;
        let meter = metrics.meter(SCOPE);
        install_subscriber(config, &traces)?;
        Ok(Self { traces, metrics, exposition, meter })
    }

    /// Sends what is still waiting to be sent: traces and metrics at the same time, within one budget. A collector that
    /// cannot be reached, or takes and never answers, is said and not waited for.
    pub(crate) fn flush(self) {
        let (traces, metrics) = (self.traces, self.metrics);
        let (done, ends) = mpsc::channel();
        let report = done.clone();
        // Threads of their own: who waits for them gives up, and the process ends without them.
        std::thread::spawn(move || report.send(("traces", traces.shutdown())));
        std::thread::spawn(move || done.send(("metrics", metrics.shutdown())));
        let until = Instant::now() + FLUSH_BUDGET;
        for _ in 0..2 {
            match ends.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok((_, Ok(()))) => {}
                Ok((what, Err(error))) => tracing::warn!(%error, "{what} could not be flushed"),
                Err(_) => {
                    tracing::warn!("telemetry was not flushed in time");
                    return;
                }
            }
        }
    }
}

fn traces(config: &TelemetryConfig, resource: Resource) -> anyhow::Result<SdkTracerProvider> {
    let mut builder = SdkTracerProvider::builder().with_resource(resource);
    if let Some(endpoint) = &config.otlp_endpoint {
        let exporter = SpanExporter::builder().with_tonic().with_endpoint(endpoint).build();
        builder = builder.with_batch_exporter(exporter.context("the trace exporter cannot be built")?);
    }
    Ok(builder.build())
}

fn metrics(config: &TelemetryConfig, resource: Resource, exposition: &Exposition) -> anyhow::Result<SdkMeterProvider> {
    let mut builder = SdkMeterProvider::builder().with_resource(resource).with_reader(exposition.reader()?);
    if let Some(endpoint) = &config.otlp_endpoint {
        let exporter = MetricExporter::builder().with_tonic().with_endpoint(endpoint).build();
        builder = builder.with_periodic_exporter(exporter.context("the metric exporter cannot be built")?);
    }
    Ok(builder.build())
}

fn install_subscriber(config: &TelemetryConfig, traces: &SdkTracerProvider) -> anyhow::Result<()> {
    let filter: Targets = config.log_level.parse().context("the log level is not a filter")?;
    let lines = match config.log_format {
        LogFormat::Json => {
            let json = tracing_subscriber::fmt::layer().json().flatten_event(true).with_current_span(false);
            json.with_writer(std::io::stderr).with_filter(filter).boxed()
        }
        LogFormat::Text => {
            // Colours are for people at a terminal: a file or a collector would keep their codes.
            let text = tracing_subscriber::fmt::layer().with_ansi(std::io::stderr().is_terminal());
            text.with_writer(std::io::stderr).with_filter(filter).boxed()
        }
    };
    // Spans go to the collector from `info` up, whatever the log shows.
    let spans = tracing_opentelemetry::layer().with_tracer(traces.tracer(SCOPE));
    let spans = spans.with_filter(tracing_subscriber::filter::LevelFilter::INFO);
    tracing_subscriber::registry().with(lines).with(spans).try_init().context("a log subscriber is installed already")
}
