//! The portfolio service: Python, `FastAPI`, names of portfolios.

mod create;
mod health;
mod v1;
mod v2;

use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use crate::book::Portfolio;
use crate::clock::naive;
use crate::fastapi;
use crate::world::Shared;

/// All routes of the service.
pub(crate) fn routes(cfg: &mut ServiceConfig) {
    health::routes(cfg);
    v1::routes(cfg);
    v2::routes(cfg);
    cfg.default_service(web::to(fastapi::unknown_route));
}

/// What the service answers when it fails by itself. Its single read swallows errors and reports 404.
pub(crate) fn own_error(status: StatusCode, request: &HttpRequest, _: &Shared) -> HttpResponse {
    let text = match status {
        StatusCode::NOT_FOUND => "Portfolio not found",
        StatusCode::INTERNAL_SERVER_ERROR if request.path().starts_with("/api/v2") => {
            "An unexpected error occurred while searching portfolios"
        }
        StatusCode::INTERNAL_SERVER_ERROR => "Internal server error",
        other => other.canonical_reason().unwrap_or_default(),
    };
    fastapi::detail(status, text)
}

/// A portfolio on the wire.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PortfolioResponse<'a> {
    portfolio_id: &'a str,
    name: &'a str,
    /// Without a time zone, as it comes back from MongoDB.
    date_created: String,
    version: u32,
}

impl<'a> PortfolioResponse<'a> {
    fn of(portfolio: &'a Portfolio) -> Self {
        Self {
            portfolio_id: &portfolio.id,
            name: &portfolio.name,
            date_created: naive(portfolio.created_at),
            version: 1,
        }
    }
}
