//! Deleting a rebalance: the header first, which makes all of it invisible, then its portfolios.

use super::portfolio::these;
use super::sweep::{Note, begin, end};
use super::{Place, Stored, object_id, stored};
use crate::connection::Connection;
use crate::fault::Fault;
use crate::outage::Chain;
use domain::{RebalanceId, Version};
use futures::TryFutureExt;
use mongodb::bson::doc;
use ports::{RebalanceStoreError, StoreError};
use std::sync::Arc;

/// Portfolios removed by one command.
const BATCH: u64 = 500;

pub(super) async fn delete(
    connection: Arc<Connection>,
    id: RebalanceId,
    expected: Version,
) -> Result<(), RebalanceStoreError> {
    let mut unknown: Option<StoreError> = None;
    let mut begun = None;
    // At most: a cut command, its repetition, and two refusals because another writer came between.
    for _ in 0..4 {
        let found = match stored(&connection, id).await {
            Ok(found) => found,
            Err(error) => return Err(unknown.map_or(error, |cause| undecided(id, cause)).into()),
        };
        let place = match found {
            None if unknown.is_some() => {
                tracing::info!(rebalance = %id, "a deletion was cut off and read back: the rebalance is gone");
                finish(&connection, begun).await;
                return Ok(());
            }
            None => return Err(RebalanceStoreError::NotFound(id)),
            Some(Stored { version: stored, .. }) if stored != expected => {
                return Err(RebalanceStoreError::VersionConflict { id, expected, stored });
            }
            Some(Stored { place, .. }) => place,
        };
        if let Place::Apart { attempt, count, failures } = place {
            let note = Note { attempt, rebalance_id: id, portfolios: count + failures };
            if let Err(error) = begin(&connection, &note, "delete").await {
                return Err(unknown.map_or(error, |cause| undecided(id, cause)).into());
            }
            begun = Some(note);
        }
        let filter = doc! { "_id": object_id(id), "version": i64::from(expected.number()) };
        let deleting = connection.collections.rebalances.delete_one(filter).into_future();
        match connection.command("delete a rebalance's header", deleting).await {
            Ok(result) if result.deleted_count > 0 => {
                finish(&connection, begun).await;
                return Ok(());
            }
            Ok(_) => {}
            Err(Fault::Unknown(error)) if unknown.is_none() => unknown = Some(error),
            Err(fault) => {
                let error = fault.into_store_error();
                return Err(unknown.map_or(error, |cause| undecided(id, cause)).into());
            }
        }
    }
    let others = || StoreError::Unavailable("other writers came first, again and again".into());
    Err(unknown.map_or_else(others, |cause| undecided(id, cause)).into())
}

/// A deletion of which nobody can say whether it happened, or will.
fn undecided(id: RebalanceId, cause: StoreError) -> StoreError {
    tracing::warn!(rebalance = %id, error = %Chain(&cause), "a deletion could not be completed; it may still happen");
    cause
}

/// Removes the portfolios of a rebalance that nobody can see any more.
async fn finish(connection: &Connection, note: Option<Note>) {
    if let Some(note) = note
        && remove_portfolios(connection, &note).await
    {
        end(connection, note.attempt).await;
    }
}

/// Removes what an attempt wrote; whether all of it is gone. What is left is never seen, and swept later.
pub(super) async fn remove_portfolios(connection: &Connection, note: &Note) -> bool {
    let removed = remove(connection, note).await;
    if let Err(error) = &removed {
        let id = note.rebalance_id;
        tracing::warn!(rebalance = %id, error = %Chain(error), "invisible portfolios are left behind and will be swept");
    }
    removed.is_ok()
}

pub(super) async fn remove(connection: &Connection, note: &Note) -> Result<(), StoreError> {
    let mut from = 0;
    while from < note.portfolios {
        let to = note.portfolios.min(from + BATCH);
        let removing = connection.collections.portfolios.delete_many(these(note.attempt, from..to)).into_future();
        connection.command("remove portfolios", removing).map_err(Fault::into_store_error).await?;
        from = to;
    }
    Ok(())
}
