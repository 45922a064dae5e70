//! Version 2: search by ticker, in pages.

use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::v1::{SecurityResponse, dangling_type};
use crate::book::Security;
use crate::fastapi::{Pagination, at, detail, page};
use crate::locks::read;
use crate::query::Params;
use crate::world::Shared;

const LONGEST_TICKER: usize = 50;

pub(super) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/api/v2/securities").route(web::get().to(search)));
}

#[derive(Serialize)]
struct SearchResponse<'a> {
    securities: Vec<SecurityResponse<'a>>,
    pagination: Pagination,
}

async fn search(request: HttpRequest, world: Shared) -> HttpResponse {
    let params = Params::of(&request);
    let (limit, offset) = match page(&params) {
        Ok(page) => page,
        Err(errors) => return errors.response(),
    };
    let (ticker, ticker_like) = (params.last("ticker"), params.last("ticker_like"));
    if let Some(complaint) = complaint(ticker, ticker_like) {
        return detail(StatusCode::BAD_REQUEST, &complaint);
    }
    let book = read(&world.book);
    let mut hits: Vec<&Security> = book
        .securities
        .iter()
        .filter(|security| ticker.is_none_or(|pattern| matches_whole(pattern, &security.ticker)))
        .filter(|security| ticker_like.is_none_or(|pattern| matches_part(pattern, &security.ticker)))
        .collect();
    hits.sort_by(|a, b| a.ticker.cmp(&b.ticker));
    let pagination = Pagination::by_offset(hits.len(), limit, offset);
    let mut securities = Vec::new();
    for security in hits.into_iter().skip(offset).take(limit) {
        match SecurityResponse::of(&book, security, Some(1)) {
            Some(response) => securities.push(response),
            None => return dangling_type(security),
        }
    }
    HttpResponse::Ok().json(SearchResponse { securities, pagination })
}

/// Pydantic's text for search parameters that it refuses.
fn complaint(ticker: Option<&str>, ticker_like: Option<&str>) -> Option<String> {
    let mut errors = Vec::new();
    for (name, value) in [("ticker", ticker), ("ticker_like", ticker_like)] {
        let Some(value) = value.filter(|value| !is_ticker(value)) else { continue };
        errors.push(format!(
            "{name}\n  Value error, Ticker must be 1-50 characters and contain only alphanumeric characters, dots, and \
             hyphens [type=value_error, input_value='{value}', input_type=str]"
        ));
    }
    if errors.is_empty() && ticker.is_some() && ticker_like.is_some() {
        errors.push(
            "  Value error, Only one of 'ticker' or 'ticker_like' parameters can be provided [type=value_error]"
                .to_owned(),
        );
    }
    let plural = if errors.len() == 1 { "" } else { "s" };
    (!errors.is_empty())
        .then(|| format!("{} validation error{plural} for SecuritySearchParams\n{}", errors.len(), errors.join("\n")))
}

fn is_ticker(text: &str) -> bool {
    (1..=LONGEST_TICKER).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-')
}

/// The service takes the ticker for a regular expression, in which a dot stands for any character.
fn matches_whole(pattern: &str, ticker: &str) -> bool {
    pattern.len() == ticker.len() && matches_start(pattern, ticker)
}

fn matches_part(pattern: &str, ticker: &str) -> bool {
    (0..ticker.len()).any(|start| ticker.get(start..).is_some_and(|rest| matches_start(pattern, rest)))
}

fn matches_start(pattern: &str, ticker: &str) -> bool {
    pattern.len() <= ticker.len()
        && pattern.bytes().zip(ticker.bytes()).all(|(p, t)| p == b'.' || p.eq_ignore_ascii_case(&t))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dot_in_a_ticker_stands_for_any_character() {
        assert!(matches_whole("BRK.B", "BRK.B") && matches_whole("brk.b", "BRKXB"));
        assert!(!matches_whole("BRK.B", "BRK.BB") && !matches_whole("BRK", "BRK.B"));
        assert!(matches_part("k.b", "BRK.B") && !matches_part("BB", "BRK.B"));
    }
}
