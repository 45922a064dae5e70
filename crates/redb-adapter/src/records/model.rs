//! A model, under its id.

use super::text::{Amount, Text};
use super::{RecordError, VERSION, instant, read, value_error, write};
use domain::{
    Drift, DriftRange, Model, ModelDefinition, ModelId, ModelName, PortfolioId, Portfolios, Position, Positions,
    SecurityId, Target, Version,
};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct ModelRecord {
    v: u32,
    name: String,
    positions: Vec<PositionRecord>,
    portfolios: Vec<Text<PortfolioId>>,
    last_rebalance_ms: Option<i64>,
    version: u32,
    created_ms: i64,
    updated_ms: i64,
}

#[derive(Serialize, Deserialize)]
struct PositionRecord {
    security: Text<SecurityId>,
    target: Amount,
    low_drift: Amount,
    high_drift: Amount,
}

/// The bytes of a model.
pub(crate) fn encode(model: &Model) -> Result<Vec<u8>, RecordError> {
    let definition = &model.definition;
    let positions = definition.positions.as_slice().iter().map(|position| PositionRecord {
        security: Text(position.security_id),
        target: Amount(position.target.weight()),
        low_drift: Amount(position.drifts.low().fraction()),
        high_drift: Amount(position.drifts.high().fraction()),
    });
    write(&ModelRecord {
        v: VERSION,
        name: definition.name.as_str().to_owned(),
        positions: positions.collect(),
        portfolios: definition.portfolios.as_slice().iter().copied().map(Text).collect(),
        last_rebalance_ms: model.last_rebalance_date.map(|date| date.timestamp_millis()),
        version: model.version.number(),
        created_ms: model.created_at.timestamp_millis(),
        updated_ms: model.updated_at.timestamp_millis(),
    })
}

/// The model of these bytes.
pub(crate) fn decode(id: ModelId, bytes: &[u8]) -> Result<Model, RecordError> {
    let record: ModelRecord = read(bytes, |record: &ModelRecord| record.v)?;
    let positions = record.positions.iter().map(position).collect::<Result<_, _>>()?;
    let portfolios = record.portfolios.into_iter().map(|Text(id)| id).collect();
    Ok(Model {
        id,
        definition: ModelDefinition {
            name: ModelName::new(&record.name).map_err(value_error("name"))?,
            positions: Positions::new(positions).map_err(value_error("positions"))?,
            portfolios: Portfolios::new(portfolios).map_err(value_error("portfolios"))?,
        },
        last_rebalance_date: record.last_rebalance_ms.map(|ms| instant("last_rebalance_ms", ms)).transpose()?,
        version: Version::new(record.version).ok_or_else(|| value_error("version")("it is 0"))?,
        created_at: instant("created_ms", record.created_ms)?,
        updated_at: instant("updated_ms", record.updated_ms)?,
    })
}

fn position(record: &PositionRecord) -> Result<Position, RecordError> {
    Ok(Position {
        security_id: record.security.0,
        target: Target::new(record.target.0).map_err(value_error("target"))?,
        drifts: drifts(&record.low_drift, &record.high_drift)?,
    })
}

/// A band of two stored amounts.
pub(super) fn drifts(low: &Amount, high: &Amount) -> Result<DriftRange, RecordError> {
    let low = Drift::stored(low.0).map_err(value_error("low_drift"))?;
    let high = Drift::stored(high.0).map_err(value_error("high_drift"))?;
    DriftRange::new(low, high).map_err(value_error("low_drift"))
}
