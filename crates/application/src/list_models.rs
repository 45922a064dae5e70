//! List models.

use domain::Model;
use ports::{Direction, ModelSort, ModelSortKey, ModelStore, Page, Slice, StoreError};
use std::sync::Arc;

/// Reads a part of all models.
pub struct ListModels {
    pub(crate) models: Arc<dyn ModelStore>,
}

impl ListModels {
    /// A part of all models in this order, newest first when no order is asked for.
    pub async fn run(&self, sort: ModelSort, slice: Slice) -> Result<Page<Model>, StoreError> {
        let newest_first = vec![(ModelSortKey::CreatedAt, Direction::Descending)];
        let sort = if sort.is_empty() { newest_first } else { sort };
        self.models.list(&sort, slice).await
    }
}
