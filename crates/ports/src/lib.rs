//! What the application needs from the outside: driven-port traits and their errors.
//!
//! Each trait is a capability with obligations; each sentence of a method's documentation is a test in
//! `port-contracts`. All traits are object-safe and used as `Arc<dyn …>`.
//!
//! # How to add a port
//! 1. A trait in a module of its own here, with the obligations and errors of each method.
//! 2. Its contract suite and an in-memory fake in `port-contracts` (stores), or HTTP-level tests in its adapter.
//! 3. An adapter in the adapter crate that owns the technology; the suite runs against it in the adapter's tests.
//! 4. The use case takes it as `Arc<dyn …>`; `service::wiring` passes the adapter.

mod accounting;
mod clock;
mod directory;
mod health;
mod idempotency;
mod ids;
mod model_store;
mod paging;
mod prices;
mod rebalance_store;
mod securities;
mod store_error;
mod upstream_error;

pub use accounting::PortfolioAccounting;
pub use clock::Clock;
pub use directory::PortfolioDirectory;
pub use health::{StoreHealth, UpstreamHealth};
pub use idempotency::{
    Claim, ClaimRequest, Fingerprint, HeldClaim, IdempotencyKey, IdempotencyKeyError, IdempotencyStore, ResourceId,
};
pub use ids::IdSource;
pub use model_store::{DateChange, ModelSort, ModelSortKey, ModelStore, ModelStoreError};
pub use paging::{Direction, Page, Slice};
pub use prices::{PriceList, PriceSource};
pub use rebalance_store::{PortfolioStream, RebalanceSort, RebalanceSortKey, RebalanceStore, RebalanceStoreError};
pub use securities::{SecurityMaster, TickerMap};
pub use store_error::StoreError;
pub use upstream_error::{Upstream, UpstreamError};
