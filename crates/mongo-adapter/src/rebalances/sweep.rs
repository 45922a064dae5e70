//! The list of writes that are going on, and the removal of what interrupted ones left behind.
//!
//! All times are the server's: replicas need not agree on theirs.

use super::delete::remove;
use super::object_id;
use crate::connection::Connection;
use crate::fault::{DriverError, Fault};
use crate::fields::{FieldError, Fields};
use crate::outage::Chain;
use crate::schema;
use domain::RebalanceId;
use futures::{TryFutureExt, TryStreamExt};
use mongodb::bson::{DateTime, doc, oid::ObjectId};
use ports::StoreError;
use std::sync::Arc;
use std::time::Duration;

/// Interrupted writes taken up by one sweep; more are left to the next.
const AT_ONCE: i64 = 1_000;

/// A write that is going on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Note {
    pub(super) attempt: ObjectId,
    /// For people who look into the database.
    pub(super) rebalance_id: RebalanceId,
    /// Portfolios that are written or removed.
    pub(super) portfolios: u64,
}

/// Notes that the portfolios of an attempt are about to be written or removed.
pub(super) async fn begin(connection: &Connection, note: &Note, kind: &'static str) -> Result<(), StoreError> {
    let update = doc! {
        "$set": {
            "schema_version": schema::VERSION,
            "rebalance_id": object_id(note.rebalance_id),
            "kind": kind,
            "portfolios": i64::try_from(note.portfolios).unwrap_or(i64::MAX),
        },
        "$currentDate": { "started_at": true },
    };
    let mut unknown = None;
    for _ in 0..2 {
        let noting =
            connection.collections.writes.update_one(doc! { "_id": note.attempt }, update.clone()).upsert(true);
        match connection.command("note a write", noting.into_future()).await {
            // A duplicate: another replica noted the same deletion in the same moment.
            Ok(_) | Err(Fault::Duplicate(_)) => return Ok(()),
            Err(Fault::Unknown(error)) => unknown = Some(error),
            Err(Fault::Refused(error)) => return Err(unknown.unwrap_or(error)),
        }
    }
    unknown.map_or(Ok(()), Err)
}

/// Notes that nothing is left to do. If that fails, a sweep finds it out.
pub(super) async fn end(connection: &Connection, attempt: ObjectId) {
    let removing = connection.collections.writes.delete_one(doc! { "_id": attempt }).into_future();
    if let Err(fault) = connection.command("end a write", removing).await {
        tracing::debug!(error = %Chain(&fault.into_store_error()), "a finished write is still noted as going on");
    }
}

/// Sweeps again and again, beginning when the store is ready.
pub(crate) async fn sweep_regularly(connection: Arc<Connection>, grace: Duration, every: Duration) {
    while connection.becomes_ready().await {
        match sweep(&connection, grace).await {
            Ok(0) => {}
            Ok(swept) => tracing::info!(swept, "removed what interrupted writes left behind"),
            Err(error) => tracing::warn!(error = %Chain(&error), "the sweep failed and will be repeated"),
        }
        tokio::time::sleep(every).await;
    }
}

/// Removes what writes that began more than `grace` ago left invisible; returns how many writes there were.
pub(crate) async fn sweep(connection: &Connection, grace: Duration) -> Result<u64, StoreError> {
    let before =
        server_time(connection).await?.timestamp_millis() - i64::try_from(grace.as_millis()).unwrap_or(i64::MAX);
    let long_ago = doc! { "$lte": DateTime::from_millis(before) };
    let finding = connection.collections.writes.find(doc! { "started_at": &long_ago }).limit(AT_ONCE);
    let finding = async { finding.await?.try_collect::<Vec<_>>().await };
    let writes = connection.read("find interrupted writes", finding).await?;
    let mut swept = 0;
    for write in &writes {
        let note = match note_of(Fields::new(write)) {
            Ok(note) => note,
            Err(error) => {
                // Of a later release, perhaps: the others must not wait for it.
                tracing::warn!(error = %Chain(&error), "an interrupted write is left as it is");
                continue;
            }
        };
        let committed = connection.collections.rebalances.find_one(doc! { "attempt_id": note.attempt });
        let committed = committed.projection(doc! { "_id": 1 }).into_future();
        if connection.read("look for an attempt's header", committed).await?.is_none() {
            remove(connection, &note).await?;
        }
        // Not if it was noted anew meanwhile: a deletion that begins again.
        let forgotten = doc! { "_id": note.attempt, "started_at": &long_ago };
        let forgetting = connection.collections.writes.delete_one(forgotten).into_future();
        connection.command("forget an interrupted write", forgetting).map_err(Fault::into_store_error).await?;
        swept += 1;
    }
    Ok(swept)
}

fn note_of(fields: Fields<'_>) -> Result<Note, StoreError> {
    let read = || {
        crate::models::check_schema(fields)?;
        Ok(Note {
            attempt: fields.object_id("_id")?,
            rebalance_id: RebalanceId::from_bytes(fields.object_id("rebalance_id")?.bytes()),
            portfolios: fields.whole("portfolios")?,
        })
    };
    let id = || fields.object_id("_id").map_or_else(|_| "of an unreadable id".to_owned(), ObjectId::to_hex);
    read().map_err(|error: FieldError| error.corrupt("interrupted write", id()))
}

async fn server_time(connection: &Connection) -> Result<DateTime, StoreError> {
    // The older name of `hello`, which every server answers, the stand-in of tests too.
    let asking = connection.database().run_command(doc! { "isMaster": 1 });
    let answer = connection.read("ask for the server's time", asking.into_future()).await?;
    answer.get_datetime("localTime").copied().map_err(|error| {
        let said = format!("localTime: {error}");
        StoreError::Unavailable(Box::new(DriverError { doing: "ask for the server's time", said }))
    })
}
