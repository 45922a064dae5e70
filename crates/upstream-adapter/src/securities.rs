//! Security: tickers by security.
//!
//! One list tells them all, and is kept for a short time. When a wanted security is not in the kept list, the list is
//! read anew, once. A single security whose type is gone makes the first version of the list fail as a whole; the
//! second, in pages, is read then.

use crate::cache::Cache;
use crate::channel::{Call, Channel};
use crate::failure::{Failure, excerpt};
use crate::reply::Reply;
use async_trait::async_trait;
use domain::{SecurityId, Ticker};
use ports::{SecurityMaster, TickerMap, Upstream, UpstreamError};
use reqwest::StatusCode;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::collections::hash_map::Entry;
use std::sync::Arc;

/// The most rows of a page.
const PAGE_LIMIT: usize = 1000;

/// The client of the security service.
pub(crate) struct SecurityClient {
    channel: Arc<Channel>,
    cache: Cache<TickerMap>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SecurityRow {
    security_id: String,
    ticker: String,
}

#[derive(Deserialize)]
struct SecurityPage {
    securities: Vec<SecurityRow>,
    pagination: Pagination,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pagination {
    total_elements: usize,
    has_next: bool,
}

/// How an error of the service is written; `detail` is a text or a list.
#[derive(Deserialize)]
struct ErrorBody {
    detail: String,
}

impl SecurityClient {
    pub(crate) const fn new(channel: Arc<Channel>, cache: Cache<TickerMap>) -> Self {
        Self { channel, cache }
    }

    async fn read(&self, wanted: &BTreeSet<SecurityId>) -> Result<TickerMap, Failure> {
        if wanted.is_empty() {
            return Ok(TickerMap::new());
        }
        let kept = self.cache.get().filter(|kept| wanted.iter().all(|id| kept.contains_key(id)));
        let all = match kept {
            Some(kept) => kept,
            None => self.cache.refresh(self.list()).await?,
        };
        Ok(wanted.iter().filter_map(|id| Some((*id, all.get(id)?.clone()))).collect())
    }

    /// All securities.
    async fn list(&self) -> Result<TickerMap, Failure> {
        let call = self.channel.call().await;
        match call.get("/api/v1/securities", list_or_none).await? {
            Some(rows) => {
                let mut tickers = TickerMap::with_capacity(rows.len());
                rows.into_iter().try_for_each(|row| add(&mut tickers, row))?;
                Ok(tickers)
            }
            None => pages(&call).await,
        }
    }
}

#[async_trait]
impl SecurityMaster for SecurityClient {
    async fn tickers(&self, wanted: &BTreeSet<SecurityId>) -> Result<TickerMap, UpstreamError> {
        self.read(wanted).await.map_err(|failure| failure.into_error(Upstream::Security))
    }
}

/// The list, or nothing when the service cannot make it because of a security whose type is gone.
fn list_or_none(reply: &Reply) -> Result<Option<Vec<SecurityRow>>, Failure> {
    if reply.status == StatusCode::BAD_REQUEST
        && reply.parsed::<ErrorBody>().is_ok_and(|body| body.detail.starts_with("Invalid securityTypeId"))
    {
        return Ok(None);
    }
    reply.json().map(Some)
}

/// All securities, page by page. Tickers order the pages and are not unique, so that more than one page may repeat a
/// security and lose another: the number of different ones must be the total.
async fn pages(call: &Call<'_>) -> Result<TickerMap, Failure> {
    let mut tickers = TickerMap::new();
    let (mut offset, mut different) = (0, BTreeSet::new());
    loop {
        let path = format!("/api/v2/securities?limit={PAGE_LIMIT}&offset={offset}");
        let page: SecurityPage = call.get(&path, Reply::json).await?;
        offset += page.securities.len();
        let last = page.securities.is_empty() || !page.pagination.has_next;
        for row in page.securities {
            different.insert(row.security_id.clone());
            add(&mut tickers, row)?;
        }
        if last {
            let total = page.pagination.total_elements;
            return if different.len() == total {
                Ok(tickers)
            } else {
                Err(Failure::unavailable(format!("{} of {total} securities could be listed", different.len())))
            };
        }
    }
}

/// Adds a row. One whose id or ticker cannot be one is left out: nobody can hold or price it.
fn add(tickers: &mut TickerMap, row: SecurityRow) -> Result<(), Failure> {
    let Ok(id) = row.security_id.parse::<SecurityId>() else {
        tracing::debug!(id = excerpt(row.security_id.as_bytes()), "a security with an unusable id is left out");
        return Ok(());
    };
    if row.ticker.is_empty() {
        return Ok(());
    }
    let ticker = Ticker::new(row.ticker);
    match tickers.entry(id) {
        Entry::Vacant(entry) => {
            entry.insert(ticker);
            Ok(())
        }
        Entry::Occupied(entry) if *entry.get() == ticker => Ok(()),
        Entry::Occupied(_) => Err(Failure::invalid(format!("security {id} has two tickers"))),
    }
}

#[cfg(test)]
mod tests;
