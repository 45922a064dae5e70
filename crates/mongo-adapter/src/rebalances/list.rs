//! Headers, one or many: sorted, cut and counted by the server, which leaves the portfolios where they are.

use super::failures;
use super::header::{header_of, number_of_portfolios, projection};
use super::object_id;
use crate::connection::Connection;
use crate::fields::{FieldError, Fields};
use crate::paging::{self, Part};
use domain::rebalance::RebalanceHeader;
use domain::{PortfolioId, RebalanceId};
use futures::TryStreamExt;
use mongodb::bson::{Bson, Document, RawDocumentBuf, doc, oid::ObjectId};
use ports::{Direction, Page, RebalanceSort, RebalanceSortKey, Slice, StoreError};

pub(super) async fn header(connection: &Connection, id: RebalanceId) -> Result<Option<RebalanceHeader>, StoreError> {
    let pipeline = vec![doc! { "$match": { "_id": object_id(id) } }, doc! { "$project": projection() }];
    Ok(headers(connection, "get a rebalance", pipeline).await?.pop())
}

pub(super) async fn list(
    connection: &Connection,
    portfolios: Option<&[PortfolioId]>,
    sort: RebalanceSort,
    slice: Slice,
) -> Result<Page<RebalanceHeader>, StoreError> {
    let filter = match portfolios {
        Some(ids) => with_any_of(connection, ids).await?,
        None => Document::new(),
    };
    let counting = connection.collections.rebalances.count_documents(filter.clone());
    let total = connection.read("count rebalances", counting.into_future()).await?;
    let Some(part) = paging::part(slice, total) else {
        return Ok(Page { items: Vec::new(), total });
    };
    let items = headers(connection, "list rebalances", pipeline(filter, sort, part)).await?;
    let total = paging::total(total, part, items.len());
    Ok(Page { items, total })
}

/// Rebalances in which one of these portfolios was rebalanced, in either layout.
async fn with_any_of(connection: &Connection, ids: &[PortfolioId]) -> Result<Document, StoreError> {
    let ids: Vec<Bson> = ids.iter().map(|id| id.as_str().into()).collect();
    let pipeline =
        [doc! { "$match": { "portfolio_id": { "$in": &ids } } }, doc! { "$group": { "_id": "$attempt_id" } }];
    let finding = async {
        let cursor = connection.collections.portfolios.aggregate(pipeline).with_type::<RawDocumentBuf>().await?;
        cursor.and_then(|group| async move { Ok(group.get_object_id("_id")?) }).try_collect::<Vec<ObjectId>>().await
    };
    let attempts = connection.read("find the rebalances of portfolios", finding).await?;
    // An attempt that no header names is not a rebalance: the header decides.
    Ok(doc! { "$or": [{ "attempt_id": { "$in": attempts } }, { "portfolios.portfolio_id": { "$in": ids } }] })
}

/// Sorted before it is projected where an index has the order, and after it where the order is computed.
fn pipeline(filter: Document, sort: RebalanceSort, part: Part) -> Vec<Document> {
    let way = if sort.direction == Direction::Ascending { 1 } else { -1 };
    let order = match sort.key {
        RebalanceSortKey::Id => doc! { "_id": way },
        RebalanceSortKey::ModelName => doc! { "model_name": way, "_id": 1 },
        RebalanceSortKey::Date => doc! { "rebalance_date": way, "_id": 1 },
        RebalanceSortKey::NumberOfPortfolios => doc! { "number": way, "_id": 1 },
    };
    let skip = i64::try_from(part.skip).unwrap_or(i64::MAX);
    let mut stages = vec![doc! { "$match": filter }];
    if sort.key == RebalanceSortKey::NumberOfPortfolios {
        let mut fields = projection();
        fields.insert("number", number_of_portfolios());
        stages.extend([doc! { "$project": fields }, doc! { "$sort": order }]);
    } else {
        stages.push(doc! { "$sort": order });
    }
    stages.push(doc! { "$skip": skip });
    stages.extend(part.limit.map(|limit| doc! { "$limit": limit }));
    if sort.key != RebalanceSortKey::NumberOfPortfolios {
        stages.push(doc! { "$project": projection() });
    }
    stages
}

async fn headers(
    connection: &Connection,
    doing: &'static str,
    pipeline: Vec<Document>,
) -> Result<Vec<RebalanceHeader>, StoreError> {
    let reading = async {
        let found = connection.collections.rebalances.aggregate(pipeline).allow_disk_use(true);
        found.with_type::<RawDocumentBuf>().await?.try_collect::<Vec<_>>().await
    };
    let documents = connection.read(doing, reading).await?;
    let mut headers = Vec::with_capacity(documents.len());
    for document in &documents {
        let fields = Fields::new(document);
        let corrupt = |error: FieldError| {
            let id = fields.object_id("_id").map_or_else(|_| "of an unreadable id".to_owned(), ObjectId::to_hex);
            error.corrupt("rebalance", id)
        };
        let mut header = header_of(fields).map_err(corrupt)?;
        let apart = fields.maybe("failure_documents", Fields::whole).map_err(corrupt)?.unwrap_or_default();
        if apart > 0 {
            let attempt = fields.object_id("attempt_id").map_err(corrupt)?;
            header.failures = failures::read(connection, &header, attempt, apart).await?;
        }
        headers.push(header);
    }
    Ok(headers)
}
