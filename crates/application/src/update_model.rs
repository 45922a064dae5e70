//! Replace a model's definition.

use domain::{Model, ModelDefinition, ModelId, Version};
use ports::{Clock, DateChange, ModelStore, ModelStoreError};
use std::sync::Arc;

/// What a caller wants a model to become.
#[derive(Clone, Debug)]
pub struct ModelChange {
    /// The new definition, whole.
    pub definition: ModelDefinition,
    /// The version that the caller read.
    pub expected: Version,
    /// What becomes of the date of the last rebalance.
    pub date: DateChange,
}

/// Replaces a model if nobody else did so meanwhile.
pub struct UpdateModel {
    pub(crate) models: Arc<dyn ModelStore>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl UpdateModel {
    /// Replaces the definition; the model's version grows by one.
    ///
    /// # Errors
    /// `NotFound`, `VersionConflict`, `NameTaken`, `Store`.
    pub async fn run(&self, id: ModelId, change: ModelChange) -> Result<Model, ModelStoreError> {
        let stored = self.models.get(id).await?.ok_or(ModelStoreError::NotFound(id))?;
        if stored.version != change.expected {
            return Err(ModelStoreError::VersionConflict { id, expected: change.expected, stored: stored.version });
        }
        let mut revised = stored.revised(change.definition, self.clock.now());
        if let DateChange::Set(date) = change.date {
            revised.last_rebalance_date = date;
        }
        self.models.replace(&revised, change.expected, change.date).await?;
        Ok(revised)
    }
}
