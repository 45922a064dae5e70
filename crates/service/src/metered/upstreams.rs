//! What is counted of calls to other services, and what they are sent along.

use super::{BUCKETS_MS, milliseconds};
use opentelemetry::metrics::{Counter, Gauge, Histogram, Meter};
use opentelemetry::{KeyValue, global};
use ports::Upstream;
use std::collections::HashMap;
use std::time::Duration;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use upstream_adapter::{BreakerState, Outcome, RequestContext, UpstreamObserver};

/// `upstream_requests_total{service,outcome}`, `upstream_request_duration_milliseconds{service}` and
/// `circuit_breaker_state{service}` (0 closed, 1 half open, 2 open).
pub(crate) struct UpstreamMetrics {
    requests: Counter<u64>,
    durations: Histogram<f64>,
    breakers: Gauge<u64>,
}

impl UpstreamMetrics {
    pub(crate) fn new(meter: &Meter) -> Self {
        Self {
            requests: meter
                .u64_counter("upstream_requests_total")
                .with_description("Requests to other services by outcome; each try is one")
                .build(),
            durations: meter
                .f64_histogram("upstream_request_duration_milliseconds")
                .with_description("Duration of requests to other services")
                .with_boundaries(BUCKETS_MS.to_vec())
                .build(),
            breakers: meter
                .u64_gauge("circuit_breaker_state")
                .with_description("0 closed, 1 half open, 2 open")
                .build(),
        }
    }
}

impl UpstreamObserver for UpstreamMetrics {
    fn request(&self, service: Upstream, outcome: Outcome, elapsed: Duration) {
        let service = KeyValue::new("service", service.name());
        // A request that was refused took no time; it would only blur the others.
        if outcome != Outcome::CircuitOpen {
            self.durations.record(milliseconds(elapsed), std::slice::from_ref(&service));
        }
        self.requests.add(1, &[service, KeyValue::new("outcome", outcome.name())]);
    }

    fn breaker(&self, service: Upstream, state: BreakerState) {
        let number = match state {
            BreakerState::Closed => 0,
            BreakerState::HalfOpen => 1,
            BreakerState::Open => 2,
        };
        self.breakers.record(number, &[KeyValue::new("service", service.name())]);
    }
}

/// Sends the W3C trace context of the current span along.
pub(crate) struct TraceContext;

impl RequestContext for TraceContext {
    fn headers(&self) -> Vec<(&'static str, String)> {
        let mut carrier = HashMap::new();
        let context = tracing::Span::current().context();
        global::get_text_map_propagator(|propagator| propagator.inject_context(&context, &mut carrier));
        let known = ["traceparent", "tracestate"];
        known.into_iter().filter_map(|name| Some((name, carrier.remove(name)?))).collect()
    }
}
