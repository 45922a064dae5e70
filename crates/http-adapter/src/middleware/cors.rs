//! Which web pages may call the service from a browser.

use crate::state::HttpConfig;
use actix_cors::Cors;

/// Seconds that a browser may remember the answer to a preflight.
const MAX_AGE_S: usize = 600;

/// Headers of answers that scripts may read.
const EXPOSED: [&str; 9] = [
    "X-Correlation-ID",
    "X-Total-Count",
    "X-Total-Portfolios",
    "X-Total-Positions",
    "ETag",
    "Location",
    "Allow",
    "Retry-After",
    "Content-Encoding",
];

/// All origins without credentials, or the listed ones with credentials.
pub(crate) fn cors(config: &HttpConfig) -> Cors {
    let cors = Cors::default().allow_any_method().allow_any_header().expose_headers(EXPOSED).max_age(MAX_AGE_S);
    if config.cors_origins.is_empty() {
        return cors.allow_any_origin().send_wildcard();
    }
    config.cors_origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin)).supports_credentials()
}
