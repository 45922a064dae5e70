//! One thing that is wrong: where, what kind, in words.

use super::Code;
use domain::rebalance::{FailureDetail, PortfolioFailure};
use serde::Serialize;
use utoipa::ToSchema;

/// The most entries that one problem lists.
pub(crate) const MAX_FIELD_PROBLEMS: usize = 100;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ProblemDetail)]
pub(crate) struct FieldProblem {
    /// The member of the request that is wrong: a JSON pointer into the body, or `/` and the name of a parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub(crate) pointer: Option<String>,
    /// The kind of fault, for programs: stable.
    #[schema(pattern = "^[a-z_]+$")]
    pub(crate) code: String,
    /// The fault, for people.
    pub(crate) message: String,
    /// The portfolio concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub(crate) portfolio_id: Option<String>,
    /// The security concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub(crate) security_id: Option<String>,
}

impl FieldProblem {
    /// A fault of the member at `pointer`.
    pub(crate) fn at(pointer: impl Into<String>, code: Code, message: impl Into<String>) -> Self {
        Self { pointer: Some(pointer.into()), ..Self::reason(code.as_str(), message) }
    }

    /// A fault that no member of the request is to blame for.
    pub(crate) fn reason(code: &str, message: impl Into<String>) -> Self {
        let (code, message) = (code.to_owned(), message.into());
        Self { pointer: None, code, message, portfolio_id: None, security_id: None }
    }

    /// A failed portfolio, and the facts behind it.
    pub(crate) fn of_failure(failure: &PortfolioFailure) -> Vec<Self> {
        let portfolio_id = Some(failure.portfolio_id.to_string());
        let message = super::sentence(&failure.message);
        let itself = Self { portfolio_id: portfolio_id.clone(), ..Self::reason(failure.code.code(), message) };
        let facts = failure.details.iter().map(|detail| Self::of_fact(detail, portfolio_id.clone()));
        [itself].into_iter().chain(facts).collect()
    }

    /// The facts behind a failure that is the whole problem.
    pub(crate) fn of_only_failure(failure: &PortfolioFailure) -> Vec<Self> {
        let mut all = Self::of_failure(failure);
        if all.len() > 1 {
            all.remove(0);
        }
        all
    }

    fn of_fact(detail: &FailureDetail, portfolio_id: Option<String>) -> Self {
        let security_id = detail.security_id.map(|id| id.to_string());
        Self { portfolio_id, security_id, ..Self::reason(&detail.code, super::sentence(&detail.message)) }
    }
}
