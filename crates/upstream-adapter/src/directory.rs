//! Portfolio: names of portfolios.
//!
//! One list tells them all, and is kept for a short time; the paged list is not used, because its order is not stable.
//! A single portfolio is asked for by its id, where a 404 stands for "unknown" as well as for database trouble: good
//! enough for names, which decide nothing.

use crate::cache::Cache;
use crate::channel::Channel;
use crate::failure::Failure;
use crate::reply::Reply;
use async_trait::async_trait;
use domain::PortfolioId;
use ports::{PortfolioDirectory, Upstream, UpstreamError};
use reqwest::StatusCode;
use serde::Deserialize;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Names by portfolio.
pub(crate) type Names = HashMap<PortfolioId, String>;

/// The client of the portfolio service.
pub(crate) struct DirectoryClient {
    channel: Arc<Channel>,
    cache: Cache<Names>,
}

/// `dateCreated` has no time zone and is ignored.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PortfolioRow {
    portfolio_id: String,
    name: Option<String>,
}

impl DirectoryClient {
    pub(crate) const fn new(channel: Arc<Channel>, cache: Cache<Names>) -> Self {
        Self { channel, cache }
    }

    async fn read(&self, wanted: &[PortfolioId]) -> Result<Names, Failure> {
        if wanted.is_empty() {
            return Ok(Names::new());
        }
        let kept = self.cache.get().filter(|kept| wanted.iter().all(|id| kept.contains_key(id)));
        let all = match (kept, wanted) {
            (Some(kept), _) => kept,
            (None, [only]) if is_hexadecimal(only) => return self.one(only).await,
            (None, _) => self.cache.refresh(self.list()).await?,
        };
        Ok(wanted.iter().filter_map(|id| Some((*id, all.get(id)?.clone()))).collect())
    }

    /// All portfolios that have a name.
    async fn list(&self) -> Result<Names, Failure> {
        Ok(self.rows().await?.into_iter().filter_map(|(id, name)| Some((id, name?))).collect())
    }

    /// All portfolios, and the names of those that have one. A row whose id cannot be one is left out: nobody can ask for
    /// it.
    async fn rows(&self) -> Result<HashMap<PortfolioId, Option<String>>, Failure> {
        let call = self.channel.call().await;
        let rows: Vec<PortfolioRow> = call.get("/api/v1/portfolios", Reply::rows).await?;
        Ok(rows.into_iter().filter_map(|row| Some((row.portfolio_id.parse().ok()?, row.name))).collect())
    }

    /// This portfolio, if it is known and has a name.
    async fn one(&self, id: &PortfolioId) -> Result<Names, Failure> {
        let call = self.channel.call().await;
        let read = |reply: &Reply| match reply.status {
            StatusCode::NOT_FOUND => Ok(None),
            _ => reply.json::<PortfolioRow>().map(Some),
        };
        let row = call.get(&format!("/api/v1/portfolio/{id}"), read).await?;
        let row = row.filter(|row| row.portfolio_id == id.as_str());
        Ok(row.and_then(|row| row.name).map(|name| (*id, name)).into_iter().collect())
    }
}

/// Whether the single read takes this id; of any other it says that it does not exist.
fn is_hexadecimal(id: &PortfolioId) -> bool {
    id.as_str().bytes().all(|b| b.is_ascii_hexdigit())
}

#[async_trait]
impl PortfolioDirectory for DirectoryClient {
    async fn names(&self, wanted: &[PortfolioId]) -> Result<Names, UpstreamError> {
        self.read(wanted).await.map_err(|failure| failure.into_error(Upstream::Portfolio))
    }

    /// The single read says of database trouble, too, that there is no such portfolio: only the list is believed here.
    async fn existing(&self, wanted: &[PortfolioId]) -> Result<HashSet<PortfolioId>, UpstreamError> {
        let listed = self.rows().await.map_err(|failure| failure.into_error(Upstream::Portfolio))?;
        Ok(wanted.iter().copied().filter(|id| listed.contains_key(id)).collect())
    }
}

#[cfg(test)]
mod tests;
