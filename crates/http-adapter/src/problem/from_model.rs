//! What a refused change of a model means for the caller.

use super::{Code, FieldProblem, Problem, sentence};
use crate::wire::time;
use application::{EditModelError, ModelStoreError, UpdateModelError};
use domain::{ModelId, ModelRuleError, Version};

impl From<ModelStoreError> for Problem {
    fn from(error: ModelStoreError) -> Self {
        match error {
            ModelStoreError::NotFound(id) => model_not_found(id),
            ModelStoreError::VersionConflict { id, expected, stored } => {
                version_conflict(&format!("Model {id}"), expected, stored)
            }
            ModelStoreError::NameTaken(name) => {
                Self::about(Code::ModelNameTaken, "/name", format!("Another model is named {:?}.", name.as_str()))
            }
            ModelStoreError::Store(error) => error.into(),
        }
    }
}

impl From<UpdateModelError> for Problem {
    fn from(error: UpdateModelError) -> Self {
        match error {
            UpdateModelError::DateInFuture(date) => {
                let detail = format!("last_rebalance_date is in the future: {}.", time::format(date));
                Self::about(Code::InvalidDate, "/last_rebalance_date", detail)
            }
            UpdateModelError::Models(error) => error.into(),
        }
    }
}

impl From<EditModelError> for Problem {
    fn from(error: EditModelError) -> Self {
        match error {
            EditModelError::NotFound(id) => model_not_found(id),
            // In an edit the rule of at least one portfolio is about what would be left.
            EditModelError::Rule(ModelRuleError::NoPortfolios) => Self::about(
                Code::LastPortfolio,
                "/portfolios",
                "A model keeps at least one portfolio: this would remove the last one.",
            ),
            EditModelError::Rule(rule) => Self::invalid(vec![rule_problem(&rule, "/target")], 1),
            EditModelError::Store(error) => error.into(),
        }
    }
}

pub(super) fn model_not_found(id: ModelId) -> Problem {
    Problem::new(Code::ModelNotFound, format!("Model {id} does not exist."))
}

pub(super) fn version_conflict(what: &str, expected: Version, stored: Version) -> Problem {
    let detail = format!("{what} has version {stored}, not {expected}. Read it again and repeat the change.");
    Problem::about(Code::VersionConflict, "/version", detail)
}

/// The fault behind a broken rule of models. `target` is where the request has the target, if only one is in it.
pub(crate) fn rule_problem(rule: &ModelRuleError, target: &str) -> FieldProblem {
    let (code, pointer) = match rule {
        ModelRuleError::Name => (Code::InvalidName, "/name"),
        ModelRuleError::DuplicateSecurity(_) => (Code::DuplicateSecurity, "/positions"),
        ModelRuleError::TooManyPositions(_) => (Code::TooManyPositions, "/positions"),
        ModelRuleError::TargetSumExceeded(_) => (Code::TargetSumExceeded, "/positions"),
        ModelRuleError::NoPortfolios => (Code::NoPortfolios, "/portfolios"),
        ModelRuleError::DuplicatePortfolio(_) => (Code::DuplicatePortfolio, "/portfolios"),
        ModelRuleError::ZeroTarget => (Code::ZeroTarget, target),
        ModelRuleError::PositionExists(_) => (Code::PositionExists, "/security_id"),
        ModelRuleError::PositionNotFound(_) => (Code::PositionNotFound, "/security_id"),
        ModelRuleError::PositionDiffers(_) => (Code::PositionDiffers, ""),
    };
    FieldProblem::at(pointer, code, sentence(&rule.to_string()))
}
