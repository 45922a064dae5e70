//! Replace a model's definition.

use chrono::TimeDelta;
use domain::{Model, ModelDefinition, ModelId, Timestamp, Version};
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

/// How far a caller's clock may be ahead of ours.
const CLOCK_TOLERANCE: TimeDelta = TimeDelta::minutes(1);

/// Why a model was not replaced.
#[derive(Debug, thiserror::Error)]
pub enum UpdateModelError {
    /// The date of the last rebalance is still to come: no rebalance could move it until then.
    #[error("the date of the last rebalance, {0}, is in the future")]
    DateInFuture(Timestamp),
    /// The store refused.
    #[error(transparent)]
    Models(#[from] ModelStoreError),
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
    /// `DateInFuture`, more than a minute; `NotFound`, `VersionConflict`, `NameTaken`, `Store`.
    pub async fn run(&self, id: ModelId, change: ModelChange) -> Result<Model, UpdateModelError> {
        let now = self.clock.now();
        if let DateChange::Set(Some(date)) = change.date
            && date.signed_duration_since(now) > CLOCK_TOLERANCE
        {
            return Err(UpdateModelError::DateInFuture(date));
        }
        let stored = self.models.get(id).await.map_err(ModelStoreError::from)?.ok_or(ModelStoreError::NotFound(id))?;
        if stored.version != change.expected {
            let conflict = ModelStoreError::VersionConflict { id, expected: change.expected, stored: stored.version };
            return Err(conflict.into());
        }
        let mut revised = stored.revised(change.definition, now);
        if let DateChange::Set(date) = change.date {
            revised.last_rebalance_date = date;
        }
        self.models.replace(&revised, change.expected, change.date).await?;
        Ok(revised)
    }
}
