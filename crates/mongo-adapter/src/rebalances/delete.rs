//! Deleting a rebalance: the header first, which makes all of it invisible, then its portfolios.

use super::sweep::{begin, end};
use super::{Place, Stored, object_id, stored};
use crate::connection::Connection;
use crate::fault::Fault;
use domain::{RebalanceId, Version};
use futures::TryFutureExt;
use mongodb::bson::{doc, oid::ObjectId};
use ports::{RebalanceStoreError, StoreError};
use std::sync::Arc;

/// Portfolios removed by one command.
const BATCH: i64 = 500;

pub(super) async fn delete(
    connection: Arc<Connection>,
    id: RebalanceId,
    expected: Version,
) -> Result<(), RebalanceStoreError> {
    let mut unknown: Option<StoreError> = None;
    let mut begun = None;
    // At most: a cut command, its repetition, and two refusals because another writer came between.
    for _ in 0..4 {
        let place = match stored(&connection, id).await? {
            None if unknown.is_some() => {
                tracing::info!(rebalance = %id, "a deletion was cut off and read back: the rebalance is gone");
                finish(&connection, id, begun).await;
                return Ok(());
            }
            None => return Err(RebalanceStoreError::NotFound(id)),
            Some(Stored { version: stored, .. }) if stored != expected => {
                return Err(RebalanceStoreError::VersionConflict { id, expected, stored });
            }
            Some(Stored { place, .. }) => place,
        };
        if let Place::Apart { attempt, .. } = place {
            begin(&connection, attempt, id, "delete").await?;
            begun = Some(attempt);
        }
        let filter = doc! { "_id": object_id(id), "version": i64::from(expected.number()) };
        let deleting = connection.collections.rebalances.delete_one(filter).into_future();
        match connection.command("delete a rebalance's header", deleting).await {
            Ok(result) if result.deleted_count > 0 => {
                finish(&connection, id, begun).await;
                return Ok(());
            }
            Ok(_) => {}
            Err(Fault::Unknown(error)) if unknown.is_none() => unknown = Some(error),
            Err(fault) => return Err(unknown.unwrap_or_else(|| fault.into_store_error()).into()),
        }
    }
    let error = unknown.unwrap_or_else(|| StoreError::Unavailable("other writers came first, again and again".into()));
    Err(error.into())
}

/// Removes the portfolios of a rebalance that nobody can see any more.
async fn finish(connection: &Connection, id: RebalanceId, attempt: Option<ObjectId>) {
    if let Some(attempt) = attempt
        && remove_portfolios(connection, id, attempt).await
    {
        end(connection, attempt).await;
    }
}

/// Removes what `attempt` wrote; whether all of it is gone. What is left is never seen, and swept later.
pub(super) async fn remove_portfolios(connection: &Connection, id: RebalanceId, attempt: ObjectId) -> bool {
    let removed = remove(connection, id, attempt).await;
    if let Err(error) = &removed {
        tracing::warn!(rebalance = %id, %error, "invisible portfolios are left behind and will be swept");
    }
    removed.is_ok()
}

pub(super) async fn remove(connection: &Connection, id: RebalanceId, attempt: ObjectId) -> Result<(), StoreError> {
    let portfolios = &connection.collections.portfolios;
    let all = doc! { "rebalance_id": object_id(id), "attempt_id": attempt };
    let last = portfolios.find_one(all.clone()).sort(doc! { "seq": -1 }).projection(doc! { "seq": 1 });
    let Some(last) = connection.read("find the last portfolio", last.into_future()).await? else { return Ok(()) };
    let last = last.get_i64("seq").map_err(|error| StoreError::Unavailable(Box::new(error)))?;
    for from in (0..=last).step_by(BATCH.unsigned_abs().try_into().unwrap_or(usize::MAX)) {
        let mut some = all.clone();
        some.insert("seq", doc! { "$gte": from, "$lt": from + BATCH });
        let removing = portfolios.delete_many(some).into_future();
        connection.command("remove portfolios", removing).map_err(Fault::into_store_error).await?;
    }
    Ok(())
}
