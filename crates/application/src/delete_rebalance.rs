//! Delete a stored rebalance.

use domain::{RebalanceId, Version};
use ports::{RebalanceStore, RebalanceStoreError};
use std::sync::Arc;

/// Removes a stored rebalance with its portfolios.
pub struct DeleteRebalance {
    pub(crate) rebalances: Arc<dyn RebalanceStore>,
}

impl DeleteRebalance {
    /// Removes the rebalance if its version is still `expected`.
    ///
    /// # Errors
    /// `NotFound`, `VersionConflict`, `Store`.
    pub async fn run(&self, id: RebalanceId, expected: Version) -> Result<(), RebalanceStoreError> {
        self.rebalances.delete(id, expected).await
    }
}
