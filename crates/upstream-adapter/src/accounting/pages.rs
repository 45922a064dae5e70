//! A book that is too large for one summary, read in pages, and the look whether there is a book at all.
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
pub(super) async fn whole_book(
    call: &Call<'_>,
    portfolio_id: &PortfolioId,
    mut witness: Summary,
) -> Result<Balances, Failure> {
    for reading in 1..=READINGS {
        if reading > 1 {
            witness = summary(call, portfolio_id, Reply::json).await?;
        }
        match book(call, portfolio_id).await? {
            Some(balances) if balances.cash == witness.cash() => return Ok(balances),
            _ => tracing::debug!(%portfolio_id, reading, "the book changed while it was read"),
        }
    }
    Err(Failure::invalid(format!("the balances of {portfolio_id} do not hold still or contradict its summary")))
}

/// All pages of the book; `None` when the number of rows changed meanwhile.
async fn book(call: &Call<'_>, portfolio_id: &PortfolioId) -> Result<Option<Balances>, Failure> {
    let mut holdings = Holdings::default();
    let mut cash: Option<Decimal> = None;
    let (mut read, mut expected) = (0, None);
    loop {
        let page = page(call, portfolio_id, PAGE_LIMIT, read).await?;
        let total = page.pagination.total;
        read += page.balances.len();
        if *expected.get_or_insert(total) != total || read > total || (page.balances.is_empty() && read < total) {
            return Ok(None);
        }
        for row in page.balances {
            if row.security_id.as_deref().is_some_and(|id| !id.is_empty()) {
                holdings.add(row.security_id.as_deref(), row.net_quantity()?)?;
            } else if cash.replace(row.quantity_long.0).is_some() {
                return Err(Failure::invalid("two rows of cash"));
            }
        }
        if read == total {
            return Ok(Some(Balances { cash: cash.unwrap_or(Decimal::ZERO), holdings: holdings.into_rows() }));
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
