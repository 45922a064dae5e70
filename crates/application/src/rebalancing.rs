//! How a rebalance is made: balances, one price snapshot and one securities map are read, every portfolio is solved on
//! the worker threads, and what came out is committed. The use cases say what for.

mod admission;
mod answer;
mod commit;
mod engine;
mod error;
mod observer;
mod portfolio;
mod rebalancer;
mod scenario;
mod solver_pool;
mod solving;

pub(crate) use admission::Admission;
pub use answer::{PortfolioOutcome, RebalanceAnswer};
pub(crate) use commit::{Commit, NewRebalance};
pub(crate) use engine::{Engine, Instruction};
pub use error::RebalanceError;
pub use observer::{OptimizationOutcome, RunObserver, Unobserved};
pub(crate) use rebalancer::Rebalancer;
pub use scenario::Scenario;
pub use solver_pool::SolverPool;
