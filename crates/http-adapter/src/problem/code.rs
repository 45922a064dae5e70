//! The table of problem codes: what each means, its status, and when to come back. It drives the answers, the OpenAPI
//! document and `docs/errors.md`.

use actix_web::http::StatusCode;

/// Whether a request that ended in a problem may have changed anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It changed nothing.
    Unchanged,
    /// It may have changed something: read back before repeating it without an `Idempotency-Key`.
    Unknown,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Stable name on the wire.
    pub code: &'static str,
    /// HTTP status.
    pub status: u16,
    /// Short text for people; the same for each occurrence.
    pub title: &'static str,
    /// Seconds after which repeating the request may help, unless the cause said otherwise.
    pub retry_after_s: Option<u32>,
    /// Whether something may have changed.
    pub effect: Effect,
    /// What to do about it.
    pub remedy: &'static str,
}

macro_rules! codes {
    ($($variant:ident => $code:literal, $status:literal, $retry:expr, $effect:ident, $title:literal, $remedy:literal;)+) => {
        /// The kind of a problem.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = $title] $variant,)+
        }

        impl Code {
            /// All codes, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The row of this code.
            #[must_use]
            pub const fn row(self) -> Row {
                match self {
                    $(Self::$variant => Row {
                        code: $code, status: $status, title: $title, retry_after_s: $retry, effect: Effect::$effect,
                        remedy: $remedy,
                    },)+
                }
            }
        }
    };
}

