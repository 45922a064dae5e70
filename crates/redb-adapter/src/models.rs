//! Models in the file.

mod order;
mod rows;

use crate::engine::{Change, Engine};
use crate::failure::Failure;
use crate::tables::{FIRST_ID, LAST_ID, MODEL_ORDER, MODEL_PORTFOLIOS, MODELS, PortfolioKey};
use async_trait::async_trait;
use domain::{Model, ModelId, PortfolioId, Timestamp, Version};
use ports::{DateChange, ModelSort, ModelStore, ModelStoreError, Page, Slice, StoreError};
use rows::{require, stored, take_name};
use std::sync::Arc;

/// [`ModelStore`] of the file.
#[derive(Clone)]
pub struct RedbModelStore(Arc<Engine>);

impl RedbModelStore {
    pub(crate) const fn new(engine: Arc<Engine>) -> Self {
        Self(engine)
    }
}

/// The bytes of a portfolio's id.
pub(crate) fn portfolio_key(id: &PortfolioId) -> PortfolioKey {
    // The id has 24 ASCII characters by its type.
    id.as_str().as_bytes().try_into().unwrap_or([0; 24])
}

#[async_trait]
impl ModelStore for RedbModelStore {
    async fn insert(&self, model: &Model) -> Result<(), ModelStoreError> {
        let model = model.clone();
        self.0
            .write(move |txn| {
                take_name(txn, &model)?;
                if stored(&txn.open_table(MODELS)?, model.id)?.is_some() {
                    let cause = format!("a model with id {} is stored already", model.id);
                    return Err(Failure::Refused(StoreError::Unavailable(cause.into()).into()));
                }
                rows::put(txn, None, &model)?;
                Ok(Change::Made(()))
            })
            .await
    }

    async fn get(&self, id: ModelId) -> Result<Option<Model>, StoreError> {
        self.0.read(move |txn| stored(&txn.open_table(MODELS)?, id)).await
    }

    async fn with_portfolio(&self, portfolio_id: &PortfolioId) -> Result<Vec<Model>, StoreError> {
        let key = portfolio_key(portfolio_id);
        self.0
            .read(move |txn| {
                let (models, index) = (txn.open_table(MODELS)?, txn.open_table(MODEL_PORTFOLIOS)?);
                let mut found = Vec::new();
                for row in index.range((&key, FIRST_ID)..=(&key, LAST_ID))? {
                    let (at, ()) = (row?.0, ());
                    found.push(rows::listed(&models, ModelId::from_bytes(*at.value().1))?);
                }
                Ok(found)
            })
            .await
    }

    async fn list(&self, sort: &ModelSort, slice: Slice) -> Result<Page<Model>, StoreError> {
        let sort = sort.clone();
        self.0
            .read(move |txn| {
                let models = txn.open_table(MODELS)?;
                let sorted = order::sorted(&txn.open_table(MODEL_ORDER)?, &sort)?;
                let page = slice.cut(&sorted).iter().map(|id| rows::listed(&models, *id));
                Ok(Page { items: page.collect::<Result<_, _>>()?, total: sorted.len() as u64 })
            })
            .await
    }

    async fn replace(&self, model: &Model, expected: Version, date: DateChange) -> Result<(), ModelStoreError> {
        let model = model.clone();
        self.0
            .write(move |txn| {
                let old = require(txn, model.id, Some(expected))?;
                if old.definition.name != model.definition.name {
                    take_name(txn, &model)?;
                }
                let last_rebalance_date = match date {
                    DateChange::Keep => old.last_rebalance_date,
                    DateChange::Set(date) => date,
                };
                let new = Model { created_at: old.created_at, last_rebalance_date, ..model };
                rows::put(txn, Some(&old), &new)?;
                Ok(Change::Made(()))
            })
            .await
    }

    async fn mark_rebalanced(&self, id: ModelId, date: Timestamp) -> Result<(), ModelStoreError> {
        self.0
            .write(move |txn| {
                let old = require(txn, id, None)?;
                if old.last_rebalance_date >= Some(date) {
                    return Ok(Change::None(()));
                }
                let new = Model { last_rebalance_date: Some(date), ..old.clone() };
                rows::put(txn, Some(&old), &new)?;
                Ok(Change::Made(()))
            })
            .await
    }

    async fn delete(&self, id: ModelId, expected: Version) -> Result<(), ModelStoreError> {
        self.0
            .write(move |txn| {
                let old = require(txn, id, Some(expected))?;
                rows::remove(txn, &old)?;
                Ok(Change::Made(()))
            })
            .await
    }
}
