//! `GET /api/v1/orders`: orders in pages, filtered and sorted.

use std::cmp::Ordering;

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use serde_json::json;

use super::detail::{Names, OrderDetail};
use super::filter::{FIELDS, Filters};
use super::lookups::{Blotter, order_type, status};
use super::{Order, runtime_error};
use crate::fastapi::Pagination;
use crate::locks::lock;
use crate::query::Params;
use crate::world::Shared;

const DEFAULT_LIMIT: i64 = 50;
const LARGEST_LIMIT: i64 = 1_000;
const SORT_FIELDS: [&str; 8] = [
    "id",
    "security.ticker",
    "portfolio.name",
    "blotter.name",
    "status.abbreviation",
    "orderType.abbreviation",
    "quantity",
    "orderTimestamp",
];

#[derive(Serialize)]
struct Page {
    content: Vec<OrderDetail>,
    pagination: Pagination,
}

pub(super) async fn list(request: HttpRequest, world: Shared) -> HttpResponse {
    let params = Params::of(&request);
    let (Some(limit), Some(offset)) = (number(&params, "limit", DEFAULT_LIMIT), number(&params, "offset", 0)) else {
        return runtime_error(&world);
    };
    let Some(limit) = usize::try_from(limit).ok().filter(|_| (1..=LARGEST_LIMIT).contains(&limit)) else {
        let message = format!("Limit must be between 1 and {LARGEST_LIMIT}, got: {limit}");
        return refused("Invalid limit parameter", &message, None);
    };
    let Ok(offset) = usize::try_from(offset) else {
        return refused("Invalid offset parameter", &format!("Offset must be >= 0, got: {offset}"), None);
    };
    let sort: Vec<&str> =
        params.first("sort").unwrap_or_default().split(',').map(str::trim).filter(|f| !f.is_empty()).collect();
    let unknown: Vec<_> = sort.iter().map(|field| bare(field)).filter(|field| !SORT_FIELDS.contains(field)).collect();
    if !unknown.is_empty() {
        let message = format!("Invalid sort fields: {unknown:?}. Valid fields are: {SORT_FIELDS:?}");
        return refused("Invalid sort parameter", &message, Some(("validSortFields", &SORT_FIELDS)));
    }
    let filters = match Filters::of(&params, &world) {
        Ok(filters) => filters,
        Err(refusal) => {
            let fields: Option<(&str, &[&str])> = refusal.names_fields.then_some(("validFilterFields", &FIELDS));
            return refused(refusal.error, &refusal.message, fields);
        }
    };
    let desk = lock(&world.desk);
    let mut hits: Vec<&Order> = desk.visible(world.clock.now()).filter(|order| filters.keep(order)).collect();
    hits.sort_by(|a, b| sort.iter().fold(Ordering::Equal, |so_far, field| so_far.then_with(|| compare(field, a, b))));
    let pagination = Pagination::by_page(hits.len(), limit, offset);
    // Spring pages by number: an offset between two pages is rounded down.
    let page = hits.into_iter().skip(offset / limit * limit).take(limit);
    let content = Names::with(&world, |names| page.map(|order| OrderDetail::of(order, names)).collect());
    HttpResponse::Ok().json(Page { content, pagination })
}

/// `None` when it is no number: that fails outside of the controller.
fn number(params: &Params, name: &str, default: i64) -> Option<i64> {
    params.first(name).map_or(Some(default), |text| text.parse::<i32>().ok().map(i64::from))
}

fn refused(error: &str, message: &str, fields: Option<(&str, &[&str])>) -> HttpResponse {
    let mut body = json!({ "error": error, "message": message });
    if let (Some((name, fields)), Some(members)) = (fields, body.as_object_mut()) {
        members.insert(name.to_owned(), json!(fields));
    }
    HttpResponse::BadRequest().json(body)
}

/// The field without the minus that reverses it.
fn bare(field: &str) -> &str {
    field.strip_prefix('-').unwrap_or(field)
}

/// Tickers and names are sorted by their ids: they live in other services.
fn compare(field: &str, a: &Order, b: &Order) -> Ordering {
    let blotter = |order: &Order| order.blotter_id.and_then(Blotter::with_id).map(|blotter| blotter.name);
    let ordering = match bare(field) {
        "security.ticker" => a.security_id.cmp(&b.security_id),
        "portfolio.name" => a.portfolio_id.cmp(&b.portfolio_id),
        "blotter.name" => blotter(a).cmp(&blotter(b)),
        "status.abbreviation" => {
            status(a.status_id).map(|s| s.abbreviation).cmp(&status(b.status_id).map(|s| s.abbreviation))
        }
        "orderType.abbreviation" => order_type(a.order_type_id)
            .map(|kind| kind.abbreviation)
            .cmp(&order_type(b.order_type_id).map(|kind| kind.abbreviation)),
        "quantity" => a.quantity.cmp(&b.quantity),
        "orderTimestamp" => a.timestamp.cmp(&b.timestamp),
        _ => a.id.cmp(&b.id),
    };
    if field.starts_with('-') { ordering.reverse() } else { ordering }
}
