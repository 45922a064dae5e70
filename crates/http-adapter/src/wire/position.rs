//! A position of a model.

use super::decimal::{DecimalInput, TextDecimal};
use super::raw::{Faults, Member, name, object};
use crate::problem::{Code, Problem};
use domain::{Decimal, Drift, DriftError, DriftRange, Position, Target, TargetError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A position as callers send it.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = PositionRequest)]
pub(crate) struct PositionRequest {
    /// The security.
    #[serde(default)]
    #[schema(value_type = String, required = true, pattern = "^[0-9A-Za-z]{24}$", example = "680ad0a32a7a9a1b4c1d2e01")]
    security_id: Member,
    /// Wanted share of market value: 0 to 0.95, a multiple of 0.005.
    #[serde(default)]
    #[schema(value_type = DecimalInput<0, 95>, required = true, example = "0.05")]
    target: Member,
    /// How far above the target the share may be: 0 to 1, at most 6 decimals.
    #[serde(default)]
    #[schema(value_type = DecimalInput<0, 100>, required = true, example = "0.01")]
    high_drift: Member,
    /// How far below the target the share may be: 0 to `high_drift`, at most 6 decimals.
    #[serde(default)]
    #[schema(value_type = DecimalInput<0, 100>, required = true, example = "0.005")]
    low_drift: Member,
}

/// A position as callers read it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PositionDTO)]
pub(crate) struct PositionResponse {
    /// The security.
    #[schema(pattern = "^[0-9A-Za-z]{24}$")]
    security_id: String,
    /// Wanted share of market value.
    target: TextDecimal,
    /// How far above the target the share may be.
    high_drift: TextDecimal,
    /// How far below the target the share may be.
    low_drift: TextDecimal,
}

impl PositionResponse {
    pub(crate) fn new(position: &Position) -> Self {
        Self {
            security_id: position.security_id.to_string(),
            target: TextDecimal(position.target.weight()),
            high_drift: TextDecimal(position.drifts.high().fraction()),
            low_drift: TextDecimal(position.drifts.low().fraction()),
        }
    }
}

impl PositionRequest {
    /// The position that a body is.
    pub(crate) fn parse(body: &[u8]) -> Result<Position, Problem> {
        let request: Self = object(body)?;
        let mut faults = Faults::default();
        let position = request.read("", &mut faults);
        faults.finish(position)
    }

    /// The position at `pointer`, or its faults.
    pub(crate) fn read(&self, pointer: &str, faults: &mut Faults) -> Option<Position> {
        let at = |member: &str| format!("{pointer}/{member}");
        let security_id = self.security_id.id(&at("security_id"), Code::InvalidSecurityId, faults);
        let target = self.target.decimal(&at("target"), faults).and_then(|d| target(d, &at("target"), faults));
        let high = self.high_drift.decimal(&at("high_drift"), faults).and_then(|d| drift(d, &at("high_drift"), faults));
        let low = self.low_drift.decimal(&at("low_drift"), faults).and_then(|d| drift(d, &at("low_drift"), faults));
        let range = low.zip(high).map(|(low, high)| DriftRange::new(low, high));
        let drifts = match range? {
            Ok(range) => range,
            Err(error) => {
                drift_fault(error, &at("low_drift"), faults);
                return None;
            }
        };
        Some(Position { security_id: security_id?, target: target?, drifts })
    }
}

fn target(weight: Decimal, pointer: &str, faults: &mut Faults) -> Option<Target> {
    let target = Target::new(weight);
    if let Err(error) = &target {
        let code = match error {
            TargetError::OutOfRange => Code::TargetOutOfRange,
            TargetError::NotAMultiple => Code::TargetNotAMultiple,
        };
        let rule = match error {
            TargetError::OutOfRange => "must be between 0 and 0.95",
            TargetError::NotAMultiple => "must be a multiple of 0.005",
        };
        faults.add(pointer, code, format!("{} {rule}, not {weight}.", name(pointer)));
    }
    target.ok()
}

fn drift(fraction: Decimal, pointer: &str, faults: &mut Faults) -> Option<Drift> {
    let drift = Drift::new(fraction);
    if let Err(error) = &drift {
        drift_fault(*error, pointer, faults);
    }
    drift.ok()
}

fn drift_fault(error: DriftError, pointer: &str, faults: &mut Faults) {
    let (code, rule) = match error {
        DriftError::OutOfRange => (Code::DriftOutOfRange, "must be between 0 and 1"),
        DriftError::TooManyDecimals => (Code::TooManyDecimals, "has at most 6 decimals"),
        DriftError::LowAboveHigh => (Code::LowDriftAboveHighDrift, "must not be above high_drift"),
    };
    faults.add(pointer, code, format!("{} {rule}.", name(pointer)));
}

/// Elements of a list of positions: ten times what a model may keep, since those with target 0 are dropped.
const MOST_ELEMENTS: usize = 1_000;

/// Positions of a list, with duplicates found; `None` when one of them has a fault.
pub(crate) fn list(member: &Member, pointer: &str, faults: &mut Faults) -> Option<Vec<Position>> {
    let rows = member.short_list(pointer, (MOST_ELEMENTS, Code::TooManyPositions), faults)?;
    let mut seen = std::collections::HashSet::with_capacity(rows.len());
    let mut positions = Some(Vec::with_capacity(rows.len()));
    for (n, row) in rows.iter().enumerate() {
        let at = format!("{pointer}/{n}");
        let position = row.object::<PositionRequest>(&at, faults).and_then(|row| row.read(&at, faults));
        if let Some(position) = position
            && !seen.insert(position.security_id)
        {
            let at = format!("{at}/security_id");
            let message = format!("{} repeats security {}.", name(&at), position.security_id);
            faults.add(&at, Code::DuplicateSecurity, message);
            positions = None;
        }
        positions = positions.zip(position).map(|(mut all, one)| {
            all.push(one);
            all
        });
    }
    positions
}
