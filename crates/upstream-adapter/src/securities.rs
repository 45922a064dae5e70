//! Security: tickers by security.
//!
//! One list tells them all. It is read anew for every run: by an old list a security whose ticker was given to another one
//! would be priced as that one, and an order would follow from it.
//!
//! A single security whose type is gone makes the first version of the list fail as a whole; the second, in pages, is read
//! then. When the page with that security fails, too, the wanted ones are read one by one.

use crate::channel::{Call, Channel};
use crate::failure::{Failure, excerpt};
use crate::reply::{Reply, readable};
use async_trait::async_trait;
use domain::{SecurityId, Ticker};
use futures::stream::{self, StreamExt, TryStreamExt};
use ports::{SecurityMaster, TickerMap, Upstream, UpstreamError};
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// The most rows of a page.
const PAGE_LIMIT: usize = 1000;
/// Securities that are read one by one at the same time.
const PARALLEL_READS: usize = 8;

/// The client of the security service.
pub(crate) struct SecurityClient {
    channel: Arc<Channel>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SecurityRow {
    security_id: String,
    ticker: String,
}

#[derive(Deserialize)]
struct SecurityPage {
    securities: Vec<Box<RawValue>>,
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
    pub(crate) const fn new(channel: Arc<Channel>) -> Self {
        Self { channel }
    }

    async fn read(&self, wanted: &BTreeSet<SecurityId>) -> Result<TickerMap, Failure> {
        if wanted.is_empty() {
            return Ok(TickerMap::new());
        }
        match self.list().await? {
            Some(all) => Ok(wanted.iter().filter_map(|id| Some((*id, all.get(id)?.clone()))).collect()),
            None => self.one_by_one(wanted).await,
        }
    }

    /// All securities; `None` when neither list can be made because of a security whose type is gone.
    async fn list(&self) -> Result<Option<TickerMap>, Failure> {
        let call = self.channel.call().await;
        match call.get("/api/v1/securities", unless_dangling(Reply::rows)).await? {
            Some(rows) => Ok(Some(tickers(rows))),
            None => pages(&call).await,
        }
    }

    /// Each of these by itself. Of an id that is not hexadecimal the service would only say that something went wrong.
    async fn one_by_one(&self, wanted: &BTreeSet<SecurityId>) -> Result<TickerMap, Failure> {
        tracing::warn!(wanted = wanted.len(), "no list of securities can be had: one has a type that is gone");
        let ids: Vec<SecurityId> = wanted.iter().copied().filter(is_hexadecimal).collect();
        let reads = ids.into_iter().map(|id| self.one(id));
        let rows: Vec<Option<SecurityRow>> = stream::iter(reads).buffered(PARALLEL_READS).try_collect().await?;
        Ok(tickers(rows.into_iter().flatten().collect()))
    }

    /// This security, if it is known.
    async fn one(&self, id: SecurityId) -> Result<Option<SecurityRow>, Failure> {
        let call = self.channel.call().await;
        let read = |reply: &Reply| match reply.status {
            StatusCode::NOT_FOUND => Ok(None),
            _ => reply.json::<SecurityRow>().map(Some),
        };
        let row = call.get(&format!("/api/v1/security/{id}"), read).await?;
        Ok(row.filter(|row| row.security_id == id.as_str()))
    }
}

fn is_hexadecimal(id: &SecurityId) -> bool {
    id.as_str().bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[async_trait]
impl SecurityMaster for SecurityClient {
    async fn tickers(&self, wanted: &BTreeSet<SecurityId>) -> Result<TickerMap, UpstreamError> {
        self.read(wanted).await.map_err(|failure| failure.into_error(Upstream::Security))
    }
}

/// What `read` makes of an answer, or nothing when the service could not make it because of a security whose type is gone.
fn unless_dangling<T>(read: impl Fn(&Reply) -> Result<T, Failure>) -> impl Fn(&Reply) -> Result<Option<T>, Failure> {
    move |reply| {
        let dangling = |body: ErrorBody| body.detail.starts_with("Invalid securityTypeId");
        if reply.status == StatusCode::BAD_REQUEST && reply.parsed().is_ok_and(dangling) {
            return Ok(None);
        }
        read(reply).map(Some)
    }
}

/// All securities, page by page; `None` when a page cannot be made. Tickers order the pages and are not unique, so that more
/// than one page may repeat a security and lose another: the number of different ones must be the total.
async fn pages(call: &Call<'_>) -> Result<Option<TickerMap>, Failure> {
    let (mut rows, mut offset, mut different) = (Vec::new(), 0, BTreeSet::new());
    loop {
        let path = format!("/api/v2/securities?limit={PAGE_LIMIT}&offset={offset}");
        let Some(page) = call.get(&path, unless_dangling(Reply::json::<SecurityPage>)).await? else {
            return Ok(None);
        };
        offset += page.securities.len();
        let last = page.securities.is_empty() || !page.pagination.has_next;
        different.extend(page.securities.iter().map(|row| row.get().to_owned()));
        rows.extend(readable::<SecurityRow>(&page.securities)?);
        if last {
            let total = page.pagination.total_elements;
            return if different.len() == total {
                Ok(Some(tickers(rows)))
            } else {
                Err(Failure::unavailable(format!("{} of {total} securities could be listed", different.len())))
            };
        }
    }
}

/// Tickers by security. A row whose id or ticker cannot be one is left out: nobody can hold or price it. So is a security
/// with two tickers, of which nobody knows the right one.
fn tickers(rows: Vec<SecurityRow>) -> TickerMap {
    let mut known: HashMap<SecurityId, Option<Ticker>> = HashMap::with_capacity(rows.len());
    for row in rows {
        let Ok(id) = row.security_id.parse::<SecurityId>() else {
            tracing::debug!(id = excerpt(row.security_id.as_bytes()), "a security with an unusable id is left out");
            continue;
        };
        if row.ticker.is_empty() {
            continue;
        }
        let ticker = Ticker::new(row.ticker);
        match known.entry(id) {
            Entry::Vacant(entry) => {
                entry.insert(Some(ticker));
            }
            Entry::Occupied(entry) if entry.get().as_ref() == Some(&ticker) => {}
            Entry::Occupied(mut entry) => {
                tracing::warn!(%id, "a security with two tickers is left out");
                entry.insert(None);
            }
        }
    }
    known.into_iter().filter_map(|(id, ticker)| Some((id, ticker?))).collect()
}

#[cfg(test)]
mod tests;
