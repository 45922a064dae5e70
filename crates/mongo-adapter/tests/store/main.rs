//! The stores against a real server over the wire, and against a network that fails.
//!
//! `TEST_MONGODB_URL` names the server (`cargo xtask mongodb run -- …` sets it); without one every test fails. Each
//! test has a database of its own, which is dropped afterwards.
#![expect(clippy::expect_used, reason = "what prepares a test can only fail it")]

mod database;
mod mongodb;
mod proxy;
