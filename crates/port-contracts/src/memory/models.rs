//! Models in memory.

use super::{directed, locked};
use async_trait::async_trait;
use domain::{Model, ModelId, PortfolioId, Timestamp, Version};
use ports::{DateChange, ModelSort, ModelSortKey, ModelStore, ModelStoreError, Page, Slice, StoreError, StoreHealth};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Mutex;

/// A [`ModelStore`] that lives as long as its owner.
#[derive(Debug, Default)]
pub struct MemoryModelStore {
    models: Mutex<BTreeMap<ModelId, Model>>,
}

impl MemoryModelStore {
    /// A store that holds these models already.
    #[must_use]
    pub fn with(models: impl IntoIterator<Item = Model>) -> Self {
        Self { models: Mutex::new(models.into_iter().map(|model| (model.id, model)).collect()) }
    }
}

fn name_taken(models: &BTreeMap<ModelId, Model>, model: &Model) -> Result<(), ModelStoreError> {
    let name = &model.definition.name;
    let taken = models.values().any(|other| other.id != model.id && other.definition.name == *name);
    if taken { Err(ModelStoreError::NameTaken(name.clone())) } else { Ok(()) }
}

fn stored(
    models: &mut BTreeMap<ModelId, Model>,
    id: ModelId,
    expected: Version,
) -> Result<&mut Model, ModelStoreError> {
    let model = models.get_mut(&id).ok_or(ModelStoreError::NotFound(id))?;
    if model.version == expected {
        Ok(model)
    } else {
        Err(ModelStoreError::VersionConflict { id, expected, stored: model.version })
    }
}

fn compare(a: &Model, b: &Model, sort: &ModelSort) -> Ordering {
    let by_keys = sort.iter().map(|(key, direction)| {
        let ascending = match key {
            ModelSortKey::Id => a.id.cmp(&b.id),
            ModelSortKey::Name => a.definition.name.cmp(&b.definition.name),
            ModelSortKey::LastRebalanceDate => a.last_rebalance_date.cmp(&b.last_rebalance_date),
            ModelSortKey::CreatedAt => a.created_at.cmp(&b.created_at),
        };
        directed(*direction, ascending)
    });
    by_keys.fold(Ordering::Equal, Ordering::then).then(a.id.cmp(&b.id))
}

#[async_trait]
impl ModelStore for MemoryModelStore {
    async fn insert(&self, model: &Model) -> Result<(), ModelStoreError> {
        let mut models = locked(&self.models);
        name_taken(&models, model)?;
        assert!(!models.contains_key(&model.id), "ids are never given out twice: {}", model.id);
        models.insert(model.id, model.clone());
        Ok(())
    }

    async fn get(&self, id: ModelId) -> Result<Option<Model>, StoreError> {
        Ok(locked(&self.models).get(&id).cloned())
    }

    async fn with_portfolio(&self, portfolio_id: &PortfolioId) -> Result<Vec<Model>, StoreError> {
        let models = locked(&self.models);
        Ok(models.values().filter(|model| model.definition.portfolios.contains(portfolio_id)).cloned().collect())
    }

    async fn list(&self, sort: &ModelSort, slice: Slice) -> Result<Page<Model>, StoreError> {
        let models = locked(&self.models);
        let mut sorted: Vec<&Model> = models.values().collect();
        sorted.sort_by(|a, b| compare(a, b, sort));
        Ok(Page { total: sorted.len() as u64, items: slice.cut(&sorted).iter().copied().cloned().collect() })
    }

    async fn replace(&self, model: &Model, expected: Version, date: DateChange) -> Result<(), ModelStoreError> {
        let mut models = locked(&self.models);
        stored(&mut models, model.id, expected)?;
        name_taken(&models, model)?;
        let old = stored(&mut models, model.id, expected)?;
        old.definition = model.definition.clone();
        old.updated_at = model.updated_at;
        old.version = model.version;
        if let DateChange::Set(date) = date {
            old.last_rebalance_date = date;
        }
        Ok(())
    }

    async fn mark_rebalanced(&self, id: ModelId, date: Timestamp) -> Result<(), ModelStoreError> {
        let mut models = locked(&self.models);
        let model = models.get_mut(&id).ok_or(ModelStoreError::NotFound(id))?;
        model.last_rebalance_date = model.last_rebalance_date.max(Some(date));
        Ok(())
    }

    async fn delete(&self, id: ModelId, expected: Version) -> Result<(), ModelStoreError> {
        let mut models = locked(&self.models);
        stored(&mut models, id, expected)?;
        models.remove(&id);
        Ok(())
    }
}

#[async_trait]
impl StoreHealth for MemoryModelStore {
    async fn ping(&self) -> Result<Option<u64>, StoreError> {
        Ok(None)
    }
}
