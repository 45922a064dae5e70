//! What the tests of all crates share: contract suites of the store ports, in-memory fakes that pass them, fakes of
//! the other ports, faults, and builders.
//!
//! # A store port is defined by its suite
//! Each function of [`model_store`], [`rebalance_store`], [`idempotency_store`] and [`store_health`] is one obligation
//! of the port, named after the sentence that it tests. An adapter runs all of them:
//!
//! ```text
//! port_contracts::model_store_contract!(RedbFixture::new());
//! ```
//!
//! expands to a module `model_store_contract` with one `#[test]` per obligation; the expression may `.await`. It is
//! evaluated for each test and gives a [`contract::Fixture`] that [`contract::Provides`] the port, with nothing in it.
//! Wrap the line in a module to give the names a prefix (`mod mongodb { … }`).
//!
//! # Bounds that the suites state
//! Decimals of records are kept exactly, scale included, up to 34 significant digits (what a Decimal128 holds) and 38
//! decimals; times to the millisecond.
#![expect(clippy::expect_used, reason = "a suite or a fake that cannot go on must fail the test that uses it")]
#![expect(clippy::missing_panics_doc, reason = "everything here is test code: panicking is how an obligation fails")]

pub mod builders;
pub mod contract;
pub mod fakes;
pub mod faults;
pub mod idempotency_store;
pub mod memory;
pub mod model_store;
pub mod rebalance_store;
pub mod store_health;

#[doc(hidden)]
pub use ports;

pub use builders::{model_builder, rebalance_builder};
pub use fakes::{
    FakeAccounting, FakeClock, FakeDirectory, FakeIds, FakePrices, FakeSecurities, FakeUpstreamHealth, UpstreamFault,
};
pub use faults::{Fault, FaultPlan, Faulty, Gate};
pub use memory::{MemoryIdempotencyStore, MemoryModelStore, MemoryRebalanceStore};
