//! A book whose summary is doubted, read in pages, and the look whether there is a book at all.
//!
//! Pages are read one after another while the book may change. Rows are never removed, so a change of their number
//! shows in the total; a trade moves cash, and cash is on the last page, so a trade between the pages shows as a
//! difference from the summary that was read before. Either way the book is read again.

use super::{Summary, rows::Holdings, summary};
use crate::channel::Call;
use crate::failure::Failure;
use crate::reply::Reply;
use crate::wire::WireDecimal;
use domain::{Balances, Decimal, PortfolioId};
use serde::Deserialize;

/// The most rows of a page; for a larger wish the service silently falls back to 50.
const PAGE_LIMIT: usize = 1000;
/// How often a book that keeps changing is read.
const READINGS: u32 = 3;

#[derive(Deserialize)]
struct BalancePage {
    balances: Vec<BalanceRow>,
    pagination: Pagination,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BalanceRow {
    portfolio_id: String,
    /// Absent, null or empty in the row of cash.
    security_id: Option<String>,
    quantity_long: WireDecimal,
    quantity_short: WireDecimal,
}

#[derive(Deserialize)]
struct Pagination {
    total: usize,
}

/// How many balances the portfolio has, cash included.
pub(super) async fn count(call: &Call<'_>, portfolio_id: &PortfolioId) -> Result<usize, Failure> {
    let page = page(call, portfolio_id, 1, 0).await?;
    if page.pagination.total == 0 && !page.balances.is_empty() {
        return Err(Failure::invalid("a page of no balances at all has rows"));
    }
    Ok(page.pagination.total)
}

/// The whole book, in agreement with a summary that was read before it.
///
/// # Errors
/// `Invalid` when book and summary hold still and contradict each other; `Unavailable` when they do not hold still, which
/// passes.
pub(super) async fn whole_book(
    call: &Call<'_>,
    portfolio_id: &PortfolioId,
    mut witness: Summary,
) -> Result<Balances, Failure> {
    let mut before: Option<(Decimal, Reading)> = None;
    for reading in 1..=READINGS {
        if reading > 1 {
            witness = summary(call, portfolio_id, Reply::json).await?;
        }
        let cash = witness.cash();
        let now = (cash, book(call, portfolio_id).await?);
        match &now.1.balances {
            Some(balances) if balances.cash == cash => return Ok(balances.clone()),
            _ if before.as_ref() == Some(&now) => return Err(now.1.contradiction(portfolio_id, cash)),
            _ => before = Some(now),
        }
        tracing::debug!(%portfolio_id, reading, "the book changed while it was read");
    }
    Err(Failure::unavailable(format!("the balances of {portfolio_id} do not hold still")))
}

/// What one way through the pages gave.
#[derive(PartialEq)]
struct Reading {
    /// Rows that were read, and how many the pages say there are.
    rows: usize,
    totals: (usize, usize),
    /// The book; `None` when the rows are not as many as the pages say.
    balances: Option<Balances>,
}

impl Reading {
    /// What is wrong with a reading that came out the same twice.
    fn contradiction(&self, portfolio_id: &PortfolioId, cash: Decimal) -> Failure {
        Failure::invalid(match &self.balances {
            Some(balances) => {
                format!("the summary of {portfolio_id} says {cash} of cash, its balances say {}", balances.cash)
            }
            None => format!("the balances of {portfolio_id} are {} and said to be {}", self.rows, self.totals.1),
        })
    }
}

/// All pages of the book.
async fn book(call: &Call<'_>, portfolio_id: &PortfolioId) -> Result<Reading, Failure> {
    let mut holdings = Holdings::default();
    let mut cash: Option<Decimal> = None;
    let (mut rows, mut first) = (0, None);
    loop {
        let page = page(call, portfolio_id, PAGE_LIMIT, rows).await?;
        let total = page.pagination.total;
        rows += page.balances.len();
        let totals = (*first.get_or_insert(total), total);
        if totals.0 != totals.1 || rows > total || (page.balances.is_empty() && rows < total) {
            return Ok(Reading { rows, totals, balances: None });
        }
        for row in page.balances {
            if row.security_id.as_deref().is_some_and(|id| !id.is_empty()) {
                holdings.add(row.security_id.as_deref(), row.net_quantity()?)?;
            } else if cash.replace(row.quantity_long.0).is_some() {
                return Err(Failure::invalid("two rows of cash"));
            }
        }
        if rows == total {
            let balances = Balances { cash: cash.unwrap_or(Decimal::ZERO), holdings: holdings.into_rows() };
            return Ok(Reading { rows, totals, balances: Some(balances) });
        }
    }
}

/// One page, checked to be about this portfolio.
async fn page(
    call: &Call<'_>,
    portfolio_id: &PortfolioId,
    limit: usize,
    offset: usize,
) -> Result<BalancePage, Failure> {
    let path = format!("/api/v1/balances?portfolio_id={portfolio_id}&limit={limit}&offset={offset}");
    call.get(&path, |reply| {
        let page: BalancePage = reply.json()?;
        if page.balances.iter().any(|row| row.portfolio_id != portfolio_id.as_str()) {
            return Err(Failure::invalid(format!("the balances of {portfolio_id} hold another portfolio's")));
        }
        Ok(page)
    })
    .await
}

impl BalanceRow {
    /// Long minus short.
    fn net_quantity(&self) -> Result<Decimal, Failure> {
        let net = self.quantity_long.0.checked_sub(self.quantity_short.0);
        net.ok_or_else(|| Failure::invalid("a quantity that is too large to be exact"))
    }
}
