//! What handlers are given: path ids (400 when malformed), query parameters, bodies, keys. All failures are problems.

mod body;
mod canonical;
mod key;
mod path;
mod precondition;
mod query;

pub(crate) use body::Body;
pub(crate) use key::IdempotencyHeader;
pub(crate) use path::{ModelIdPath, PortfolioIdPath, RebalanceIdPath, RebalancePortfolioPath};
pub(crate) use precondition::{etag, unchanged};
pub(crate) use query::{Number, Query};
