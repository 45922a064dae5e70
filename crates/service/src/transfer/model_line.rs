//! A model as a line.

use super::lines::{decimal, parse, timestamp};
use anyhow::Context;
use domain::{Drift, DriftRange, Model, ModelDefinition, ModelName, Portfolios, Position, Positions, Target, Version};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub(super) struct ModelLine {
    id: String,
    name: String,
    positions: Vec<PositionLine>,
    portfolios: Vec<String>,
    last_rebalance_date: Option<i64>,
    version: u32,
    created_at: i64,
    updated_at: i64,
}

#[derive(Serialize, Deserialize)]
struct PositionLine {
    security_id: String,
    target: String,
    low_drift: String,
    high_drift: String,
}

impl From<&Model> for ModelLine {
    fn from(model: &Model) -> Self {
        let definition = &model.definition;
        let positions = definition.positions.as_slice().iter().map(|p| PositionLine {
            security_id: p.security_id.to_string(),
            target: p.target.weight().to_string(),
            low_drift: p.drifts.low().fraction().to_string(),
            high_drift: p.drifts.high().fraction().to_string(),
        });
        Self {
            id: model.id.to_string(),
            name: definition.name.to_string(),
            positions: positions.collect(),
            portfolios: definition.portfolios.as_slice().iter().map(ToString::to_string).collect(),
            last_rebalance_date: model.last_rebalance_date.map(|date| date.timestamp_millis()),
            version: model.version.number(),
            created_at: model.created_at.timestamp_millis(),
            updated_at: model.updated_at.timestamp_millis(),
        }
    }
}

impl TryFrom<ModelLine> for Model {
    type Error = anyhow::Error;

    fn try_from(line: ModelLine) -> anyhow::Result<Self> {
        let positions: anyhow::Result<Vec<Position>> = line.positions.iter().map(position).collect();
        let portfolios: anyhow::Result<Vec<_>> = line.portfolios.iter().map(|id| parse("portfolio", id)).collect();
        let date = line.last_rebalance_date.map(|millis| timestamp("last_rebalance_date", millis)).transpose()?;
        Ok(Self {
            id: parse("id", &line.id)?,
            definition: ModelDefinition {
                name: ModelName::new(&line.name)?,
                positions: Positions::new(positions?)?,
                portfolios: Portfolios::new(portfolios?)?,
            },
            last_rebalance_date: date,
            version: Version::new(line.version).context("a version starts at 1")?,
            created_at: timestamp("created_at", line.created_at)?,
            updated_at: timestamp("updated_at", line.updated_at)?,
        })
    }
}

fn position(line: &PositionLine) -> anyhow::Result<Position> {
    Ok(Position {
        security_id: parse("security_id", &line.security_id)?,
        target: target(&line.target)?,
        drifts: drifts(&line.low_drift, &line.high_drift)?,
    })
}

pub(super) fn target(text: &str) -> anyhow::Result<Target> {
    Ok(Target::new(decimal("target", text)?)?)
}

pub(super) fn drifts(low: &str, high: &str) -> anyhow::Result<DriftRange> {
    Ok(DriftRange::new(Drift::stored(decimal("low_drift", low)?)?, Drift::stored(decimal("high_drift", high)?)?)?)
}
