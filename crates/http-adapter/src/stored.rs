//! Writing a stored rebalance portfolio by portfolio.

use crate::json::{Aborted, JsonWriter};
use crate::problem::{Problem, rebalance_not_found};
use crate::wire::stored::{HeadResponse, PortfolioResponse, TailResponse};
use application::{Application, PortfolioStream};
use domain::rebalance::RebalanceHeader;
use futures::TryStreamExt;

/// One more element of a list. A rebalance that was deleted since the list was made is left out.
pub(crate) async fn write_rebalance(
    out: &mut JsonWriter,
    app: &Application,
    header: &RebalanceHeader,
) -> Result<(), Aborted> {
    let mut portfolios = app.read_rebalance.portfolios(header.id);
    let first = portfolios.try_next().await?;
    if first.is_none() && header.number_of_portfolios > 0 && !exists(app, header).await? {
        return Ok(());
    }
    out.next_element().await?;
    write_whole(out, app, header, first.as_ref().map(PortfolioResponse::new), portfolios).await
}

/// A whole rebalance, whose first portfolio was read already or is still in the stream.
pub(crate) async fn write_whole(
    out: &mut JsonWriter,
    app: &Application,
    header: &RebalanceHeader,
    first: Option<PortfolioResponse>,
    mut portfolios: PortfolioStream,
) -> Result<(), Aborted> {
    let head = serde_json::to_vec(&HeadResponse::new(header)).map_err(Problem::internal)?;
    let tail = serde_json::to_vec(&TailResponse::new(header)).map_err(Problem::internal)?;
    out.raw(head.strip_suffix(b"}").unwrap_or(&head)).await?;
    out.raw(b",\"portfolios\":").await?;
    out.begin_list().await?;
    let mut written = u32::from(first.is_some());
    if let Some(first) = first {
        out.element(&first).await?;
    }
    while let Some(portfolio) = portfolios.try_next().await? {
        out.element(&PortfolioResponse::new(&portfolio)).await?;
        written += 1;
    }
    out.end_list().await?;
    if written != header.number_of_portfolios && !exists(app, header).await? {
        // Deleted while it was read: what is out already must not pass for the whole.
        return Err(rebalance_not_found(header.id));
    }
    out.raw(b",").await?;
    out.raw(tail.strip_prefix(b"{").unwrap_or(&tail)).await
}

async fn exists(app: &Application, header: &RebalanceHeader) -> Result<bool, Aborted> {
    match app.read_rebalance.header(header.id).await {
        Ok(_) => Ok(true),
        Err(application::ReadRebalanceError::NotFound(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
