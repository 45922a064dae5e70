//! What is counted of every store operation.

use super::{BUCKETS_MS, milliseconds};
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram, Meter};
use ports::{ModelStoreError, RebalanceStoreError, StoreError};
use std::future::Future;
use tokio::time::Instant;

/// `store_operations_total{operation,outcome}` and `store_operation_duration_milliseconds{operation}`.
#[derive(Clone)]
pub(crate) struct StoreMetrics {
    operations: Counter<u64>,
    durations: Histogram<f64>,
}

/// The outcome label of an error.
pub(super) trait Label {
    fn label(&self) -> &'static str;
}

impl Label for StoreError {
    fn label(&self) -> &'static str {
        match self {
            Self::Unavailable(_) => "unavailable",
            Self::Timeout(_) => "timeout",
            Self::Full(_) => "full",
            Self::Corrupt { .. } => "corrupt",
        }
    }
}

impl Label for ModelStoreError {
    fn label(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "not_found",
            Self::VersionConflict { .. } => "version_conflict",
            Self::NameTaken(_) => "name_taken",
            Self::Store(error) => error.label(),
        }
    }
}

impl Label for RebalanceStoreError {
    fn label(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "not_found",
            Self::VersionConflict { .. } => "version_conflict",
            Self::Store(error) => error.label(),
        }
    }
}

impl StoreMetrics {
    pub(crate) fn new(meter: &Meter) -> Self {
        Self {
            operations: meter
                .u64_counter("store_operations_total")
                .with_description("Store operations by outcome")
                .build(),
            durations: meter
                .f64_histogram("store_operation_duration_milliseconds")
                .with_description("Duration of store operations")
                .with_boundaries(BUCKETS_MS.to_vec())
                .build(),
        }
    }

    /// Runs an operation and counts how it ended.
    pub(super) async fn observe<T, E: Label>(
        &self,
        operation: &'static str,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let start = Instant::now();
        let result = work.await;
        self.ended(operation, result.as_ref().map_or_else(Label::label, |_| "ok"), start);
        result
    }

    /// Counts an operation that ended.
    pub(super) fn ended(&self, operation: &'static str, outcome: &'static str, start: Instant) {
        let operation = KeyValue::new("operation", operation);
        self.durations.record(milliseconds(start.elapsed()), std::slice::from_ref(&operation));
        self.operations.add(1, &[operation, KeyValue::new("outcome", outcome)]);
    }
}
