//! The document of a model. The previous service's documents have the same fields, but for `schema_version` and
//! `recent_writes`.

use super::object_id;
use crate::amount::to_bson;
use crate::fields::{FieldError, Fields, date_time};
use crate::schema;
use domain::{
    Drift, DriftRange, Model, ModelDefinition, ModelId, ModelName, PortfolioId, Portfolios, Position, Positions,
    Target, Version,
};
use mongodb::bson::{Bson, Document, doc, oid::ObjectId};
use ports::DateChange;

/// How many writes a model remembers: more than can come between a write and its being read back.
const REMEMBERED: i32 = 16;

/// The document of a new model, written by `write`.
pub(super) fn new_document(model: &Model, write: ObjectId) -> Document {
    let mut document = doc! { "_id": object_id(model.id) };
    document.extend(changed_fields(model));
    document.insert("last_rebalance_date", model.last_rebalance_date.map(date_time));
    document.insert("created_at", date_time(model.created_at));
    document.insert("recent_writes", [write].as_slice());
    document
}

/// The update to what `model` says, by `write`.
pub(super) fn update(model: &Model, date: DateChange, write: ObjectId) -> Document {
    let mut set = changed_fields(model);
    if let DateChange::Set(date) = date {
        set.insert("last_rebalance_date", date.map(date_time));
    }
    doc! { "$set": set, "$push": { "recent_writes": { "$each": [write], "$slice": -REMEMBERED } } }
}

/// The fields that a replacement changes.
fn changed_fields(model: &Model) -> Document {
    let definition = &model.definition;
    doc! {
        "schema_version": schema::VERSION,
        "name": definition.name.as_str(),
        "positions": definition.positions.as_slice().iter().map(position_document).collect::<Vec<_>>(),
        "portfolios": definition.portfolios.as_slice().iter().map(PortfolioId::as_str).collect::<Vec<_>>(),
        "version": number(model.version),
        "updated_at": date_time(model.updated_at),
    }
}

/// A version as it is stored and compared: MongoDB compares numbers of all widths by value.
pub(super) fn number(version: Version) -> i64 {
    version.number().into()
}

fn position_document(position: &Position) -> Bson {
    Bson::Document(doc! {
        "security_id": position.security_id.as_str(),
        "target": to_bson(position.target.weight()),
        "high_drift": to_bson(position.drifts.high().fraction()),
        "low_drift": to_bson(position.drifts.low().fraction()),
    })
}

/// The model that a document describes.
pub(super) fn model_of(fields: Fields<'_>) -> Result<Model, FieldError> {
    check_schema(fields)?;
    let invalid = |field: &'static str| move |rule: domain::ModelRuleError| FieldError::invalid(field, rule);
    Ok(Model {
        id: ModelId::from_bytes(fields.object_id("_id")?.bytes()),
        definition: ModelDefinition {
            name: ModelName::new(fields.text("name")?).map_err(invalid("name"))?,
            positions: Positions::new(fields.documents("positions", position_of)?).map_err(invalid("positions"))?,
            portfolios: Portfolios::new(fields.parsed_list("portfolios")?).map_err(invalid("portfolios"))?,
        },
        last_rebalance_date: fields.maybe("last_rebalance_date", Fields::instant)?,
        version: fields.version("version")?,
        created_at: fields.instant("created_at")?,
        updated_at: fields.instant("updated_at")?,
    })
}

/// Refuses what a later release wrote: it may mean something else there.
pub(crate) fn check_schema(fields: Fields<'_>) -> Result<(), FieldError> {
    match fields.maybe("schema_version", Fields::whole)? {
        Some(version) if version > u64::from(schema::VERSION.unsigned_abs()) => {
            Err(FieldError::invalid("schema_version", format!("{version} is of a later release of this service")))
        }
        _ => Ok(()),
    }
}

fn position_of(fields: Fields<'_>) -> Result<Position, FieldError> {
    Ok(Position { security_id: fields.parsed("security_id")?, target: target_of(fields)?, drifts: drifts_of(fields)? })
}

/// The field `target`.
pub(crate) fn target_of(fields: Fields<'_>) -> Result<Target, FieldError> {
    Target::new(fields.decimal("target")?).map_err(|rule| FieldError::invalid("target", rule))
}

/// The fields `low_drift` and `high_drift`.
pub(crate) fn drifts_of(fields: Fields<'_>) -> Result<DriftRange, FieldError> {
    let drift = |field| Drift::stored(fields.decimal(field)?).map_err(|rule| FieldError::invalid(field, rule));
    DriftRange::new(drift("low_drift")?, drift("high_drift")?).map_err(|rule| FieldError::invalid("low_drift", rule))
}

/// The stored state that decides what became of a write.
pub(super) struct Trace {
    /// The version that is stored.
    pub(super) version: Version,
    /// The ids of the latest writes.
    pub(super) writes: Vec<ObjectId>,
}

/// Reads the trace of a model.
pub(super) fn trace_of(fields: Fields<'_>) -> Result<Trace, FieldError> {
    Ok(Trace { version: fields.version("version")?, writes: fields.object_ids("recent_writes")? })
}
