//! Problems: every error that a caller sees, in one envelope (RFC 9457).
//!
//! What is told to the caller (`detail`, `errors[]`) and what is logged (`cause`, with its whole chain) are different
//! fields: bodies of 5xx never carry internals.

mod code;
mod field;
mod from_model;
mod from_read;
mod from_rebalance;
mod from_run_once;
mod from_store;
mod markdown;

pub use code::{Code, Effect, Row};
pub(crate) use field::{FieldProblem, MAX_FIELD_PROBLEMS};
pub(crate) use from_model::rule_problem;
pub(crate) use from_read::rebalance_not_found;
pub use markdown::errors_markdown;
pub(crate) use markdown::type_uri;

use actix_web::http::{Method, StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use std::error::Error;
use std::fmt::Write as _;
use std::time::Duration;
use utoipa::ToSchema;

/// The media type of the envelope.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

type Cause = Box<dyn Error + Send + Sync>;

/// What went wrong with a request.
#[derive(Debug, thiserror::Error)]
#[error("{}: {detail}", code.as_str())]
pub struct Problem {
    code: Code,
    detail: String,
    errors: Vec<FieldProblem>,
    retry_after: Option<Duration>,
    allow: Option<String>,
    effect: Effect,
    /// What is behind it: for the log, never for the caller.
    cause: Option<Cause>,
}

impl Problem {
    /// A problem of this kind; `detail` is a sentence for the caller.
    pub(crate) fn new(code: Code, detail: impl Into<String>) -> Self {
        let (detail, effect) = (detail.into(), code.row().effect);
        Self { code, detail, errors: Vec::new(), retry_after: None, allow: None, effect, cause: None }
    }

    /// A problem that is one thing about one member of the request.
    pub(crate) fn about(code: Code, pointer: &str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let field = FieldProblem::at(pointer, code, detail.clone());
        Self::new(code, detail).with_errors(vec![field])
    }

    /// All that is wrong with a request: the code is theirs if they agree.
    pub(crate) fn invalid(mut errors: Vec<FieldProblem>, all: usize) -> Self {
        let code = match errors.split_first() {
            Some((first, rest)) if rest.iter().all(|e| e.code == first.code) => Code::from_name(&first.code),
            _ => None,
        };
        let detail = match errors.as_slice() {
            [only] => only.message.clone(),
            many => {
                let all = all.max(many.len());
                let shown: Vec<&str> = many.iter().take(5).map(|e| e.message.as_str()).collect();
                let more = if all > shown.len() { " …" } else { "" };
                format!("{all} things are wrong with the request: {}{more}", shown.join(" "))
            }
        };
        errors.truncate(MAX_FIELD_PROBLEMS);
        Self::new(code.unwrap_or(Code::ValidationFailed), detail).with_errors(errors)
    }

    /// A defect: the caller learns that there is one, the log learns which.
    pub(crate) fn internal(cause: impl Into<Cause>) -> Self {
        Self::new(Code::InternalError, "The service has a defect that this request ran into.").caused_by(cause)
    }

    /// The path exists, the method does not.
    pub(crate) fn method_not_allowed(allowed: &[Method]) -> Self {
        let allow = allowed.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
        let detail = format!("This path answers to {allow} only.");
        Self { allow: Some(allow), ..Self::new(Code::MethodNotAllowed, detail) }
    }

    pub(crate) fn with_errors(mut self, errors: Vec<FieldProblem>) -> Self {
        self.errors = errors;
        self
    }

    pub(crate) fn with_retry_after(mut self, after: Option<Duration>) -> Self {
        self.retry_after = after;
        self
    }

    pub(crate) fn caused_by(mut self, cause: impl Into<Cause>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// It is known that nothing was changed, although problems of this kind cannot promise that.
    pub(crate) const fn without_effect(mut self) -> Self {
        self.effect = Effect::Unchanged;
        self
    }

    /// Whether the request may have changed something.
    pub(crate) const fn effect(&self) -> Effect {
        self.effect
    }

    /// The kind of problem.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.code
    }

    /// The sentence for the caller.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// What is behind it, outermost first, for the log; `None` when the problem is only the caller's.
    pub(crate) fn cause_chain(&self) -> Option<String> {
        let cause = self.cause.as_deref()?;
        let mut text = cause.to_string();
        let mut next = cause.source();
        while let Some(inner) = next {
            // Writing to a string does not fail.
            let _infallible = write!(text, ": {inner}");
            next = inner.source();
        }
        Some(text)
    }

    fn retry_after_s(&self) -> Option<u64> {
        let asked = self.retry_after.map(|after| after.as_secs() + u64::from(after.subsec_nanos() > 0));
        asked.map(|s| s.max(1)).or(self.code.row().retry_after_s.map(u64::from))
    }
}

/// A problem as the caller reads it.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemResponse<'a> {
    /// Where this kind of problem is described.
    #[schema(format = "uri")]
    r#type: String,
    /// The kind of problem, for people.
    title: &'a str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What happened in this case, to which thing, and what to do: a sentence for people.
    #[schema(min_length = 1)]
    detail: &'a str,
    /// The kind of problem, for programs: stable.
    #[schema(pattern = "^[a-z_]+$")]
    code: &'a str,
    /// Names this request in traces and logs.
    trace_id: String,
    /// What exactly is wrong, when that can be listed.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false)]
    errors: &'a [FieldProblem],
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    fn error_response(&self) -> HttpResponse {
        let row = self.code.row();
        let body = ProblemResponse {
            r#type: type_uri(self.code),
            title: row.title,
            status: row.status,
            detail: &self.detail,
            code: row.code,
            trace_id: crate::context::trace_id(),
            errors: &self.errors,
        };
        let mut response = HttpResponse::build(self.status_code());
        response.insert_header((header::CONTENT_TYPE, PROBLEM_JSON));
        if let Some(seconds) = self.retry_after_s() {
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        if let Some(allow) = &self.allow {
            response.insert_header((header::ALLOW, allow.as_str()));
        }
        // Strings and integers always serialise.
        response.body(serde_json::to_vec(&body).unwrap_or_default())
    }
}

/// `text` as a sentence: first letter capital, with a full stop.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    let stop = if text.ends_with(['.', '…', '!', '?']) { "" } else { "." };
    format!("{first}{}{stop}", letters.as_str())
}
