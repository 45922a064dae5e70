//! A model.

use super::portfolios::PortfolioIdText;
use super::position::{PositionRequest, PositionResponse};
use super::raw::{Faults, Member, name, object};
use super::{portfolios, position, time};
use crate::problem::{Code, Problem, rule_problem};
use application::{DateChange, ModelChange};
use domain::{Model, ModelDefinition, ModelName, Positions, Version};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A model as callers read it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ModelDTO)]
pub(crate) struct ModelResponse {
    /// Its id.
    #[schema(pattern = "^[0-9a-f]{24}$")]
    model_id: String,
    /// Its name, unique among models.
    #[schema(min_length = 1, max_length = 255)]
    name: String,
    /// Securities with a target above 0.
    #[schema(max_items = 100)]
    positions: Vec<PositionResponse>,
    /// The portfolios that follow it.
    #[schema(value_type = Vec<PortfolioIdText>, min_items = 1)]
    portfolios: Vec<String>,
    /// When a rebalance of it was last recorded.
    #[schema(format = DateTime)]
    last_rebalance_date: Option<String>,
    /// Grows with each change of the model; not with a rebalance.
    #[schema(minimum = 1)]
    version: u32,
}

impl ModelResponse {
    pub(crate) fn new(model: &Model) -> Self {
        let definition = &model.definition;
        Self {
            model_id: model.id.to_string(),
            name: definition.name.as_str().to_owned(),
            positions: definition.positions.as_slice().iter().map(PositionResponse::new).collect(),
            portfolios: definition.portfolios.as_slice().iter().map(ToString::to_string).collect(),
            last_rebalance_date: model.last_rebalance_date.map(time::format),
            version: model.version.number(),
        }
    }
}

/// A new model.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = ModelRequest)]
pub(crate) struct ModelRequest {
    /// 1 to 255 characters after trimming; no other model may have it.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 255, pattern = r"\S", example = "Growth 60/40")]
    name: Member,
    /// At least one portfolio, none of them twice.
    #[serde(default)]
    #[schema(value_type = Vec<PortfolioIdText>, required = true, min_items = 1)]
    portfolios: Member,
    /// Each security once; targets sum to at most 0.95; those with target 0 are dropped.
    #[serde(default)]
    #[schema(value_type = Vec<PositionRequest>)]
    positions: Member,
}

impl ModelRequest {
    /// The definition that a body is.
    pub(crate) fn parse(body: &[u8]) -> Result<ModelDefinition, Problem> {
        let Self { name, portfolios, positions } = object(body)?;
        let mut faults = Faults::default();
        let definition = definition(&name, &portfolios, &positions, &mut faults);
        faults.finish(definition)
    }
}

/// A model's new definition.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = ModelUpdateRequest)]
pub(crate) struct ModelUpdateRequest {
    /// 1 to 255 characters after trimming; no other model may have it.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 255, pattern = r"\S", example = "Growth 60/40")]
    name: Member,
    /// At least one portfolio, none of them twice.
    #[serde(default)]
    #[schema(value_type = Vec<PortfolioIdText>, required = true, min_items = 1)]
    portfolios: Member,
    /// Each security once; targets sum to at most 0.95; those with target 0 are dropped.
    #[serde(default)]
    #[schema(value_type = Vec<PositionRequest>)]
    positions: Member,
    /// The version that was read.
    #[serde(default)]
    #[schema(value_type = u32, required = true, minimum = 1, maximum = 4_294_967_295_u32)]
    version: Member,
    /// Omitted: stays; null: cleared.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    last_rebalance_date: Member,
}

impl ModelUpdateRequest {
    /// The change that a body asks for.
    pub(crate) fn parse(body: &[u8]) -> Result<ModelChange, Problem> {
        let request: Self = object(body)?;
        let mut faults = Faults::default();
        let definition = definition(&request.name, &request.portfolios, &request.positions, &mut faults);
        let expected = version(&request.version, &mut faults);
        let date = date(&request.last_rebalance_date, &mut faults);
        let change = definition.zip(expected).zip(date);
        faults.finish(change.map(|((definition, expected), date)| ModelChange { definition, expected, date }))
    }
}

fn definition(name: &Member, portfolios: &Member, positions: &Member, faults: &mut Faults) -> Option<ModelDefinition> {
    let name = model_name(name, faults);
    let portfolios = portfolios::list(portfolios, "/portfolios", faults);
    let positions = model_positions(positions, faults);
    Some(ModelDefinition { name: name?, positions: positions?, portfolios: portfolios? })
}

fn model_name(member: &Member, faults: &mut Faults) -> Option<ModelName> {
    let name = ModelName::new(&member.string("/name", faults)?);
    if let Err(rule) = &name {
        faults.push(rule_problem(rule, "/name"));
    }
    name.ok()
}

/// The positions of a body; none when the member is absent or null.
pub(crate) fn model_positions(member: &Member, faults: &mut Faults) -> Option<Positions> {
    if !member.is_given() {
        return Some(Positions::default());
    }
    match Positions::new(position::list(member, "/positions", faults)?) {
        Ok(positions) => Some(positions),
        Err(rule) => {
            faults.push(rule_problem(&rule, "/positions"));
            None
        }
    }
}

fn version(member: &Member, faults: &mut Faults) -> Option<Version> {
    let number = member.integer("/version", faults)?;
    let version = u32::try_from(number).ok().and_then(Version::new);
    if version.is_none() {
        faults.add("/version", Code::InvalidVersion, "version must be from 1 to 4294967295.");
    }
    version
}

fn date(member: &Member, faults: &mut Faults) -> Option<DateChange> {
    if member.is_absent() {
        return Some(DateChange::Keep);
    }
    if member.is_null() {
        return Some(DateChange::Set(None));
    }
    let pointer = "/last_rebalance_date";
    let time = time::parse(&member.string(pointer, faults)?);
    if time.is_none() {
        let message = format!("{} must be RFC 3339, such as 2026-01-05T14:30:00.000Z.", name(pointer));
        faults.add(pointer, Code::InvalidDate, message);
    }
    time.map(|time| DateChange::Set(Some(time)))
}
