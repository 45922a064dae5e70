//! Who knows what a portfolio is called.

use crate::UpstreamError;
use async_trait::async_trait;
use domain::PortfolioId;
use std::collections::{HashMap, HashSet};

/// Names of portfolios. They are shown to people and decide nothing.
#[async_trait]
pub trait PortfolioDirectory: Send + Sync {
    /// The names of those of `wanted` that have one. One call serves a whole run.
    async fn names(&self, wanted: &[PortfolioId]) -> Result<HashMap<PortfolioId, String>, UpstreamError>;

    /// Those of `wanted` that exist, named or not, as the service lists them just now: nothing that was kept is used.
    async fn existing(&self, wanted: &[PortfolioId]) -> Result<HashSet<PortfolioId>, UpstreamError>;
}
