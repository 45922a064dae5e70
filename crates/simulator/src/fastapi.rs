//! What the two `FastAPI` services share: `{"detail": ...}`, and validation of `limit` and `offset`.

use actix_web::http::StatusCode;
use actix_web::web;
use actix_web::{HttpResponse, Resource};
use serde::Serialize;
use serde_json::{Value, json};

use crate::query::Params;

const DEFAULT_LIMIT: usize = 50;
const LARGEST_LIMIT: i64 = 1_000;

/// An error with a text as detail.
pub(crate) fn detail(status: StatusCode, text: &str) -> HttpResponse {
    HttpResponse::build(status).json(json!({ "detail": text }))
}

/// The answer to an exception that nothing catches: plain text.
pub(crate) fn uncaught() -> HttpResponse {
    HttpResponse::InternalServerError().content_type("text/plain; charset=utf-8").body("Internal Server Error")
}

/// A path whose other methods answer 405 with a detail.
pub(crate) fn at(path: &str) -> Resource {
    web::resource(path)
        .default_service(web::to(|| async { detail(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed") }))
}

/// The answer to a path that no route knows.
pub(crate) async fn unknown_route() -> HttpResponse {
    detail(StatusCode::NOT_FOUND, "Not Found")
}

/// What is wrong with `limit` and `offset`, as a list of details.
pub(crate) struct PageErrors(Vec<Value>);

impl PageErrors {
    /// The 422 that lists them.
    pub(crate) fn response(&self) -> HttpResponse {
        HttpResponse::UnprocessableEntity().json(json!({ "detail": self.0 }))
    }
}

/// `limit` (1 to 1000, default 50) and `offset` (0 or more).
pub(crate) fn page(params: &Params) -> Result<(usize, usize), PageErrors> {
    let mut errors = Vec::new();
    let limit = number(params, "limit", 1, Some(LARGEST_LIMIT), &mut errors).unwrap_or(DEFAULT_LIMIT);
    let offset = number(params, "offset", 0, None, &mut errors).unwrap_or(0);
    if errors.is_empty() { Ok((limit, offset)) } else { Err(PageErrors(errors)) }
}

fn number(params: &Params, name: &str, least: i64, most: Option<i64>, errors: &mut Vec<Value>) -> Option<usize> {
    let input = params.last(name)?;
    let mut complain = |kind: &str, msg: String, ctx: Option<Value>| {
        let mut error = json!({ "type": kind, "loc": ["query", name], "msg": msg, "input": input });
        if let (Some(ctx), Some(fields)) = (ctx, error.as_object_mut()) {
            fields.insert("ctx".to_owned(), ctx);
        }
        errors.push(error);
    };
    let Ok(value) = input.trim().parse::<i64>() else {
        let message = "Input should be a valid integer, unable to parse string as an integer";
        complain("int_parsing", message.to_owned(), None);
        return None;
    };
    if value < least {
        let message = format!("Input should be greater than or equal to {least}");
        complain("greater_than_equal", message, Some(json!({ "ge": least })));
    }
    if let Some(most) = most.filter(|&most| value > most) {
        let message = format!("Input should be less than or equal to {most}");
        complain("less_than_equal", message, Some(json!({ "le": most })));
    }
    usize::try_from(value).ok()
}

/// Pages counted from 0.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Pagination {
    pub(crate) total_elements: usize,
    pub(crate) total_pages: usize,
    pub(crate) current_page: usize,
    pub(crate) page_size: usize,
    pub(crate) has_next: bool,
    pub(crate) has_previous: bool,
}

impl Pagination {
    /// As the security service computes it, from the offset.
    pub(crate) fn by_offset(total: usize, limit: usize, offset: usize) -> Self {
        let (has_next, has_previous) = (offset + limit < total, offset > 0);
        Self { has_next, has_previous, ..Self::by_page(total, limit, offset) }
    }

    /// As the portfolio service computes it, from the page: wrong when the offset is no multiple of the limit.
    pub(crate) fn by_page(total: usize, limit: usize, offset: usize) -> Self {
        let (total_pages, current_page) = (total.div_ceil(limit), offset / limit);
        Self {
            total_elements: total,
            total_pages,
            current_page,
            page_size: limit,
            has_next: current_page + 1 < total_pages,
            has_previous: current_page > 0,
        }
    }
}
