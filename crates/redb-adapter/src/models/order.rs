//! The order of lists: sorted by a small row per model, so that only the page's models are read.

use crate::tables::Id;
use domain::ModelId;
use ports::{Direction, ModelSort, ModelSortKey};
use redb::ReadableTable;
use std::cmp::Ordering;

struct Row {
    id: Id,
    last_rebalance: Option<i64>,
    created: i64,
    name: String,
}

/// The ids of all models in this order.
pub(super) fn sorted(
    order: &impl ReadableTable<&'static Id, (Option<i64>, i64, &'static str)>,
    sort: &ModelSort,
) -> Result<Vec<ModelId>, redb::StorageError> {
    let mut rows = Vec::new();
    for row in order.iter()? {
        let (id, keys) = row?;
        let (last_rebalance, created, name) = keys.value();
        rows.push(Row { id: *id.value(), last_rebalance, created, name: name.to_owned() });
    }
    rows.sort_by(|a, b| compare(a, b, sort));
    Ok(rows.into_iter().map(|row| ModelId::from_bytes(row.id)).collect())
}

fn compare(a: &Row, b: &Row, sort: &ModelSort) -> Ordering {
    let by_keys = sort.iter().map(|(key, direction)| {
        let ascending = match key {
            ModelSortKey::Id => a.id.cmp(&b.id),
            ModelSortKey::Name => a.name.cmp(&b.name),
            ModelSortKey::LastRebalanceDate => a.last_rebalance.cmp(&b.last_rebalance),
            ModelSortKey::CreatedAt => a.created.cmp(&b.created),
        };
        match direction {
            Direction::Ascending => ascending,
            Direction::Descending => ascending.reverse(),
        }
    });
    by_keys.fold(Ordering::Equal, Ordering::then).then(a.id.cmp(&b.id))
}
