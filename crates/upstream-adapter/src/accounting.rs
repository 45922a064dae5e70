//! Portfolio accounting: cash and holdings of one portfolio.
//!
//! One summary call tells them all, but:
//! - a portfolio without any balance gets a 500 that looks like database trouble. One cheap look at its balances tells
//!   them apart, before the 500 is retried or believed;
//! - a summary holds at most 1,000 rows, cash included, and does not say when it was cut;
//! - a row that accounting itself cannot read becomes an empty one: it looks like a second row of cash, and overwrites the
//!   cash of the summary with 0.
//!
//! So a summary of 999 securities or more, one without cash, one that counts other securities than it lists and one with a
//! row of nothing are doubted, and the book is read in pages, where each row says whose it is.

mod pages;
mod rows;

use crate::channel::{Call, Channel};
use crate::failure::Failure;
use crate::reply::Reply;
use crate::wire::WireDecimal;
use async_trait::async_trait;
use domain::{Balances, Decimal, PortfolioId};
use ports::{PortfolioAccounting, Upstream, UpstreamError};
use reqwest::StatusCode;
use rows::Holdings;
use serde::Deserialize;
use std::sync::Arc;

/// A summary of so many securities may have been cut.
const PERHAPS_CUT: usize = 999;

/// The client of portfolio accounting.
pub(crate) struct AccountingClient {
    channel: Arc<Channel>,
}

impl AccountingClient {
    pub(crate) const fn new(channel: Arc<Channel>) -> Self {
        Self { channel }
    }

    async fn read(&self, portfolio_id: &PortfolioId) -> Result<Option<Balances>, Failure> {
        let call = self.channel.call().await;
        let summary = match summary(&call, portfolio_id, doubted).await {
            Err(Failure::Doubtful { cause }) => {
                tracing::debug!(%portfolio_id, %cause, "asking whether there are balances at all");
                if pages::count(&call, portfolio_id).await? == 0 {
                    return Ok(None);
                }
                summary(&call, portfolio_id, Reply::json).await?
            }
            known => known?,
        };
        let balances = if summary.is_doubtful() {
            pages::whole_book(&call, portfolio_id, summary).await?
        } else {
            summary.into_balances()?
        };
        Ok(Some(balances))
    }
}

#[async_trait]
impl PortfolioAccounting for AccountingClient {
    async fn balances(&self, portfolio_id: &PortfolioId) -> Result<Option<Balances>, UpstreamError> {
        self.read(portfolio_id).await.map_err(|failure| failure.into_error(Upstream::PortfolioAccounting))
    }
}

/// The answer to a summary call. `lastUpdated` is the server's clock and says nothing about the data.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    portfolio_id: String,
    cash_balance: WireDecimal,
    security_count: Option<usize>,
    securities: Vec<SummaryRow>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SummaryRow {
    security_id: Option<String>,
    net_quantity: WireDecimal,
}

/// How an error of accounting is written.
#[derive(Deserialize)]
struct ErrorBody {
    error: ErrorCode,
}

#[derive(Deserialize)]
struct ErrorCode {
    code: String,
}

/// The summary of this portfolio, checked to be about it.
async fn summary(
    call: &Call<'_>,
    portfolio_id: &PortfolioId,
    read: impl Fn(&Reply) -> Result<Summary, Failure>,
) -> Result<Summary, Failure> {
    let path = format!("/api/v1/portfolios/{portfolio_id}/summary");
    call.get(&path, |reply| read(reply)?.checked(portfolio_id)).await
}

/// A summary, or the doubt whether its error means that there are no balances. The 404 is what the service's
/// documentation promises for them and its code never sends.
fn doubted(reply: &Reply) -> Result<Summary, Failure> {
    let code = match reply.status {
        StatusCode::INTERNAL_SERVER_ERROR => "INTERNAL_ERROR",
        StatusCode::NOT_FOUND => "NOT_FOUND",
        _ => return reply.json(),
    };
    match reply.parsed::<ErrorBody>() {
        Ok(body) if body.error.code == code => Err(Failure::Doubtful { cause: code.into() }),
        _ => reply.json(),
    }
}

impl Summary {
    fn checked(self, portfolio_id: &PortfolioId) -> Result<Self, Failure> {
        if self.portfolio_id != portfolio_id.as_str() {
            return Err(Failure::invalid(format!("the summary of {portfolio_id} is about another portfolio")));
        }
        Ok(self)
    }

    /// Whether it may be cut, or poisoned by a row that accounting could not read.
    fn is_doubtful(&self) -> bool {
        let listed = self.securities.len();
        let of_nothing = |row: &SummaryRow| row.security_id.as_deref().is_none_or(str::is_empty);
        listed >= PERHAPS_CUT
            || self.cash().is_zero()
            || self.security_count.is_some_and(|count| count != listed)
            || self.securities.iter().any(of_nothing)
    }

    fn cash(&self) -> Decimal {
        self.cash_balance.0
    }

    fn into_balances(self) -> Result<Balances, Failure> {
        let cash = self.cash();
        let mut holdings = Holdings::default();
        for row in self.securities {
            holdings.add(row.security_id.as_deref(), row.net_quantity.0)?;
        }
        Ok(Balances { cash, holdings: holdings.into_rows() })
    }
}

#[cfg(test)]
mod tests;
