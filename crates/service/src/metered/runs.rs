//! What is counted of runs and solves.

use super::{BUCKETS_MS, milliseconds};
use application::{OptimizationOutcome, RunObserver};
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram, Meter, UpDownCounter};
use std::time::Duration;

/// `optimizations_total{outcome}`, `optimization_duration_milliseconds` and `rebalance_runs{state}`: how many run now,
/// and how many have succeeded and failed since the start.
pub(crate) struct RunMetrics {
    optimizations: Counter<u64>,
    durations: Histogram<f64>,
    runs: UpDownCounter<i64>,
}

impl RunMetrics {
    pub(crate) fn new(meter: &Meter) -> Self {
        let fine = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5].iter().chain(&BUCKETS_MS).copied().collect();
        Self {
            optimizations: meter
                .u64_counter("optimizations_total")
                .with_description("Portfolios solved, by outcome")
                .build(),
            durations: meter
                .f64_histogram("optimization_duration_milliseconds")
                .with_description("Time to state, solve and check one portfolio")
                .with_boundaries(fine)
                .build(),
            runs: meter
                .i64_up_down_counter("rebalance_runs")
                .with_description("Rebalances running now, and ended since the start")
                .build(),
        }
    }

    fn count(&self, change: i64, state: &'static str) {
        self.runs.add(change, &[KeyValue::new("state", state)]);
    }
}

impl RunObserver for RunMetrics {
    fn optimized(&self, outcome: OptimizationOutcome, elapsed: Duration) {
        self.optimizations.add(1, &[KeyValue::new("outcome", outcome.code())]);
        self.durations.record(milliseconds(elapsed), &[]);
    }

    fn run_started(&self) {
        self.count(1, "running");
    }

    fn run_ended(&self, succeeded: bool) {
        self.count(-1, "running");
        self.count(1, if succeeded { "succeeded" } else { "failed" });
    }
}
