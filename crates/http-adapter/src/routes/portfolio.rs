//! `/api/v1/portfolio/{portfolio_id}/rebalance`

pub(crate) mod preview;
pub(crate) mod rebalance;
