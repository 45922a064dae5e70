//! Change one position or the portfolios of a model, without a version from the caller.

use domain::{Model, ModelDefinition, ModelId, ModelRuleError, Portfolios, Position};
use ports::{Clock, DateChange, ModelStore, ModelStoreError, StoreError};
use std::sync::Arc;

/// Why an edit was refused.
#[derive(Debug, thiserror::Error)]
pub enum EditModelError {
    /// No model has this id.
    #[error("model {0} does not exist")]
    NotFound(ModelId),
    /// The edit would break a rule of models.
    #[error(transparent)]
    Rule(#[from] ModelRuleError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Edits a model in place. A writer that loses a race reads again and repeats its edit, so concurrent edits all
/// succeed; each repetition means that another edit has succeeded, and the request's deadline bounds them.
pub struct EditModel {
    pub(crate) models: Arc<dyn ModelStore>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl EditModel {
    /// Adds a position of a security that is not there yet.
    pub async fn add_position(&self, id: ModelId, position: Position) -> Result<Model, EditModelError> {
        self.edit(id, |d| Ok(ModelDefinition { positions: d.positions.with_added(position)?, ..d })).await
    }

    /// Gives a position that is there other values.
    pub async fn change_position(&self, id: ModelId, position: Position) -> Result<Model, EditModelError> {
        self.edit(id, |d| Ok(ModelDefinition { positions: d.positions.with_changed(position)?, ..d })).await
    }

    /// Removes exactly this position.
    pub async fn remove_position(&self, id: ModelId, position: Position) -> Result<Model, EditModelError> {
        self.edit(id, |d| Ok(ModelDefinition { positions: d.positions.with_removed(&position)?, ..d })).await
    }

    /// Adds those portfolios that are not there yet.
    pub async fn add_portfolios(&self, id: ModelId, portfolios: Portfolios) -> Result<Model, EditModelError> {
        self.edit(id, |d| Ok(ModelDefinition { portfolios: d.portfolios.with(&portfolios), ..d })).await
    }

    /// Removes those portfolios that are there, as long as one is left.
    pub async fn remove_portfolios(&self, id: ModelId, portfolios: Portfolios) -> Result<Model, EditModelError> {
        self.edit(id, |d| Ok(ModelDefinition { portfolios: d.portfolios.without(&portfolios)?, ..d })).await
    }

    async fn edit(
        &self,
        id: ModelId,
        change: impl Fn(ModelDefinition) -> Result<ModelDefinition, ModelRuleError>,
    ) -> Result<Model, EditModelError> {
        loop {
            let stored = self.models.get(id).await?.ok_or(EditModelError::NotFound(id))?;
            let definition = change(stored.definition.clone())?;
            if definition == stored.definition {
                return Ok(stored);
            }
            let revised = stored.revised(definition, self.clock.now());
            match self.models.replace(&revised, stored.version, DateChange::Keep).await {
                Ok(()) => return Ok(revised),
                // The name is the stored one, so that a taken name also means that somebody changed this model: read
                // again in both cases.
                Err(ModelStoreError::VersionConflict { .. } | ModelStoreError::NameTaken(_)) => {}
                Err(ModelStoreError::NotFound(id)) => return Err(EditModelError::NotFound(id)),
                Err(ModelStoreError::Store(error)) => return Err(error.into()),
            }
        }
    }
}
