//! Lists: sorted by a small row per rebalance, so that only the page's headers are read.

use super::stored;
use crate::failure::Failure;
use crate::tables::{FIRST_ID, Id, LAST_ID, PORTFOLIO_REBALANCES, PortfolioKey, REBALANCE_ORDER, REBALANCES};
use domain::RebalanceId;
use domain::rebalance::RebalanceHeader;
use ports::{Direction, Page, RebalanceSort, RebalanceSortKey, Slice, StoreError};
use redb::{ReadTransaction, ReadableTable};
use std::cmp::Ordering;
use std::collections::BTreeSet;

struct Row {
    id: Id,
    date: i64,
    portfolios: u32,
    name: String,
}

impl Row {
    fn new(id: Id, (date, portfolios, name): (i64, u32, &str)) -> Self {
        Self { id, date, portfolios, name: name.to_owned() }
    }
}

/// A part of the list of all rebalances, or of those with one of the `wanted` portfolios.
pub(super) fn page(
    txn: &ReadTransaction,
    wanted: Option<&[PortfolioKey]>,
    sort: RebalanceSort,
    slice: Slice,
) -> Result<Page<RebalanceHeader>, Failure<StoreError>> {
    let mut rows = match wanted {
        None => all(txn)?,
        Some(wanted) => with_any(txn, wanted)?,
    };
    rows.sort_by(|a, b| compare(a, b, sort));
    let rebalances = txn.open_table(REBALANCES)?;
    let headers = slice.cut(&rows).iter().map(|row| {
        let id = RebalanceId::from_bytes(row.id);
        stored(&rebalances, id)?
            .ok_or_else(|| Failure::corrupt("rebalance", &id, "an index lists it, and it is not there"))
    });
    Ok(Page { items: headers.collect::<Result<_, _>>()?, total: rows.len() as u64 })
}

fn all(txn: &ReadTransaction) -> Result<Vec<Row>, Failure<StoreError>> {
    let mut rows = Vec::new();
    for row in txn.open_table(REBALANCE_ORDER)?.iter()? {
        let (id, keys) = row?;
        rows.push(Row::new(*id.value(), keys.value()));
    }
    Ok(rows)
}

fn with_any(txn: &ReadTransaction, wanted: &[PortfolioKey]) -> Result<Vec<Row>, Failure<StoreError>> {
    let index = txn.open_table(PORTFOLIO_REBALANCES)?;
    let mut ids: BTreeSet<Id> = BTreeSet::new();
    for portfolio in wanted.iter().collect::<BTreeSet<_>>() {
        for row in index.range((portfolio, FIRST_ID)..=(portfolio, LAST_ID))? {
            ids.insert(*row?.0.value().1);
        }
    }
    let order = txn.open_table(REBALANCE_ORDER)?;
    let mut rows = Vec::with_capacity(ids.len());
    for id in ids {
        // What has no row here has no header either: it is being written, or cleared away.
        if let Some(keys) = order.get(&id)? {
            rows.push(Row::new(id, keys.value()));
        }
    }
    Ok(rows)
}

fn compare(a: &Row, b: &Row, sort: RebalanceSort) -> Ordering {
    let ascending = match sort.key {
        RebalanceSortKey::Id => a.id.cmp(&b.id),
        RebalanceSortKey::ModelName => a.name.cmp(&b.name),
        RebalanceSortKey::Date => a.date.cmp(&b.date),
        RebalanceSortKey::NumberOfPortfolios => a.portfolios.cmp(&b.portfolios),
    };
    let directed = match sort.direction {
        Direction::Ascending => ascending,
        Direction::Descending => ascending.reverse(),
    };
    directed.then(a.id.cmp(&b.id))
}
