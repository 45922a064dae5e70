//! The HTTP contract, row by row and rule by rule, through the same `app` that production serves.
//!
//! `stores` says which stores the suite runs over; another crate can run the same modules over its own by including
//! them with `#[path]` beside a `stores` module of the same shape.
#![expect(clippy::expect_used, clippy::panic, reason = "a world that cannot be built fails the test that wants it")]

mod contract;
mod stores;
mod world;

mod common_rules;
mod concurrency;
mod cross_origin;
mod decimals;
mod idempotency;
mod model_lists;
mod model_parts;
mod models;
mod operations;
mod preview;
mod rebalancing;
mod served;
mod stored_lists;
mod stored_rebalances;
