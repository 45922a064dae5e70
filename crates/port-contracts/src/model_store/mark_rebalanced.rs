//! `mark_rebalanced`.

use super::{Store, get, insert_all, version};
use crate::builders::{at, model_builder, model_id};
use crate::contract::{assert_exactly, at_once};
use domain::Model;
use ports::{DateChange, ModelStoreError};

/// “Records a rebalance: moves `last_rebalance_date` forward to `date`”, from none too.
pub async fn mark_rebalanced_moves_the_date_forward(store: Store) {
    insert_all(&store, [model_builder(1).build()]).await;
    for ms in [1, 2, 86_400_000] {
        store.mark_rebalanced(model_id(1), at(ms)).await.expect("marked");
        assert_eq!(get(&store, model_id(1)).await.last_rebalance_date, Some(at(ms)));
    }
}

/// “never back”; the same date again is no error.
pub async fn mark_rebalanced_never_moves_the_date_back(store: Store) {
    insert_all(&store, [model_builder(1).rebalanced(at(500)).build()]).await;
    for ms in [499, 500, -86_400_000] {
        store.mark_rebalanced(model_id(1), at(ms)).await.expect("accepted");
        assert_eq!(get(&store, model_id(1)).await.last_rebalance_date, Some(at(500)));
    }
}

/// “leaves version and `updated_at` alone”, and all the rest.
pub async fn mark_rebalanced_changes_nothing_else(store: Store) {
    let model = model_builder(1).position(3, "0.250", "0.01", "0.020").portfolios([2, 1]).version(6).build();
    insert_all(&store, [model.clone(), model_builder(2).build()]).await;
    store.mark_rebalanced(model_id(1), at(77)).await.expect("marked");
    assert_exactly(&get(&store, model_id(1)).await, &Model { last_rebalance_date: Some(at(77)), ..model });
    assert_exactly(&get(&store, model_id(2)).await, &model_builder(2).build());
}

/// An editor who read before the rebalance is not thrown out.
pub async fn mark_rebalanced_does_not_stop_an_editor(store: Store) {
    insert_all(&store, [model_builder(1).build()]).await;
    store.mark_rebalanced(model_id(1), at(77)).await.expect("marked");
    let edited = model_builder(1).name("Edited").version(2).build();
    store.replace(&edited, version(1), DateChange::Keep).await.expect("still in version 1");
}

/// “`NotFound`”, and nothing is created.
pub async fn mark_rebalanced_of_an_unknown_model_is_not_found(store: Store) {
    match store.mark_rebalanced(model_id(1), at(1)).await {
        Err(ModelStoreError::NotFound(id)) => assert_eq!(id, model_id(1)),
        other => panic!("there is no such model, yet: {other:?}"),
    }
    assert_eq!(store.get(model_id(1)).await.expect("read"), None);
}

/// Of many at once the latest date stays, whatever order they arrive in.
pub async fn mark_rebalanced_keeps_the_latest_of_many_at_once(store: Store) {
    insert_all(&store, [model_builder(1).build()]).await;
    let results = at_once(24, |n| {
        let (store, date) = (store.replica(n), at(i64::try_from(n * 7 % 24).expect("small")));
        async move { store.mark_rebalanced(model_id(1), date).await }
    })
    .await;
    for result in results {
        result.expect("marked");
    }
    assert_eq!(get(&store, model_id(1)).await.last_rebalance_date, Some(at(23)));
}
