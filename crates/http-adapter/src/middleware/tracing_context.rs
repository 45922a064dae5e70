//! W3C trace context: whose trace a request belongs to.

use actix_web::http::header::HeaderMap;
use opentelemetry::Context;
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::TraceContextExt;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(actix_web::http::header::HeaderName::as_str).collect()
    }
}

/// Makes `span` a child of the caller's span, if there is one, and returns the trace that it belongs to.
pub(crate) fn adopt(span: &Span, headers: &HeaderMap) -> Option<String> {
    let caller = TraceContextPropagator::new().extract_with_context(&Context::new(), &Headers(headers));
    let remote = caller.span().span_context().clone();
    if remote.is_valid() {
        // Refused only when no layer exports spans: then the caller's trace is still worth naming.
        let _not_exported = span.set_parent(caller);
    }
    let exported = span.context().span().span_context().clone();
    let known = if exported.is_valid() { exported } else { remote };
    known.is_valid().then(|| known.trace_id().to_string())
}
