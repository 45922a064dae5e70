//! The obligations of [`RebalanceStore`].

mod append;
mod append_at_once;
mod delete;
mod list;
mod portfolios;

pub use append::*;
pub use append_at_once::*;
pub use delete::*;
pub use list::*;
pub use portfolios::*;

use crate::contract::{Subject, assert_exactly};
use domain::rebalance::{PortfolioRebalance, Rebalance};
use domain::{PortfolioId, RebalanceId, Version};
use futures::TryStreamExt;
use ports::{RebalanceSort, RebalanceStore, Slice};

type Store = Subject<dyn RebalanceStore>;

/// A version of at least 1.
fn version(number: u32) -> Version {
    Version::new(number).expect("a version of at least 1")
}

/// Stores all of `rebalances`.
async fn append_all(store: &Store, rebalances: impl IntoIterator<Item = Rebalance>) {
    for rebalance in rebalances {
        store.append(&rebalance).await.expect("appended");
    }
}

/// Portfolios of a rebalance, all read.
async fn portfolios_of(store: &dyn RebalanceStore, id: RebalanceId, slice: Slice) -> Vec<PortfolioRebalance> {
    store.portfolios(id, slice).try_collect().await.expect("read")
}

/// Reads all of `wanted` back and compares it to the letter.
async fn assert_stored(store: &Store, wanted: &Rebalance) {
    let id = wanted.header.id;
    let header = store.header(id).await.expect("read").expect("the header is there");
    assert_exactly(&header, &wanted.header);
    assert_exactly(&portfolios_of(&**store, id, Slice::ALL).await, &wanted.portfolios);
    for portfolio in &wanted.portfolios {
        let one = store.portfolio(id, &portfolio.portfolio_id).await.expect("read");
        assert_exactly(&one.as_ref(), &Some(portfolio));
    }
}

/// Ids of a part of the list, and the length of the whole.
async fn listed(
    store: &Store,
    portfolios: Option<&[PortfolioId]>,
    sort: RebalanceSort,
    slice: Slice,
) -> (Vec<RebalanceId>, u64) {
    let page = store.list(portfolios, sort, slice).await.expect("listed");
    (page.items.iter().map(|header| header.id).collect(), page.total)
}
