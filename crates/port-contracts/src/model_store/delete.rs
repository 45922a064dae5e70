//! `delete`.

use super::{Store, get, insert_all, version};
use crate::builders::{model_builder, model_id, portfolio_id};
use crate::contract::{assert_exactly, at_once};
use ports::{DateChange, ModelStoreError, Slice};

/// “Removes the model”, from everywhere, and no other.
pub async fn delete_removes_the_model(store: Store) {
    insert_all(&store, [model_builder(1).portfolios([1]).build(), model_builder(2).portfolios([1]).build()]).await;
    store.delete(model_id(1), version(1)).await.expect("deleted");
    assert_eq!(store.get(model_id(1)).await.expect("read"), None);
    let rest = [get(&store, model_id(2)).await];
    assert_eq!(store.list(&vec![], Slice::ALL).await.expect("listed").items, rest);
    assert_eq!(store.with_portfolio(&portfolio_id(1)).await.expect("read"), rest);
}

/// “Its name is free afterwards.”
pub async fn delete_frees_the_name(store: Store) {
    insert_all(&store, [model_builder(1).name("Growth").build()]).await;
    store.delete(model_id(1), version(1)).await.expect("deleted");
    insert_all(&store, [model_builder(2).name("Growth").build()]).await;
}

/// “if, and only if, the stored version is `expected`”.
pub async fn delete_refuses_another_version(store: Store) {
    let model = model_builder(1).version(4).build();
    insert_all(&store, [model.clone()]).await;
    for expected in [3, 5] {
        match store.delete(model_id(1), version(expected)).await {
            Err(ModelStoreError::VersionConflict { id, expected: named, stored }) => {
                assert_eq!((id, named, stored), (model_id(1), version(expected), version(4)));
            }
            other => panic!("version {expected} is not stored, yet: {other:?}"),
        }
    }
    assert_exactly(&get(&store, model_id(1)).await, &model);
}

/// “`NotFound`”: never there, and not there any more.
pub async fn delete_of_an_unknown_model_is_not_found(store: Store) {
    insert_all(&store, [model_builder(1).build()]).await;
    store.delete(model_id(1), version(1)).await.expect("deleted");
    for id in [model_id(1), model_id(2)] {
        match store.delete(id, version(1)).await {
            Err(ModelStoreError::NotFound(named)) => assert_eq!(named, id),
            other => panic!("there is no such model, yet: {other:?}"),
        }
    }
}

/// Of many deletions of one model, one succeeds.
pub async fn delete_succeeds_for_exactly_one_of_many(store: Store) {
    insert_all(&store, [model_builder(1).build()]).await;
    let results = at_once(16, |n| {
        let store = store.replica(n);
        async move { store.delete(model_id(1), version(1)).await }
    })
    .await;
    let lost = results.iter().filter(|result| matches!(result, Err(ModelStoreError::NotFound(_)))).count();
    assert_eq!((results.iter().filter(|result| result.is_ok()).count(), lost), (1, 15), "{results:?}");
}

/// Of a deletion and a replacement of one version, one succeeds: a deleted model does not come back.
pub async fn delete_and_replace_of_one_version_exclude_each_other(store: Store) {
    for n in 0..10 {
        insert_all(&store, [model_builder(n).build()]).await;
        let results = at_once(2, |task| {
            let (store, new) = (store.replica(task), model_builder(n).version(2).build());
            async move {
                match task {
                    0 => store.delete(model_id(n), version(1)).await,
                    _ => store.replace(&new, version(1), DateChange::Keep).await,
                }
            }
        })
        .await;
        let stored = store.get(model_id(n)).await.expect("read").map(|model| model.version);
        match (&results[0], &results[1]) {
            (Ok(()), Err(ModelStoreError::NotFound(_))) => assert_eq!(stored, None),
            (Err(ModelStoreError::VersionConflict { .. }), Ok(())) => assert_eq!(stored, Some(version(2))),
            other => panic!("exactly one succeeds, not: {other:?}"),
        }
    }
}
