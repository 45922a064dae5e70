//! The rebalance record: what was decided for each portfolio, and why. A stored rebalance and the answer to the
//! caller who asked for it are both views of these types.

mod failure;
mod optimality;
mod portfolio;
mod reason;
mod record;
mod trade;

pub use failure::{FailureCode, FailureDetail, PortfolioFailure};
pub use optimality::{Optimality, Proof, Ties};
pub use portfolio::{PortfolioRebalance, RebalancedPosition, share};
pub use reason::Reason;
pub use record::{Rebalance, RebalanceHeader};
pub use trade::{Side, Trade};
