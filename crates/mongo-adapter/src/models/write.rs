//! Writes of models. Each is one command; one whose outcome is unknown is read back, and repeated once when it did not
//! happen. A write is recognised by an id of its own, which the document remembers.

use super::document::{Trace, new_document, number, trace_of, update};
use super::object_id;
use crate::connection::Connection;
use crate::fault::Fault;
use crate::fields::{Fields, date_time};
use domain::{Model, ModelId, Timestamp, Version};
use mongodb::bson::{Document, RawDocumentBuf, doc, oid::ObjectId};
use ports::{DateChange, ModelStoreError, StoreError};
use std::sync::Arc;

/// How often a write is tried: once more after an unknown outcome, and again when another writer came between a
/// refusal and the look at why.
const TRIES: u32 = 4;

pub(super) async fn insert(connection: Arc<Connection>, model: Model) -> Result<(), ModelStoreError> {
    let write = ObjectId::new();
    let document = RawDocumentBuf::try_from(&new_document(&model, write)).map_err(unwritable)?;
    let mut unknown = None;
    for _ in 0..2 {
        let inserting = connection.collections.models.insert_one(&document).into_future();
        let fault = match connection.command("insert a model", inserting).await {
            Ok(_) => return Ok(()),
            Err(Fault::Refused(error)) => return Err(unknown.unwrap_or(error).into()),
            Err(fault) => fault,
        };
        let duplicate = match fault {
            Fault::Duplicate(_) => true,
            Fault::Refused(error) | Fault::Unknown(error) => {
                unknown = Some(error);
                false
            }
        };
        match trace(&connection, model.id).await {
            Ok(Some(trace)) if trace.writes.contains(&write) => {
                tell("insert", model.id);
                return Ok(());
            }
            Ok(Some(_)) => return Err(other_model(model.id).into()),
            Ok(None) => {}
            Err(error) => return unread("insert", model.id, unknown, error),
        }
        // The name, unless our own first try has arrived and cannot be seen yet.
        if duplicate {
            match name_is_taken(&connection, &model).await {
                Ok(taken) if taken || unknown.is_none() => {
                    return Err(ModelStoreError::NameTaken(model.definition.name));
                }
                Ok(_) => break,
                Err(error) => return unread("insert", model.id, unknown, error),
            }
        }
    }
    undecided("insert", model.id, unknown)
}

pub(super) async fn replace(
    connection: Arc<Connection>,
    model: Model,
    expected: Version,
    date: DateChange,
) -> Result<(), ModelStoreError> {
    let write = ObjectId::new();
    let (filter, update) = (at_version(model.id, expected), update(&model, date, write));
    let mut unknown = None;
    for _ in 0..TRIES {
        let updating = connection.collections.models.update_one(filter.clone(), update.clone()).into_future();
        let cut = match connection.command("replace a model", updating).await {
            Ok(result) if result.matched_count > 0 => return Ok(()),
            Ok(_) => false,
            Err(Fault::Duplicate(_)) => return Err(ModelStoreError::NameTaken(model.definition.name)),
            Err(Fault::Refused(error)) => return Err(unknown.unwrap_or(error).into()),
            Err(Fault::Unknown(error)) => unknown.replace(error).is_none(),
        };
        match trace(&connection, model.id).await {
            Ok(Some(trace)) if trace.writes.contains(&write) => {
                tell("replace", model.id);
                return Ok(());
            }
            Ok(Some(Trace { version: stored, .. })) if stored != expected => {
                return Err(ModelStoreError::VersionConflict { id: model.id, expected, stored });
            }
            Ok(Some(_)) if unknown.is_none() || cut => {}
            Ok(Some(_)) => break,
            Ok(None) => return Err(ModelStoreError::NotFound(model.id)),
            Err(error) => return unread("replace", model.id, unknown, error),
        }
    }
    undecided("replace", model.id, unknown)
}