codes! {
    // 400: the address of the request is wrong
    BadRequest => "bad_request", 400, None, Unchanged, "The request cannot be understood",
        "Check the request line and the headers.";
    InvalidId => "invalid_id", 400, None, Unchanged, "An id in the path is malformed",
        "Model and rebalance ids have 24 hexadecimal digits, portfolio and security ids 24 ASCII letters or digits.";
    NegativePaging => "negative_paging", 400, None, Unchanged, "A page cannot begin or end before the list",
        "Send offset and limit of at least 0.";
    UnknownSortField => "unknown_sort_field", 400, None, Unchanged, "The list cannot be sorted by this",
        "Sort by one of the fields that the detail names.";
    LastPortfolio => "last_portfolio", 400, None, Unchanged, "A model keeps at least one portfolio",
        "Leave one portfolio, or delete the model.";
    // 404, 405: nothing there
    RouteNotFound => "route_not_found", 404, None, Unchanged, "No such path",
        "See /openapi.json for the paths of this service.";
    ModelNotFound => "model_not_found", 404, None, Unchanged, "No such model",
        "List the models with GET /api/v1/models.";
    PositionNotFound => "position_not_found", 404, None, Unchanged, "The security is not in the model",
        "Read the model for its positions.";
    PortfolioInNoModel => "portfolio_in_no_model", 404, None, Unchanged, "No model lists the portfolio",
        "Add the portfolio to a model first.";
    PortfolioNotInModel => "portfolio_not_in_model", 404, None, Unchanged, "The model does not list the portfolio",
        "Name a model that lists the portfolio, or none.";
    RebalanceNotFound => "rebalance_not_found", 404, None, Unchanged, "No such rebalance",
        "List the rebalances with GET /api/v1/rebalances.";
    PortfolioNotInRebalance => "portfolio_not_in_rebalance", 404, None, Unchanged,
        "The rebalance has no such portfolio",
        "Read the rebalance's portfolios; one that failed is among its failures.";
    FileNotFound => "file_not_found", 404, None, Unchanged, "No such page of the documentation",
        "Start at /docs.";
    ModelDeleted => "model_deleted", 410, None, Unchanged, "The model was deleted since",
        "The first request with this Idempotency-Key succeeded; what it made is gone.";
    RebalanceDeleted => "rebalance_deleted", 410, None, Unchanged, "The rebalance was deleted since",
        "The first request with this Idempotency-Key succeeded; its record is gone.";
    MethodNotAllowed => "method_not_allowed", 405, None, Unchanged, "The path does not have this method",
        "Use one of the methods in the Allow header.";
    NotAcceptable => "not_acceptable", 406, None, Unchanged, "No representation suits the Accept headers",
        "Accept gzip, br or identity as the encoding.";
    // 409: the request does not fit what is there
    VersionConflict => "version_conflict", 409, None, Unchanged, "Somebody else changed it meanwhile",
        "Read it again and repeat the change with its present version.";
    ModelNameTaken => "model_name_taken", 409, None, Unchanged, "Another model has this name",
        "Choose another name.";
    PositionExists => "position_exists", 409, None, Unchanged, "The security is already in the model",
        "Change it with PUT instead of adding it.";
    PositionDiffers => "position_differs", 409, None, Unchanged, "The position has other values than those given",
        "Read the model and send the position as it is.";
    PortfolioInSeveralModels => "portfolio_in_several_models", 409, None, Unchanged, "Several models list the portfolio",
        "Name one of the models in the query: ?model_id=.";
    IdempotencyKeyRunning => "idempotency_key_running", 409, Some(1), Unchanged,
        "The first request with this key has not ended",
        "Repeat the request later: it is answered as the first one was.";
    // 413, 422: the request itself is wrong
    UnsupportedEncoding => "unsupported_encoding", 415, None, Unchanged, "The encoding of the body is not known",
        "Send it as it is, or with gzip, deflate or br.";
    BodyTooLarge => "body_too_large", 413, None, Unchanged, "The body is too large", "Send less at once.";
    MalformedJson => "malformed_json", 422, None, Unchanged, "The body is not JSON",
        "Correct the body where the detail says.";
    ValidationFailed => "validation_failed", 422, None, Unchanged, "Several things are wrong with the request",
        "Correct what errors[] lists; each entry has its own code.";
    Required => "required", 422, None, Unchanged, "Something is missing", "Add what the detail names.";
    WrongType => "wrong_type", 422, None, Unchanged, "A value has the wrong JSON type",
        "Send the type that the detail names.";
    NotAnInteger => "not_an_integer", 422, None, Unchanged, "A number is not an integer", "Send a whole number.";
    InvalidVersion => "invalid_version", 422, None, Unchanged, "Not a version", "Versions are integers from 1 to 4294967295.";
    InvalidDecimal => "invalid_decimal", 422, None, Unchanged, "Not a decimal number",
        "Send a JSON number, or a string such as \"0.05\".";
    TooManyDigits => "too_many_digits", 422, None, Unchanged, "The number has more digits than are kept exactly",
        "Send at most 28 significant digits.";
    TooManyDecimals => "too_many_decimals", 422, None, Unchanged, "The number has too many decimals",
        "Round it to as many decimals as the detail says.";
    InvalidName => "invalid_name", 422, None, Unchanged, "Not a name of a model",
        "Names have 1 to 255 characters besides surrounding white space.";
    InvalidText => "invalid_text", 422, None, Unchanged, "The text is not valid Unicode", "Correct the escapes in the string.";
    InvalidDate => "invalid_date", 422, None, Unchanged, "Not a time",
        "Send RFC 3339, such as 2026-01-05T14:30:00.000Z.";
    InvalidModelId => "invalid_model_id", 422, None, Unchanged, "Not a model id", "Model ids have 24 hexadecimal digits.";
    InvalidPortfolioId => "invalid_portfolio_id", 422, None, Unchanged, "Not a portfolio id",
        "Portfolio ids have 24 ASCII letters or digits.";
    InvalidSecurityId => "invalid_security_id", 422, None, Unchanged, "Not a security id",
        "Security ids have 24 ASCII letters or digits.";
    NoPortfolios => "no_portfolios", 422, None, Unchanged, "The list of portfolios is empty", "Name at least one portfolio.";
    DuplicatePortfolio => "duplicate_portfolio", 422, None, Unchanged, "A portfolio stands in the list twice",
        "Name each portfolio once.";
    DuplicateSecurity => "duplicate_security", 422, None, Unchanged, "A security stands in the list twice",
        "Name each security once.";
    TooManyPositions => "too_many_positions", 422, None, Unchanged, "The model has too many positions",
        "Keep at most 100 positions with a target above 0.";
    TargetSumExceeded => "target_sum_exceeded", 422, None, Unchanged, "The targets sum to more than 0.95",
        "Lower some targets: at least 5 % stay in cash.";
    TargetOutOfRange => "target_out_of_range", 422, None, Unchanged, "The target is out of range",
        "Targets are fractions from 0 to 0.95.";
    TargetNotAMultiple => "target_not_a_multiple", 422, None, Unchanged, "The target is not a multiple of 0.005",
        "Round the target to a multiple of 0.005.";
    ZeroTarget => "zero_target", 422, None, Unchanged, "A position with target 0 cannot be added",
        "Send a target above 0, or leave the position out.";
    DriftOutOfRange => "drift_out_of_range", 422, None, Unchanged, "The drift is out of range",
        "Drifts are fractions from 0 to 1.";
    LowDriftAboveHighDrift => "low_drift_above_high_drift", 422, None, Unchanged, "The low drift is above the high drift",
        "Make low_drift at most high_drift.";
    PriceNotPositive => "price_not_positive", 422, None, Unchanged, "A price is not above 0", "Send a price above 0.";
    ReserveOutOfRange => "reserve_out_of_range", 422, None, Unchanged, "The cash reserve is out of range",
        "The amount is at least 0, the fraction from 0 to 1.";
    PagingOutOfRange => "paging_out_of_range", 422, None, Unchanged, "The page is out of range",
        "Send offset and limit in the range that the detail names.";
    UnknownView => "unknown_view", 422, None, Unchanged, "No such view", "Use view=summary or view=full.";
    InvalidBoolean => "invalid_boolean", 422, None, Unchanged, "Not a truth value", "Send true or false.";
    IdempotencyKeyInvalid => "idempotency_key_invalid", 422, None, Unchanged, "Not an idempotency key",
        "Send 1 to 255 visible ASCII characters.";
    IdempotencyKeyReused => "idempotency_key_reused", 422, None, Unchanged, "The key was used for another request",
        "Use a new key for each new request.";
    // 422: the portfolio cannot be rebalanced
    NoFeasibleSolution => "no_feasible_solution", 422, None, Unchanged, "No whole-share solution exists",
        "errors[] says what stands in the way and what would help: wider drifts, more cash, other targets.";
    PriceMissing => "price_missing", 422, None, Unchanged, "A security has no price",
        "Have the named securities priced, or take them out of the model.";
    SecurityUnknown => "security_unknown", 422, None, Unchanged, "A security is not known",
        "Register the named securities with the security service, or take them out of the model.";
    PortfolioUnknown => "portfolio_unknown", 422, None, Unchanged, "The portfolio is not known",
        "Neither the portfolio service nor accounting knows it: correct the id.";
    OutOfBounds => "out_of_bounds", 422, None, Unchanged, "The amounts are too large to be computed exactly",
        "Gross value must stay below 10^15 and each price below 10^9.";
    AllPortfoliosFailed => "all_portfolios_failed", 422, None, Unchanged, "No portfolio could be rebalanced",
        "errors[] lists each portfolio with its own code.";
    // 5xx: not the caller's fault
    StoredDataUnreadable => "stored_data_unreadable", 500, None, Unchanged, "Stored data cannot be read",
        "Tell the operators the trace_id: repeating the request does not help.";
    OptimizerDefect => "optimizer_defect", 500, None, Unchanged, "The result did not pass the independent check",
        "Tell the operators the trace_id: this is a defect, and no orders were made.";
    InternalError => "internal_error", 500, None, Unknown, "A defect of the service",
        "Tell the operators the trace_id.";
    UpstreamInvalid => "upstream_invalid", 502, None, Unchanged, "A called service answered something unusable",
        "Have the data of the named service corrected.";
    UpstreamUnavailable => "upstream_unavailable", 503, Some(5), Unchanged, "A called service does not work at present",
        "Repeat the request after Retry-After seconds: nothing was stored.";
    StoreUnavailable => "store_unavailable", 503, Some(5), Unknown, "The store does not work at present",
        "Repeat the request after Retry-After seconds, with the same Idempotency-Key if it had one.";
    StoreFull => "store_full", 503, Some(60), Unchanged, "The store has no room left", "Tell the operators.";
    OptimizationTimeout => "optimization_timeout", 503, Some(5), Unchanged, "The time for the optimization is used up",
        "Repeat the request: nothing was stored.";
    Overloaded => "overloaded", 503, Some(1), Unchanged, "More is asked for than can be done",
        "Repeat the request after Retry-After seconds: nothing was begun.";
    RequestTimeout => "request_timeout", 503, Some(5), Unknown, "The time for the request is used up",
        "Repeat the request, with the same Idempotency-Key if it had one.";
}

impl Code {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.row().code
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(self) -> StatusCode {
        StatusCode::from_u16(self.row().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The code of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_name_stands_once_and_is_snake_case() {
        let names: HashSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        for name in names {
            assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{name}");
        }
    }

    #[test]
    fn who_may_come_back_is_told_when() {
        for code in Code::ALL {
            let row = code.row();
            assert_eq!(u16::from(code.status()), row.status, "{}", row.code);
            if row.status == 503 || row.status == 429 {
                assert!(row.retry_after_s.is_some(), "{}", row.code);
            }
        }
    }
}
