//! The store ports on MongoDB.
//!
//! [`MongoStore::connect`] gives a store that needs no server to be there yet; its parts are the ports' traits. The
//! documents are private to this crate.
//!
//! | room | what is in it |
//! |---|---|
//! | `config` | the settings, and which of them a URL may not weaken |
//! | `schema` | all collections and indexes |
//! | `connection` | the one way to the server: free connection, deadline, outage log, writes that outlive their caller |
//! | `fault` | what an error means: refused, or unknown whether it happened |
//! | `models`, `rebalances`, `idempotency` | the stores, each with its documents |
//! | `amount`, `fields` | exact decimals and named fields in BSON |
//!
//! # Invariants
//! - No transactions: a standalone server has none. What belongs together becomes visible by one document, written
//!   last (docs/adr/0601).
//! - A write whose outcome is unknown is read back before anybody is told anything; each write carries an id of its
//!   own by which it is recognised (docs/adr/0603).
//! - No error, log line or `Debug` output repeats the URL's credentials.

mod amount;
mod config;
mod connection;
mod fault;
mod fields;
mod health;
mod idempotency;
mod models;
mod outage;
mod paging;
mod rebalances;
mod schema;
mod store;

pub use config::{MongoConfig, MongoConfigError};
pub use store::MongoStore;
