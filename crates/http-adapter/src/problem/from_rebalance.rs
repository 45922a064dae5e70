//! What a rebalance that did not come about means for the caller.

use super::from_model::model_not_found;
use super::{Code, FieldProblem, MAX_FIELD_PROBLEMS, Problem, sentence};
use application::{RebalanceError, UpstreamError};
use domain::rebalance::{FailureCode, PortfolioFailure};

/// The text that clients of the previous service know; the reasons are in `errors[]`.
const INFEASIBLE: &str = "no feasible solution exists";

impl From<RebalanceError> for Problem {
    fn from(error: RebalanceError) -> Self {
        match error {
            RebalanceError::ModelNotFound(id) => model_not_found(id),
            RebalanceError::PortfolioInNoModel(id) => {
                Self::new(Code::PortfolioInNoModel, format!("Portfolio {id} is in no model."))
            }
            RebalanceError::PortfolioNotInModel { portfolio_id, model_id } => {
                let detail = format!("Portfolio {portfolio_id} is not in model {model_id}.");
                Self::about(Code::PortfolioNotInModel, "/model_id", detail)
            }
            RebalanceError::PortfolioInSeveralModels { portfolio_id, models } => {
                let named: Vec<String> = models.iter().map(|(id, name)| format!("{id} ({name})")).collect();
                let detail = format!(
                    "Portfolio {portfolio_id} is in {} models: {}. Name one with ?model_id=.",
                    models.len(),
                    named.join(", ")
                );
                Self::about(Code::PortfolioInSeveralModels, "/model_id", detail)
            }
            RebalanceError::ModelWithoutPositions(id) => {
                let reason = format!("Model {id} has no positions: there is nothing to aim at.");
                let reasons = vec![FieldProblem::reason("model_without_positions", reason)];
                Self::new(Code::NoFeasibleSolution, INFEASIBLE).with_errors(reasons)
            }
            RebalanceError::AllFailed(failures) => all_failed(&failures),
            RebalanceError::Upstream(error) => error.into(),
            RebalanceError::Store(error) => error.into(),
            RebalanceError::Overloaded { retry_after } => Self::new(
                Code::Overloaded,
                "More rebalances are asked for than can be done in time. Nothing was begun; repeat it later.",
            )
            .with_retry_after(Some(retry_after)),
            RebalanceError::TimedOut => Self::timed_out().without_effect(),
            RebalanceError::WorkerLost => Self::internal(error),
        }
    }
}

impl Problem {
    /// The time for the request is used up.
    pub(crate) fn timed_out() -> Self {
        Self::new(Code::RequestTimeout, "The time for this request is used up. Repeat it later.")
    }
}

impl From<UpstreamError> for Problem {
    fn from(error: UpstreamError) -> Self {
        let service = error.service();
        let (code, detail) = match &error {
            UpstreamError::Unavailable { .. } => (
                Code::UpstreamUnavailable,
                format!("The service {service} does not work at present; nothing was stored."),
            ),
            UpstreamError::Timeout { .. } => (
                Code::UpstreamUnavailable,
                format!("The service {service} did not answer in time; nothing was stored."),
            ),
            UpstreamError::CircuitOpen { .. } => (
                Code::UpstreamUnavailable,
                format!("The service {service} failed repeatedly and is not asked at present; nothing was stored."),
            ),
            UpstreamError::Invalid { cause, .. } => (
                Code::UpstreamInvalid,
                format!(
                    "The service {service} answered something that cannot be used: {}",
                    sentence(&cause.to_string())
                ),
            ),
        };
        Self::new(code, detail).with_retry_after(error.retry_after()).caused_by(error)
    }
}

/// One failed portfolio has its own code; several have theirs if they agree.
fn all_failed(failures: &[PortfolioFailure]) -> Problem {
    let Some((first, rest)) = failures.split_first() else {
        return Problem::new(Code::AllPortfoliosFailed, "No portfolio could be rebalanced.");
    };
    let agree = rest.iter().all(|failure| failure.code == first.code);
    let code = if agree { code_of(first.code) } else { Code::AllPortfoliosFailed };
    let detail = match (code, failures.len()) {
        (Code::NoFeasibleSolution, _) => INFEASIBLE.to_owned(),
        (_, 1) => sentence(&first.message),
        (_, n) => format!("None of the {n} portfolios could be rebalanced; the first: {}", sentence(&first.message)),
    };
    let errors: Vec<FieldProblem> = match rest {
        [] => FieldProblem::of_only_failure(first).into_iter().take(MAX_FIELD_PROBLEMS).collect(),
        _ => failures.iter().flat_map(FieldProblem::of_failure).take(MAX_FIELD_PROBLEMS).collect(),
    };
    let all = match rest {
        [] => first.details.len().max(1),
        _ => failures.iter().map(|failure| 1 + failure.details.len()).sum(),
    };
    let detail = match all.saturating_sub(errors.len()) {
        0 => detail,
        more => format!("{detail} ({more} more reasons are not listed)"),
    };
    Problem::new(code, detail).with_errors(errors)
}

/// The code of the problem that a portfolio's failure is when it was asked for alone.
pub(crate) const fn code_of(failure: FailureCode) -> Code {
    match failure {
        FailureCode::NoFeasibleSolution => Code::NoFeasibleSolution,
        FailureCode::PriceMissing => Code::PriceMissing,
        FailureCode::SecurityUnknown => Code::SecurityUnknown,
        FailureCode::PortfolioUnknown => Code::PortfolioUnknown,
        FailureCode::OutOfBounds => Code::OutOfBounds,
        FailureCode::UpstreamInvalid => Code::UpstreamInvalid,
        FailureCode::OptimizationTimeout => Code::OptimizationTimeout,
        FailureCode::OptimizerDefect => Code::OptimizerDefect,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_has_the_name_of_its_problem() {
        for code in [
            FailureCode::NoFeasibleSolution,
            FailureCode::PriceMissing,
            FailureCode::SecurityUnknown,
            FailureCode::PortfolioUnknown,
            FailureCode::OutOfBounds,
            FailureCode::UpstreamInvalid,
            FailureCode::OptimizationTimeout,
            FailureCode::OptimizerDefect,
        ] {
            assert_eq!(code_of(code).as_str(), code.code());
        }
    }
}
