//! Lists of models, sorted and cut by the server.

use super::read;
use crate::connection::Connection;
use crate::paging;
use domain::Model;
use futures::TryStreamExt;
use mongodb::bson::{Document, doc};
use ports::{Direction, ModelSort, ModelSortKey, Page, Slice, StoreError};

pub(super) async fn list(connection: &Connection, sort: &ModelSort, slice: Slice) -> Result<Page<Model>, StoreError> {
    let models = &connection.collections.models;
    let total = connection.read("count models", models.count_documents(doc! {}).into_future()).await?;
    let Some(part) = paging::part(slice, total) else {
        return Ok(Page { items: Vec::new(), total });
    };
    let finding = async {
        let found = models.find(doc! {}).sort(order(sort)).skip(part.skip).allow_disk_use(true);
        let found = if let Some(limit) = part.limit { found.limit(limit) } else { found };
        found.await?.try_collect::<Vec<_>>().await
    };
    let documents = connection.read("list models", finding).await?;
    let total = paging::total(total, part, documents.len());
    Ok(Page { items: documents.iter().map(read).collect::<Result<_, _>>()?, total })
}

/// The order of MongoDB: texts by bytes, and no date before any date, which are the port's orders too.
fn order(sort: &ModelSort) -> Document {
    let mut order = Document::new();
    for (key, direction) in sort {
        let field = match key {
            ModelSortKey::Id => "_id",
            ModelSortKey::Name => "name",
            ModelSortKey::LastRebalanceDate => "last_rebalance_date",
            ModelSortKey::CreatedAt => "created_at",
        };
        // A key that comes again cannot decide anything any more.
        if !order.contains_key(field) {
            order.insert(field, if *direction == Direction::Ascending { 1 } else { -1 });
        }
    }
    if !order.contains_key("_id") {
        order.insert("_id", 1);
    }
    order
}
