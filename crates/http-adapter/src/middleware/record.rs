//! One request as it is counted and logged: once, when its last byte is out or the caller is gone.

use crate::context::RequestContext;
use crate::metrics::{HttpMetrics, UNMATCHED, method_label};
use actix_web::body::{BodySize, MessageBody};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Bytes;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::Instant;
use tracing::Span;

/// What nginx calls "client closed request": the caller went away before there was an answer.
const CLIENT_GONE: u16 = 499;

/// Whether all of an answer was handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Delivery {
    Begun,
    Whole,
    Failed,
}

/// One request. Dropping it writes the log event and the metrics.
pub(crate) struct Record {
    pub(crate) metrics: Arc<HttpMetrics>,
    pub(crate) context: RequestContext,
    pub(crate) span: Span,
    pub(crate) began: Instant,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) route: Option<String>,
    pub(crate) status: Option<StatusCode>,
    /// The code of the problem that was answered.
    pub(crate) problem: Option<&'static str>,
    /// What was behind it.
    pub(crate) cause: Option<String>,
    bytes: u64,
    delivery: Delivery,
}

impl Record {
    pub(crate) fn new(
        metrics: Arc<HttpMetrics>,
        context: RequestContext,
        span: Span,
        method: Method,
        path: String,
    ) -> Self {
        metrics.began();
        Self {
            metrics,
            context,
            span,
            began: Instant::now(),
            method,
            path,
            route: None,
            status: None,
            problem: None,
            cause: None,
            bytes: 0,
            delivery: Delivery::Begun,
        }
    }

    fn outcome(&self) -> &'static str {
        match (self.status, self.delivery) {
            (None, _) => "abandoned",
            (Some(_), Delivery::Whole) => "answered",
            (Some(_), Delivery::Failed) => "aborted",
            (Some(_), Delivery::Begun) => "cut",
        }
    }

    fn log(&self, status: StatusCode, route: &str, took: Duration) {
        let Self { context, method, path, bytes, .. } = self;
        let ms = took.as_secs_f64() * 1000.0;
        let (problem, cause) = (self.problem.unwrap_or_default(), self.cause.as_deref().unwrap_or_default());
        macro_rules! event {
            ($level:ident) => {
                tracing::$level!(
                    method = method_label(method),
                    route,
                    path,
                    status = status.as_u16(),
                    ms,
                    bytes,
                    outcome = self.outcome(),
                    correlation_id = context.correlation_id,
                    trace_id = context.trace_id,
                    problem,
                    cause,
                    "request"
                )
            };
        }
        if status.is_server_error() || self.delivery == Delivery::Failed {
            event!(error);
        } else if route.starts_with("/health") || route == "/metrics" {
            event!(debug);
        } else {
            event!(info);
        }
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        let took = self.began.elapsed();
        let gone = StatusCode::from_u16(CLIENT_GONE).unwrap_or(StatusCode::BAD_REQUEST);
        let status = self.status.unwrap_or(gone);
        let route = self.route.as_deref().unwrap_or(UNMATCHED);
        self.metrics.ended(&self.method, route, status, took);
        self.span.record("http.route", route);
        self.span.record("http.response.status_code", status.as_u16());
        self.span.record("otel.name", format!("{} {route}", method_label(&self.method)));
        if status.is_server_error() || self.delivery == Delivery::Failed {
            self.span.record("otel.status_code", "ERROR");
        }
        let span = self.span.clone();
        span.in_scope(|| self.log(status, route, took));
    }
}

/// A body that keeps the record up to date as it is sent.
pub(crate) struct Recorded<B> {
    body: Pin<Box<B>>,
    record: Record,
}

impl<B: MessageBody> Recorded<B> {
    pub(crate) fn new(body: B, mut record: Record) -> Self {
        if matches!(body.size(), BodySize::None | BodySize::Sized(0)) {
            // Nothing will be polled.
            record.delivery = Delivery::Whole;
        }
        Self { body: Box::pin(body), record }
    }
}

impl<B: MessageBody> MessageBody for Recorded<B> {
    type Error = B::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, B::Error>>> {
        let this = &mut *self;
        let span = this.record.span.clone();
        let polled = span.in_scope(|| this.body.as_mut().poll_next(cx));
        match &polled {
            Poll::Ready(Some(Ok(chunk))) => {
                this.record.bytes += chunk.len() as u64;
                if matches!(this.body.size(), BodySize::Sized(size) if size == this.record.bytes) {
                    this.record.delivery = Delivery::Whole;
                }
            }
            Poll::Ready(Some(Err(_))) => this.record.delivery = Delivery::Failed,
            Poll::Ready(None) => this.record.delivery = Delivery::Whole,
            Poll::Pending => {}
        }
        polled
    }
}
