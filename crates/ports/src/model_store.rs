//! Where models are kept.

use crate::{Direction, Page, Slice, StoreError};
use async_trait::async_trait;
use domain::{Model, ModelId, ModelName, PortfolioId, Timestamp, Version};

/// What models can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelSortKey {
    /// The id, byte by byte.
    Id,
    /// The name, by Unicode code points (which is also the order of its UTF-8 bytes).
    Name,
    /// The last rebalance; models that were never rebalanced come before all others.
    LastRebalanceDate,
    /// When the model was created.
    CreatedAt,
}

/// Sort keys in order of weight. Whatever they are, ties are broken by ascending id, so that pages never repeat or
/// lose a row.
pub type ModelSort = Vec<(ModelSortKey, Direction)>;

/// Why a model store refused.
#[derive(Debug, thiserror::Error)]
pub enum ModelStoreError {
    /// No model has this id.
    #[error("model {0} does not exist")]
    NotFound(ModelId),
    /// The stored version is another one.
    #[error("model {id} has version {stored}, not {expected}")]
    VersionConflict {
        /// The model.
        id: ModelId,
        /// The version that the caller expected.
        expected: Version,
        /// The version that is stored.
        stored: Version,
    },
    /// Another model has this name.
    #[error("the name {0} is taken")]
    NameTaken(ModelName),
    /// The store itself failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Models, each under its own version.
#[async_trait]
pub trait ModelStore: Send + Sync {
    /// Stores a new model as it is. Atomic: of any number of concurrent calls with the same name, exactly one succeeds.
    ///
    /// # Errors
    /// `NameTaken` when another model has the name (compared exactly); `Store`.
    async fn insert(&self, model: &Model) -> Result<(), ModelStoreError>;

    /// The model with this id.
    async fn get(&self, id: ModelId) -> Result<Option<Model>, StoreError>;

    /// All models that list this portfolio, by ascending id.
    async fn with_portfolio(&self, portfolio_id: &PortfolioId) -> Result<Vec<Model>, StoreError>;

    /// A part of all models in this order, and how many there are.
    async fn list(&self, sort: &ModelSort, slice: Slice) -> Result<Page<Model>, StoreError>;

    /// Replaces definition, `updated_at` and version by those of `model` if, and only if, the stored version is
    /// `expected`; `created_at` stays, and `last_rebalance_date` becomes what `date` says, not what `model` says.
    /// Atomic: of any number of concurrent calls with the same `expected`, exactly one succeeds.
    ///
    /// # Errors
    /// `NotFound`; `VersionConflict`; `NameTaken` when another model has the new name; `Store`.
    async fn replace(&self, model: &Model, expected: Version, date: DateChange) -> Result<(), ModelStoreError>;

    /// Records a rebalance: moves `last_rebalance_date` forward to `date`, never back, and leaves version and
    /// `updated_at` alone.
    ///
    /// # Errors
    /// `NotFound`; `Store`.
    async fn mark_rebalanced(&self, id: ModelId, date: Timestamp) -> Result<(), ModelStoreError>;

    /// Removes the model if, and only if, the stored version is `expected`. Its name is free afterwards.
    ///
    /// # Errors
    /// `NotFound`; `VersionConflict`; `Store`.
    async fn delete(&self, id: ModelId, expected: Version) -> Result<(), ModelStoreError>;
}

/// What a replacement does to `last_rebalance_date`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateChange {
    /// The stored date stays, also when a rebalance has moved it meanwhile.
    Keep,
    /// This date, or none.
    Set(Option<Timestamp>),
}
