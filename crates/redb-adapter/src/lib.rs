//! The store ports on an embedded redb file: one file, one process, every acknowledged write on disk.
//!
//! | module | what is in it |
//! |---|---|
//! | `open` | the one way to a store, and everything that can stand in its way |
//! | `engine` | transactions on the blocking pool, one writer at a time, reopening after an I/O failure |
//! | `tables` | every table, its layout, and the version in its name |
//! | `schema` | the version of the whole, and the steps that lead to it |
//! | `records` | what the values of the tables are: private, versioned, exact |
//! | `models`, `rebalances`, `idempotency`, `health` | the ports |
//!
//! Files, directories and disks fail; `docs/adr/0401-redb-as-the-embedded-default.md` says what is promised then.

mod backend;
mod compaction;
mod engine;
mod failure;
mod health;
mod idempotency;
mod models;
mod open;
mod rebalances;
mod records;
mod schema;
mod tables;

#[cfg(test)]
mod fault_tests;

pub use health::RedbHealth;
pub use idempotency::RedbIdempotencyStore;
pub use models::RedbModelStore;
pub use open::{OpenError, RedbStore};
pub use rebalances::RedbRebalanceStore;
