//! The HTTP specification of `http-adapter`, every module of it, over the stores on MongoDB.
#![expect(clippy::expect_used, clippy::panic, reason = "a world that cannot be built fails the test that wants it")]

#[path = "../../../http-adapter/tests/specification/contract.rs"]
mod contract;
mod stores;
#[path = "../../../http-adapter/tests/specification/world.rs"]
mod world;

#[path = "../../../http-adapter/tests/specification/common_rules.rs"]
mod common_rules;
#[path = "../../../http-adapter/tests/specification/concurrency.rs"]
mod concurrency;
#[path = "../../../http-adapter/tests/specification/cross_origin.rs"]
mod cross_origin;
#[path = "../../../http-adapter/tests/specification/decimals.rs"]
mod decimals;
#[path = "../../../http-adapter/tests/specification/idempotency.rs"]
mod idempotency;
#[path = "../../../http-adapter/tests/specification/model_lists.rs"]
mod model_lists;
#[path = "../../../http-adapter/tests/specification/model_parts.rs"]
mod model_parts;
#[path = "../../../http-adapter/tests/specification/models.rs"]
mod models;
#[path = "../../../http-adapter/tests/specification/operations.rs"]
mod operations;
#[path = "../../../http-adapter/tests/specification/preview.rs"]
mod preview;
#[path = "../../../http-adapter/tests/specification/rebalancing.rs"]
mod rebalancing;
#[path = "../../../http-adapter/tests/specification/served.rs"]
mod served;
#[path = "../../../http-adapter/tests/specification/stored_lists.rs"]
mod stored_lists;
#[path = "../../../http-adapter/tests/specification/stored_rebalances.rs"]
mod stored_rebalances;
