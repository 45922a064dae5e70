//! Create a model.

use domain::{Model, ModelDefinition, ModelId};
use ports::{Clock, ModelStore, ModelStoreError};
use std::sync::Arc;

/// Stores a new model under a name that no other model has.
pub struct CreateModel {
    pub(crate) models: Arc<dyn ModelStore>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl CreateModel {
    /// Creates the model under this id, at version 1.
    ///
    /// # Errors
    /// `NameTaken`, `Store`.
    pub async fn run(&self, id: ModelId, definition: ModelDefinition) -> Result<Model, ModelStoreError> {
        let model = Model::create(id, definition, self.clock.now());
        self.models.insert(&model).await?;
        Ok(model)
    }
}
