//! Models in MongoDB: one document each, changed by compare-and-set on its version.

mod document;
mod list;
mod write;

use crate::fields::Fields;
use crate::store::Handle;
use async_trait::async_trait;
use document::model_of;
pub(crate) use document::{check_schema, drifts_of, target_of};
use domain::{Model, ModelId, PortfolioId, Timestamp, Version};
use futures::TryStreamExt;
use mongodb::bson::{RawDocumentBuf, doc, oid::ObjectId};
use ports::{DateChange, ModelSort, ModelStore, ModelStoreError, Page, Slice, StoreError};

/// The model store on MongoDB.
pub(crate) struct MongoModelStore(Handle);

impl MongoModelStore {
    pub(crate) const fn new(handle: Handle) -> Self {
        Self(handle)
    }
}

const fn object_id(id: ModelId) -> ObjectId {
    ObjectId::from_bytes(id.bytes())
}

/// The model of a document, or the error that says which cannot be read.
fn read(document: &RawDocumentBuf) -> Result<Model, StoreError> {
    let fields = Fields::new(document);
    model_of(fields).map_err(|error| {
        let id = fields.object_id("_id").map_or_else(|_| "of an unreadable id".to_owned(), ObjectId::to_hex);
        error.corrupt("model", id)
    })
}

#[async_trait]
impl ModelStore for MongoModelStore {
    async fn insert(&self, model: &Model) -> Result<(), ModelStoreError> {
        self.0.write(write::insert(self.0.connection.clone(), model.clone())).await
    }

    async fn get(&self, id: ModelId) -> Result<Option<Model>, StoreError> {
        let finding = self.0.collections.models.find_one(doc! { "_id": object_id(id) });
        let found = self.0.read("get a model", finding.into_future()).await?;
        found.as_ref().map(read).transpose()
    }

    async fn with_portfolio(&self, portfolio_id: &PortfolioId) -> Result<Vec<Model>, StoreError> {
        let models = &self.0.collections.models;
        let finding = async {
            let cursor = models.find(doc! { "portfolios": portfolio_id.as_str() }).sort(doc! { "_id": 1 }).await?;
            cursor.try_collect::<Vec<_>>().await
        };
        self.0.read("find the models of a portfolio", finding).await?.iter().map(read).collect()
    }

    async fn list(&self, sort: &ModelSort, slice: Slice) -> Result<Page<Model>, StoreError> {
        list::list(&self.0, sort, slice).await
    }

    async fn replace(&self, model: &Model, expected: Version, date: DateChange) -> Result<(), ModelStoreError> {
        self.0.write(write::replace(self.0.connection.clone(), model.clone(), expected, date)).await
    }

    async fn mark_rebalanced(&self, id: ModelId, date: Timestamp) -> Result<(), ModelStoreError> {
        self.0.write(write::mark_rebalanced(self.0.connection.clone(), id, date)).await
    }

    async fn delete(&self, id: ModelId, expected: Version) -> Result<(), ModelStoreError> {
        self.0.write(write::delete(self.0.connection.clone(), id, expected)).await
    }
}