pub(super) async fn mark_rebalanced(
    connection: Arc<Connection>,
    id: ModelId,
    date: Timestamp,
) -> Result<(), ModelStoreError> {
    // The later of both dates, in one command: doing it twice is doing it once. No date comes before any date.
    let update = doc! { "$max": { "last_rebalance_date": date_time(date) } };
    let mut unknown = None;
    for _ in 0..2 {
        let filter = doc! { "_id": object_id(id) };
        let updating = connection.collections.models.update_one(filter, update.clone()).into_future();
        match connection.command("mark a model as rebalanced", updating).await {
            Ok(result) if result.matched_count > 0 => return Ok(()),
            Ok(_) => return Err(ModelStoreError::NotFound(id)),
            Err(Fault::Unknown(error)) => unknown = Some(error),
            Err(fault) => return Err(unknown.unwrap_or_else(|| fault.into_store_error()).into()),
        }
    }
    undecided("mark", id, unknown)
}

pub(super) async fn delete(connection: Arc<Connection>, id: ModelId, expected: Version) -> Result<(), ModelStoreError> {
    let mut unknown = None;
    for _ in 0..TRIES {
        let deleting = connection.collections.models.delete_one(at_version(id, expected)).into_future();
        let cut = match connection.command("delete a model", deleting).await {
            Ok(result) if result.deleted_count > 0 => return Ok(()),
            Ok(_) => false,
            Err(Fault::Unknown(error)) => unknown.replace(error).is_none(),
            Err(fault) => return Err(unknown.unwrap_or_else(|| fault.into_store_error()).into()),
        };
        match trace(&connection, id).await {
            // Ours, or another's of the same version: the caller wanted it gone, and it is.
            Ok(None) if unknown.is_some() => {
                tell("delete", id);
                return Ok(());
            }
            Ok(None) => return Err(ModelStoreError::NotFound(id)),
            Ok(Some(Trace { version: stored, .. })) if stored != expected => {
                return Err(ModelStoreError::VersionConflict { id, expected, stored });
            }
            Ok(Some(_)) if unknown.is_none() || cut => {}
            Ok(Some(_)) => break,
            Err(error) => return unread("delete", id, unknown, error),
        }
    }
    undecided("delete", id, unknown)
}

fn at_version(id: ModelId, expected: Version) -> Document {
    doc! { "_id": object_id(id), "version": number(expected) }
}

/// What is stored under `id` at present.
async fn trace(connection: &Connection, id: ModelId) -> Result<Option<Trace>, StoreError> {
    let projection = doc! { "version": 1, "recent_writes": 1 };
    let find = || connection.collections.models.find_one(doc! { "_id": object_id(id) }).projection(projection.clone());
    let found = connection.read_back("read a model's state back", || find().into_future()).await?;
    found.map(|document| trace_of(Fields::new(&document)).map_err(|error| error.corrupt("model", id))).transpose()
}

async fn name_is_taken(connection: &Connection, model: &Model) -> Result<bool, StoreError> {
    let filter = doc! { "name": model.definition.name.as_str(), "_id": { "$ne": object_id(model.id) } };
    let finding = connection.collections.models.find_one(filter).projection(doc! { "_id": 1 });
    Ok(connection.read("look for a model's name", finding.into_future()).await?.is_some())
}

/// A write of unknown outcome that turned out to have happened.
fn tell(write: &'static str, id: ModelId) {
    tracing::info!(write, model = %id, "a write to MongoDB was cut off and read back: it happened");
}

/// A write of which nobody can say whether it happened, or will.
fn undecided(write: &'static str, id: ModelId, unknown: Option<StoreError>) -> Result<(), ModelStoreError> {
    tracing::warn!(write, model = %id, "a write to MongoDB could not be completed; it may still happen");
    Err(unknown.unwrap_or_else(|| StoreError::Unavailable("other writers came first, again and again".into())).into())
}

/// The look at what became of a write failed too. When nobody knows, the first cause is told.
fn unread(
    write: &'static str,
    id: ModelId,
    unknown: Option<StoreError>,
    error: StoreError,
) -> Result<(), ModelStoreError> {
    if unknown.is_some() { undecided(write, id, unknown) } else { Err(error.into()) }
}

fn unwritable(error: mongodb::bson::error::Error) -> ModelStoreError {
    StoreError::Unavailable(Box::new(error)).into()
}

/// Ids are given out once: whatever has this one cannot be what the caller means.
fn other_model(id: ModelId) -> StoreError {
    let cause = "another model is stored under the id of a new one".into();
    StoreError::Corrupt { kind: "model", id: id.to_string(), cause }
}
