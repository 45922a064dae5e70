//! Groups of problem codes that several endpoints share, by name.

use crate::problem::Code;

/// What may be wrong with any body that is read.
const BODY: &[Code] =
    &[Code::MalformedJson, Code::ValidationFailed, Code::WrongType, Code::BodyTooLarge, Code::UnsupportedEncoding];

const POSITION: &[Code] = &[
    Code::Required,
    Code::InvalidText,
    Code::InvalidSecurityId,
    Code::InvalidDecimal,
    Code::TooManyDigits,
    Code::TooManyDecimals,
    Code::TargetOutOfRange,
    Code::TargetNotAMultiple,
    Code::DriftOutOfRange,
    Code::LowDriftAboveHighDrift,
];

const PORTFOLIOS: &[Code] =
    &[Code::Required, Code::InvalidText, Code::InvalidPortfolioId, Code::NoPortfolios, Code::DuplicatePortfolio];

const MODEL: &[Code] = &[Code::InvalidName, Code::DuplicateSecurity, Code::TooManyPositions, Code::TargetSumExceeded];

const PREVIEW: &[Code] = &[
    Code::DuplicateSecurity,
    Code::TooManyPositions,
    Code::TargetSumExceeded,
    Code::PriceNotPositive,
    Code::ReserveOutOfRange,
];

const REBALANCE_FAILED: &[Code] = &[
    Code::NoFeasibleSolution,
    Code::PriceMissing,
    Code::SecurityUnknown,
    Code::PortfolioUnknown,
    Code::OutOfBounds,
    Code::UpstreamInvalid,
    Code::UpstreamUnavailable,
    Code::OptimizationTimeout,
    Code::OptimizerDefect,
];

/// What every endpoint may answer.
pub(super) const ALWAYS: &[Code] =
    &[Code::BadRequest, Code::NotAcceptable, Code::InternalError, Code::RequestTimeout, Code::Overloaded];

/// What an endpoint with an `Idempotency-Key` may answer.
pub(super) const KEYED: &[Code] = &[
    Code::IdempotencyKeyInvalid,
    Code::IdempotencyKeyReused,
    Code::IdempotencyKeyRunning,
    Code::ModelDeleted,
    Code::RebalanceDeleted,
    Code::StoreUnavailable,
    Code::BodyTooLarge,
    Code::UnsupportedEncoding,
];

/// The codes that `name` stands for; `None` when there is no such code or group.
pub(super) fn named(name: &str) -> Option<Vec<Code>> {
    let groups: &[&[Code]] = match name {
        "model_body" => &[BODY, POSITION, PORTFOLIOS, MODEL],
        "position_body" => &[BODY, POSITION],
        "portfolios_body" => &[BODY, PORTFOLIOS],
        "preview_body" => &[BODY, POSITION, PREVIEW],
        "rebalance_failed" => &[REBALANCE_FAILED],
        code => return Code::from_name(code).map(|code| vec![code]),
    };
    Some(groups.concat())
}
