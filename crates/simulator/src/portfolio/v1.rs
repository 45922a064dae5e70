//! Version 1: everything at once, or one portfolio.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Path, ServiceConfig};

use super::{PortfolioResponse, create};
use crate::fastapi::{at, detail};
use crate::locks::read;
use crate::world::Shared;

pub(super) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/api/v1/portfolios").route(web::get().to(list)).route(web::post().to(create::one)))
        .service(at("/api/v1/portfolio/{portfolioId}").route(web::get().to(one)));
}

async fn list(world: Shared) -> HttpResponse {
    let book = read(&world.book);
    let portfolios: Vec<_> = book.portfolios().iter().map(PortfolioResponse::of).collect();
    HttpResponse::Ok().json(portfolios)
}

/// Unknown and malformed ids alike are not found.
async fn one(portfolio_id: Path<String>, world: Shared) -> HttpResponse {
    match read(&world.book).portfolio(&portfolio_id.to_ascii_lowercase()) {
        Some(portfolio) => HttpResponse::Ok().json(PortfolioResponse::of(portfolio)),
        None => detail(StatusCode::NOT_FOUND, "Portfolio not found"),
    }
}
