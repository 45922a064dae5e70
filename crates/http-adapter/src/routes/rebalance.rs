//! `/api/v1/rebalance/{rebalance_id}` and what is below it

pub(crate) mod delete;
pub(crate) mod failures;
pub(crate) mod get;
pub(crate) mod portfolios;
pub(crate) mod positions;
