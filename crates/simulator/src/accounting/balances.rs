//! `GET /api/v1/balances`: rows of one or all portfolios, in pages. Bad parameters are ignored, not refused.

use std::cmp::Ordering;

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use super::at;
use super::balance::Balance;
use crate::book::{Account, Book, Row};
use crate::locks::read;
use crate::query::Params;
use crate::world::Shared;

const DEFAULT_LIMIT: usize = 50;
const LARGEST_LIMIT: usize = 1_000;

pub(super) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/api/v1/balances").route(web::get().to(balances)));
}

#[derive(Serialize)]
struct Page<'a> {
    balances: Vec<Balance<'a>>,
    pagination: Pagination,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Pagination {
    limit: usize,
    offset: usize,
    total: usize,
    has_more: bool,
    /// Counts from 1, unlike the other services.
    page: usize,
    total_pages: usize,
}

/// A row with the portfolio and the security it belongs to.
type Entry<'a> = (&'a str, Option<&'a str>, &'a Row);

async fn balances(request: HttpRequest, world: Shared) -> HttpResponse {
    let params = Params::of(&request);
    let book = read(&world.book);
    let limit = number(&params, "limit").filter(|limit| (1..=LARGEST_LIMIT).contains(limit)).unwrap_or(DEFAULT_LIMIT);
    let offset = number(&params, "offset").unwrap_or(0);
    let filter = Filter::of(&params);
    let order = order(&params);
    let (total, page) = if order.is_empty() && filter.keeps_everything() {
        whole_table_page(&book, offset, limit)
    } else {
        let mut rows: Vec<Entry<'_>> = filter.accounts(&book).flat_map(entries).filter(|e| filter.keeps(e)).collect();
        rows.sort_by(|a, b| order.iter().fold(Ordering::Equal, |so_far, by| so_far.then_with(|| by.compare(a, b))));
        (rows.len(), rows.into_iter().skip(offset).take(limit).collect())
    };
    let pagination = Pagination {
        limit,
        offset,
        total,
        has_more: offset + page.len() < total,
        page: offset / limit + 1,
        total_pages: total.div_ceil(limit),
    };
    let balances = page.into_iter().map(|(portfolio, security, row)| Balance::of(portfolio, security, row)).collect();
    HttpResponse::Ok().json(Page { balances, pagination })
}

fn number(params: &Params, name: &str) -> Option<usize> {
    params.first(name)?.parse().ok()
}

fn entries<'a>((portfolio_id, account): (&'a String, &'a Account)) -> impl Iterator<Item = Entry<'a>> {
    account.rows().map(move |(security_id, row)| (portfolio_id.as_str(), security_id, row))
}

/// One page of everything, without touching the rows of portfolios before it.
fn whole_table_page(book: &Book, offset: usize, limit: usize) -> (usize, Vec<Entry<'_>>) {
    let mut page: Vec<Entry<'_>> = Vec::new();
    let mut to_skip = offset;
    for account in &book.accounts {
        let rows = account.1.len();
        if to_skip >= rows {
            to_skip -= rows;
            continue;
        }
        page.extend(entries(account).skip(to_skip).take(limit - page.len()));
        to_skip = 0;
        if page.len() == limit {
            break;
        }
    }
    (book.accounts.values().map(Account::len).sum(), page)
}

struct Filter<'a> {
    portfolio_id: Option<&'a str>,
    security_id: Option<&'a str>,
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
    zero_only: bool,
}

impl<'a> Filter<'a> {
    /// `cash_only` and `non_zero_balances_only` are read by the service, but never applied.
    fn of(params: &'a Params) -> Self {
        Self {
            portfolio_id: params.first("portfolio_id"),
            security_id: params.first("security_id"),
            from: day(params, "last_updated_from"),
            to: day(params, "last_updated_to"),
            zero_only: params
                .first("zero_balances_only")
                .is_some_and(|value| matches!(value, "1" | "t" | "T" | "true" | "TRUE" | "True")),
        }
    }

    fn keeps_everything(&self) -> bool {
        self.portfolio_id.is_none()
            && self.security_id.is_none()
            && self.from.is_none()
            && self.to.is_none()
            && !self.zero_only
    }

    fn accounts<'b>(&self, book: &'b Book) -> Box<dyn Iterator<Item = (&'b String, &'b Account)> + 'b> {
        match self.portfolio_id {
            Some(id) => Box::new(book.accounts.get_key_value(id).into_iter()),
            None => Box::new(book.accounts.iter()),
        }
    }

    fn keeps(&self, (_, security_id, row): &Entry<'_>) -> bool {
        self.security_id.is_none_or(|wanted| *security_id == Some(wanted))
            && self.from.is_none_or(|from| row.updated_at >= from)
            && self.to.is_none_or(|to| row.updated_at <= to)
            && (!self.zero_only || (row.long, row.short) == Default::default())
    }
}

/// Midnight of a date such as `2026-01-05`; `None` when it is absent or malformed.
fn day(params: &Params, name: &str) -> Option<DateTime<Utc>> {
    let date = NaiveDate::parse_from_str(params.first(name)?, "%Y-%m-%d").ok()?;
    Some(date.and_hms_opt(0, 0, 0)?.and_utc())
}

/// A field to sort by, always ascending.
#[derive(Clone, Copy)]
enum SortField {
    Portfolio,
    Security,
    LastUpdated,
    Long,
    Short,
}

impl SortField {
    fn compare(self, a: &Entry<'_>, b: &Entry<'_>) -> Ordering {
        match self {
            Self::Portfolio => a.0.cmp(b.0),
            // Postgres puts the row without a security last.
            Self::Security => (a.1.is_none(), a.1).cmp(&(b.1.is_none(), b.1)),
            Self::LastUpdated => a.2.updated_at.cmp(&b.2.updated_at),
            Self::Long => a.2.long.cmp(&b.2.long),
            Self::Short => a.2.short.cmp(&b.2.short),
        }
    }
}

/// The known sort fields; empty for the default order, which is that of the book.
fn order(params: &Params) -> Vec<SortField> {
    let known = |field: &str| {
        Some(match field.trim() {
            "portfolio_id" => SortField::Portfolio,
            "security_id" => SortField::Security,
            "last_updated" => SortField::LastUpdated,
            "quantity_long" => SortField::Long,
            "quantity_short" => SortField::Short,
            _ => return None,
        })
    };
    params.first("sortby").unwrap_or_default().split(',').filter_map(known).collect()
}
