//! The tests of validation and deployment. Those that need a control plane have `cluster` in their names.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests fail by panicking, like the tests themselves"
)]

mod check;
mod cluster;
mod plans;
mod reports;
mod rules;
#[path = "../support/mod.rs"]
mod support;
mod waivers;
