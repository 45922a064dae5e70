//! Version 2 and the fast search: portfolios by name, in pages.

use std::cmp::Reverse;

use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::{PortfolioResponse, create};
use crate::book::Portfolio;
use crate::fastapi::{Pagination, at, detail, page};
use crate::locks::read;
use crate::query::Params;
use crate::world::Shared;

const LONGEST_NAME: usize = 200;

pub(super) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/api/v2/portfolios").route(web::get().to(search)).route(web::post().to(create::many)))
        .service(at("/api/fast/portfolios/search").route(web::get().to(fast)));
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SearchResponse<'a> {
    portfolios: Vec<PortfolioResponse<'a>>,
    pagination: Pagination,
    /// In the fast search only.
    #[serde(skip_serializing_if = "Option::is_none")]
    processing_time_ms: Option<f64>,
}

async fn search(request: HttpRequest, world: Shared) -> HttpResponse {
    let params = Params::of(&request);
    page(&params).map_or_else(|errors| errors.response(), |page| answer(&params, page, &world, None))
}

/// The fast search: a bad page is a 400 here.
async fn fast(request: HttpRequest, world: Shared) -> HttpResponse {
    let params = Params::of(&request);
    match page(&params) {
        Ok(page) => answer(&params, page, &world, Some(1.0)),
        Err(_) => detail(StatusCode::BAD_REQUEST, "Limit must be between 1 and 1000, offset must be non-negative"),
    }
}

fn answer(
    params: &Params,
    (limit, offset): (usize, usize),
    world: &Shared,
    processing_time_ms: Option<f64>,
) -> HttpResponse {
    let (name, name_like) = (params.last("name"), params.last("name_like"));
    if let Err(text) = check(name, name_like) {
        return detail(StatusCode::BAD_REQUEST, text);
    }
    let book = read(&world.book);
    let mut hits: Vec<&Portfolio> = book
        .portfolios()
        .iter()
        .filter(|portfolio| name.is_none_or(|name| portfolio.name.to_lowercase() == name.to_lowercase()))
        .filter(|portfolio| name_like.is_none_or(|part| portfolio.name.to_lowercase().contains(&part.to_lowercase())))
        .collect();
    hits.sort_by_key(|portfolio| Reverse(portfolio.created_at));
    let pagination = Pagination::by_page(hits.len(), limit, offset);
    let portfolios = hits.into_iter().skip(offset).take(limit).map(PortfolioResponse::of).collect();
    HttpResponse::Ok().json(SearchResponse { portfolios, pagination, processing_time_ms })
}

fn check(name: Option<&str>, name_like: Option<&str>) -> Result<(), &'static str> {
    if name.is_some() && name_like.is_some() {
        return Err("Only one search parameter allowed: name or name_like");
    }
    let Some(value) = name.or(name_like) else { return Ok(()) };
    if value.trim().is_empty() {
        return Err("Search parameter cannot be empty");
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || c.is_whitespace() || c == '-' || c == '_';
    if value.chars().count() > LONGEST_NAME || !value.chars().all(allowed) {
        return Err("Search parameter contains invalid characters or is too long");
    }
    Ok(())
}
