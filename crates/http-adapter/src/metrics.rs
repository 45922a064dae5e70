//! Metrics of requests. Label sets are bounded: route templates, known methods, statuses.

use actix_web::http::{Method, StatusCode};
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram, Meter, UpDownCounter};
use std::time::Duration;

/// Upper bounds of the duration buckets, in milliseconds.
const BUCKETS_MS: [f64; 11] = [5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0, 2500.0, 5000.0, 10_000.0];

/// The value of `path` for all paths that match no route.
pub(crate) const UNMATCHED: &str = "unmatched";

/// The instruments. Their names are written out in full: no exporter adds to them.
pub(crate) struct HttpMetrics {
    requests: Counter<u64>,
    duration: Histogram<f64>,
    in_flight: UpDownCounter<i64>,
}

impl HttpMetrics {
    pub(crate) fn new(meter: &Meter) -> Self {
        Self {
            requests: meter.u64_counter("http_requests_total").with_description("Requests answered").build(),
            duration: meter
                .f64_histogram("http_request_duration_milliseconds")
                .with_unit("ms")
                .with_boundaries(BUCKETS_MS.to_vec())
                .with_description("Time from the request line to the last byte of the answer")
                .build(),
            in_flight: meter
                .i64_up_down_counter("http_requests_in_flight")
                .with_description("Requests being served")
                .build(),
        }
    }

    pub(crate) fn began(&self) {
        self.in_flight.add(1, &[]);
    }

    pub(crate) fn ended(&self, method: &Method, route: &str, status: StatusCode, took: Duration) {
        let labels = [
            KeyValue::new("method", method_label(method)),
            KeyValue::new("path", route.to_owned()),
            KeyValue::new("status", status.as_str().to_owned()),
        ];
        self.in_flight.add(-1, &[]);
        self.requests.add(1, &labels);
        self.duration.record(took.as_secs_f64() * 1000.0, &labels);
    }
}

/// The method, or one value for all that HTTP does not define.
pub(crate) fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::PATCH => "PATCH",
        Method::TRACE => "TRACE",
        Method::CONNECT => "CONNECT",
        _ => "OTHER",
    }
}
