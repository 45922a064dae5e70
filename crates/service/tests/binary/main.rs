//! The real binary, as its operators and callers meet it, with the simulated suite behind it.
#![expect(clippy::expect_used, clippy::panic, reason = "without its processes a test can only fail")]

mod process;
mod suite;

mod commands;
mod lifecycle;
mod mongodb;
mod rebalancing;
mod store_file;
mod upstream_faults;
