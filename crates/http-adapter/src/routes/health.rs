//! `/health`

pub(crate) mod full;
pub(crate) mod live;
pub(crate) mod ready;

use crate::json;
use crate::problem::Problem;
use actix_web::HttpResponse;
use serde::Serialize;

/// Seconds after which a probe may find things better.
const RETRY_AFTER_S: &str = "5";

/// 200 when it works, else 503.
fn answer(works: bool, body: &impl Serialize) -> Result<HttpResponse, Problem> {
    if works {
        return json::with_headers(&mut HttpResponse::Ok(), body);
    }
    json::with_headers(HttpResponse::ServiceUnavailable().insert_header(("Retry-After", RETRY_AFTER_S)), body)
}
