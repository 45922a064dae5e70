//! Delete a model.

use domain::{ModelId, Version};
use ports::{ModelStore, ModelStoreError};
use std::sync::Arc;

/// Removes a model; its stored rebalances stay.
pub struct DeleteModel {
    pub(crate) models: Arc<dyn ModelStore>,
}

impl DeleteModel {
    /// Removes the model if its version is still `expected`.
    ///
    /// # Errors
    /// `NotFound`, `VersionConflict`, `Store`.
    pub async fn run(&self, id: ModelId, expected: Version) -> Result<(), ModelStoreError> {
        self.models.delete(id, expected).await
    }
}
