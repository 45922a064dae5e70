//! The use cases, one module each. A use case reads like the paragraph that specifies it; mechanics (parallelism,
//! solving, committing) live one level down in [`rebalancing`].
//!
//! | caller wants | use case |
//! |---|---|
//! | to keep models | [`CreateModel`], [`GetModel`], [`ListModels`], [`UpdateModel`], [`DeleteModel`], [`EditModel`] |
//! | orders | [`RebalanceModel`], [`RebalancePortfolio`], [`PreviewRebalance`] |
//! | what was stored | [`ListRebalances`], [`ReadRebalance`], [`DeleteRebalance`] |
//! | a request done once | [`RunOnce`] |
//! | to know whether it works | [`HealthMonitor`] |

mod create_model;
mod delete_model;
mod delete_rebalance;
mod edit_model;
mod get_model;
mod health;
mod list_models;
mod list_rebalances;
mod preview_rebalance;
mod read_rebalance;
mod rebalance_model;
mod rebalance_portfolio;
pub mod rebalancing;
mod run_once;
mod update_model;
mod wiring;

pub use create_model::CreateModel;
pub use delete_model::DeleteModel;
pub use delete_rebalance::DeleteRebalance;
pub use edit_model::{EditModel, EditModelError};
pub use get_model::GetModel;
pub use health::{Component, HealthMonitor, HealthReport, Standing};
pub use list_models::ListModels;
pub use list_rebalances::ListRebalances;
pub use preview_rebalance::PreviewRebalance;
pub use read_rebalance::{ReadRebalance, ReadRebalanceError, StoredRebalance};
pub use rebalance_model::RebalanceModel;
pub use rebalance_portfolio::RebalancePortfolio;
pub use rebalancing::{
    OptimizationOutcome, PortfolioOutcome, RebalanceAnswer, RebalanceError, RunObserver, Scenario, Unobserved,
};
pub use run_once::{Keyed, RunOnce, RunOnceError, Ticket};
pub use update_model::{ModelChange, UpdateModel, UpdateModelError};
pub use wiring::{Application, Ports, Settings};

/// The vocabulary of the ports that use cases take and give; callers need no other crate for it.
pub use ports::{
    DateChange, Direction, Fingerprint, IdempotencyKey, IdempotencyKeyError, IdempotencyStore, ModelSort, ModelSortKey,
    ModelStore, ModelStoreError, Page, PortfolioStream, RebalanceSort, RebalanceSortKey, RebalanceStore,
    RebalanceStoreError, ResourceId, Slice, StoreError, StoreHealth, Upstream, UpstreamError,
};

/// When a request must have its answer; monotonic.
pub type Deadline = tokio::time::Instant;
