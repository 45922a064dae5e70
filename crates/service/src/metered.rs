//! Metrics of ports: decorators around `Arc<dyn Port>`. Adapters and use cases know nothing of them.

mod idempotency_store;
mod model_store;
mod rebalance_store;
mod runs;
mod store;
mod store_health;
mod upstreams;

pub(crate) use idempotency_store::MeteredIdempotencyStore;
pub(crate) use model_store::MeteredModelStore;
pub(crate) use rebalance_store::MeteredRebalanceStore;
pub(crate) use runs::RunMetrics;
pub(crate) use store::StoreMetrics;
pub(crate) use store_health::MeteredStoreHealth;
pub(crate) use upstreams::{TraceContext, UpstreamMetrics};

use std::time::Duration;

/// Upper bounds of duration buckets, in milliseconds.
pub(crate) const BUCKETS_MS: [f64; 11] =
    [5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1_000.0, 2_500.0, 5_000.0, 10_000.0];

/// A duration as metrics count it.
pub(crate) fn milliseconds(elapsed: Duration) -> f64 {
    elapsed.as_secs_f64() * 1_000.0
}
