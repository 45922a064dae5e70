//! Who knows what a portfolio holds.

use crate::UpstreamError;
use async_trait::async_trait;
use domain::{Balances, PortfolioId};

/// Cash and holdings of portfolios.
#[async_trait]
pub trait PortfolioAccounting: Send + Sync {
    /// The balances of one portfolio, whole: a book too large for one answer is read in pages. Rows of zero units are
    /// left out, each security stands once. `None` when accounting has no balances of it: it is unknown, or was never
    /// funded.
    ///
    /// # Errors
    /// `Invalid` concerns this portfolio only; every other error means that accounting does not work at present.
    async fn balances(&self, portfolio_id: &PortfolioId) -> Result<Option<Balances>, UpstreamError>;
}
