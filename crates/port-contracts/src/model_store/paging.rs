//! `list`: its parts.

use super::{Store, by, ids, insert_all};
use crate::builders::{at, model_builder, model_id};
use crate::contract::Background;
use domain::ModelId;
use ports::{DateChange, Direction, ModelSortKey, Slice};
use std::sync::Arc;

/// “from `offset`, at most `limit` rows (`None`: to the end)”, “0 is allowed”; past the end there are none.
pub async fn list_cuts_the_sorted_rows(store: Store) {
    insert_all(&store, (1..=7).map(|n| model_builder(n).build())).await;
    let all: Vec<ModelId> = (1..=7).rev().map(model_id).collect();
    let order = by(ModelSortKey::Id, Direction::Descending);
    for (offset, limit, wanted) in [
        (0, None, &all[..]),
        (0, Some(3), &all[..3]),
        (2, Some(3), &all[2..5]),
        (5, Some(3), &all[5..]),
        (3, None, &all[3..]),
        (0, Some(0), &[]),
        (3, Some(0), &[]),
        (7, None, &[]),
        (7, Some(5), &[]),
        (1_000, Some(1), &[]),
        (u64::MAX, None, &[]),
        (6, Some(u64::MAX), &all[6..]),
        (u64::MAX, Some(u64::MAX), &[]),
    ] {
        assert_eq!(ids(&store, &order, Slice { offset, limit }).await, wanted, "offset {offset}, limit {limit:?}");
    }
}

/// “and how many there are”: all of them, whatever part is asked for.
pub async fn list_counts_all_models_whatever_the_part(store: Store) {
    insert_all(&store, (1..=5).map(|n| model_builder(n).build())).await;
    for slice in [Slice::ALL, Slice { offset: 2, limit: Some(1) }, Slice { offset: 9, limit: Some(0) }] {
        assert_eq!(store.list(&vec![], slice).await.expect("listed").total, 5, "{slice:?}");
    }
}

/// “pages never repeat or lose a row”, not even between rows that tie.
pub async fn pages_of_tied_rows_never_repeat_or_lose_one(store: Store) {
    insert_all(&store, (1..=23).map(|n| model_builder(n).rebalanced(at(i64::from(n / 9))).build())).await;
    for key in [ModelSortKey::LastRebalanceDate, ModelSortKey::CreatedAt] {
        for direction in [Direction::Ascending, Direction::Descending] {
            let order = by(key, direction);
            let mut walked = Vec::new();
            for offset in (0..30).step_by(4) {
                walked.extend(ids(&store, &order, Slice { offset, limit: Some(4) }).await);
            }
            assert_eq!(walked, ids(&store, &order, Slice::ALL).await, "{order:?}");
        }
    }
}

/// The same while models are changed and added behind the walk.
pub async fn a_walk_over_pages_keeps_every_row_while_others_write(store: Store) {
    insert_all(&store, (1..=40).map(|n| model_builder(n).build())).await;
    let replica = store.replica(1);
    let writing = Background::start(move |round| {
        let replica = Arc::clone(&replica);
        async move {
            let id = model_id(round % 40 + 1);
            let old = replica.get(id).await.expect("read").expect("there");
            let new = old.revised(old.definition.clone(), at(i64::from(round)));
            replica.replace(&new, old.version, DateChange::Keep).await.expect("replaced");
            replica.mark_rebalanced(id, at(i64::from(round))).await.expect("marked");
            if round < 200 {
                replica.insert(&model_builder(100 + round).build()).await.expect("inserted");
            }
        }
    });
    let order = by(ModelSortKey::CreatedAt, Direction::Ascending);
    for _ in 0..12 {
        // A store that never waits would keep the other task from its turn.
        tokio::task::yield_now().await;
        let mut walked = Vec::new();
        for offset in (0..40).step_by(5) {
            walked.extend(ids(&store, &order, Slice { offset, limit: Some(5) }).await);
        }
        assert_eq!(walked, (1..=40).map(model_id).collect::<Vec<_>>());
    }
    writing.stop().await;
}

/// “`None`: to the end”: what was there before is listed, whatever is inserted meanwhile, and counted.
pub async fn a_list_without_a_limit_keeps_every_row_while_others_insert(store: Store) {
    insert_all(&store, (1..=10).map(|n| model_builder(n).build())).await;
    let replica = store.replica(1);
    let writing = Background::start(move |round| {
        let replica = Arc::clone(&replica);
        async move {
            if round < 400 {
                replica.insert(&model_builder(100 + round).build()).await.expect("inserted");
            }
        }
    });
    // The new ones come first, so that a limit that was counted before them would push the old ones out.
    let order = by(ModelSortKey::Id, Direction::Descending);
    for _ in 0..60 {
        tokio::task::yield_now().await;
        let page = store.list(&order, Slice::ALL).await.expect("listed");
        let old: Vec<ModelId> = page.items.iter().map(|model| model.id).filter(|id| *id <= model_id(10)).collect();
        assert_eq!(old, (1..=10).rev().map(model_id).collect::<Vec<_>>());
        assert!(page.total >= page.items.len() as u64, "{} of {}", page.items.len(), page.total);
    }
    writing.stop().await;
}
