//! Read one model.

use domain::{Model, ModelId};
use ports::{ModelStore, ModelStoreError};
use std::sync::Arc;

/// Reads a model by its id.
pub struct GetModel {
    pub(crate) models: Arc<dyn ModelStore>,
}

impl GetModel {
    /// The model with this id.
    ///
    /// # Errors
    /// `NotFound`, `Store`.
    pub async fn run(&self, id: ModelId) -> Result<Model, ModelStoreError> {
        self.models.get(id).await?.ok_or(ModelStoreError::NotFound(id))
    }
}
