//! `replace`.

use super::{Store, get, insert_all, version};
use crate::builders::{at, model_builder, model_id};
use crate::contract::{assert_exactly, at_once};
use domain::Model;
use ports::{DateChange, ModelStoreError};

use DateChange::{Keep, Set};

/// “Replaces definition, `updated_at` and version by those of `model`”.
pub async fn replace_changes_definition_change_time_and_version(store: Store) {
    insert_all(&store, [model_builder(1).build()]).await;
    let new = model_builder(1)
        .name("Renamed")
        .position(2, "0.300", "0.01", "0.0200")
        .portfolios([5, 4])
        .version(2)
        .updated(at(60_007))
        .build();
    store.replace(&new, version(1), Keep).await.expect("replaced");
    assert_exactly(&get(&store, model_id(1)).await, &new);
}

/// “the stored version is `expected`”: the new one is what `model` says, not a count of writes.
pub async fn replace_stores_the_version_that_the_model_says(store: Store) {
    insert_all(&store, [model_builder(1).version(7).build()]).await;
    store.replace(&model_builder(1).version(12).build(), version(7), Keep).await.expect("replaced");
    assert_eq!(get(&store, model_id(1)).await.version, version(12));
}

/// “`created_at` stays”.
pub async fn replace_keeps_the_time_of_creation(store: Store) {
    insert_all(&store, [model_builder(1).created(at(11)).build()]).await;
    store.replace(&model_builder(1).version(2).created(at(99)).build(), version(1), Keep).await.expect("replaced");
    assert_eq!(get(&store, model_id(1)).await.created_at, at(11));
}

/// “The stored date stays”, “not what `model` says”.
pub async fn replace_keeps_the_stored_date_when_told_so(store: Store) {
    insert_all(&store, [model_builder(1).rebalanced(at(5)).build(), model_builder(2).build()]).await;
    store.replace(&model_builder(1).version(2).build(), version(1), Keep).await.expect("replaced");
    store.replace(&model_builder(2).version(2).rebalanced(at(8)).build(), version(1), Keep).await.expect("replaced");
    assert_eq!(get(&store, model_id(1)).await.last_rebalance_date, Some(at(5)));
    assert_eq!(get(&store, model_id(2)).await.last_rebalance_date, None);
}

/// “also when a rebalance has moved it meanwhile.”
pub async fn replace_keeps_a_date_that_a_rebalance_moved_meanwhile(store: Store) {
    insert_all(&store, [model_builder(1).rebalanced(at(5)).build()]).await;
    let read = get(&store, model_id(1)).await;
    store.mark_rebalanced(model_id(1), at(6)).await.expect("marked");
    store.replace(&read.revised(read.definition.clone(), at(7)), version(1), Keep).await.expect("replaced");
    assert_eq!(get(&store, model_id(1)).await.last_rebalance_date, Some(at(6)));
}

/// “This date”, “not what `model` says”; it may go back.
pub async fn replace_sets_the_date_it_is_given(store: Store) {
    insert_all(&store, [model_builder(1).rebalanced(at(500)).build()]).await;
    let new = model_builder(1).version(2).rebalanced(at(900)).build();
    store.replace(&new, version(1), Set(Some(at(3)))).await.expect("replaced");
    assert_eq!(get(&store, model_id(1)).await.last_rebalance_date, Some(at(3)));
}

/// “or none.”
pub async fn replace_clears_the_date(store: Store) {
    insert_all(&store, [model_builder(1).rebalanced(at(500)).build()]).await;
    let new = model_builder(1).version(2).rebalanced(at(900)).build();
    store.replace(&new, version(1), Set(None)).await.expect("replaced");
    assert_eq!(get(&store, model_id(1)).await.last_rebalance_date, None);
}

/// “if, and only if, the stored version is `expected`”: an older or a newer one changes nothing.
pub async fn replace_refuses_another_version(store: Store) {
    let old = model_builder(1).version(4).build();
    insert_all(&store, [old.clone()]).await;
    for expected in [3, 5, u32::MAX] {
        let new = model_builder(1).name("Changed").version(9).build();
        match store.replace(&new, version(expected), Set(Some(at(1)))).await {
            Err(ModelStoreError::VersionConflict { id, expected: named, stored }) => {
                assert_eq!((id, named, stored), (model_id(1), version(expected), version(4)));
            }
            other => panic!("version {expected} is not stored, yet: {other:?}"),
        }
    }
    assert_exactly(&get(&store, model_id(1)).await, &old);
}

/// “`NotFound`”, and nothing is created.
pub async fn replace_of_an_unknown_model_is_not_found(store: Store) {
    match store.replace(&model_builder(1).version(2).build(), version(1), Keep).await {
        Err(ModelStoreError::NotFound(id)) => assert_eq!(id, model_id(1)),
        other => panic!("there is no such model, yet: {other:?}"),
    }
    assert_eq!(store.get(model_id(1)).await.expect("read"), None);
}

/// “`NameTaken` when another model has the new name”, and then nothing changes.
pub async fn replace_refuses_a_taken_name(store: Store) {
    let old = model_builder(1).name("Mine").build();
    insert_all(&store, [old.clone(), model_builder(2).name("Taken").build()]).await;
    match store.replace(&model_builder(1).name("Taken").version(2).build(), version(1), Set(Some(at(1)))).await {
        Err(ModelStoreError::NameTaken(name)) => assert_eq!(name.as_str(), "Taken"),
        other => panic!("the name is taken, yet: {other:?}"),
    }
    assert_exactly(&get(&store, model_id(1)).await, &old);
}

/// Another case of the same letters is another name.
pub async fn replace_compares_names_exactly(store: Store) {
    insert_all(&store, [model_builder(1).name("Mine").build(), model_builder(2).name("Theirs").build()]).await;
    let new = model_builder(1).name("THEIRS").version(2).build();
    store.replace(&new, version(1), Keep).await.expect("another name");
    assert_eq!(get(&store, model_id(1)).await, new);
}

/// A name that a model gives up is free, and it may take it back.
pub async fn replace_frees_the_old_name(store: Store) {
    insert_all(&store, [model_builder(1).name("Old").build()]).await;
    store.replace(&model_builder(1).name("New").version(2).build(), version(1), Keep).await.expect("renamed");
    store.replace(&model_builder(1).name("Old").version(3).build(), version(2), Keep).await.expect("renamed back");
    store.replace(&model_builder(1).name("New").version(4).build(), version(3), Keep).await.expect("and again");
    insert_all(&store, [model_builder(2).name("Old").build()]).await;
}

/// “of any number of concurrent calls with the same `expected`, exactly one succeeds.”
pub async fn replace_succeeds_for_exactly_one_of_many_writers(store: Store) {
    insert_all(&store, [model_builder(1).build()]).await;
    let results = at_once(24, |n| {
        let new = model_builder(1).name(&format!("Writer {n}")).version(2).updated(at(7)).build();
        let store = store.replica(n);
        async move { store.replace(&new, version(1), Keep).await.map(|()| new) }
    })
    .await;
    let mut winners: Vec<Model> = Vec::new();
    for result in results {
        match result {
            Ok(new) => winners.push(new),
            Err(ModelStoreError::VersionConflict { stored, .. }) => assert_eq!(stored, version(2)),
            Err(other) => panic!("a loser learns the version, not: {other:?}"),
        }
    }
    assert_eq!(winners.len(), 1);
    assert_eq!(get(&store, model_id(1)).await, winners[0]);
}

/// Writers that read again after a conflict all come through, and none undoes another.
pub async fn replace_loses_no_writer_that_tries_again(store: Store) {
    insert_all(&store, [model_builder(1).portfolios([1_000]).build()]).await;
    let added: u32 = 12;
    at_once(added as usize, |n| {
        let (store, mine) = (store.replica(n), model_builder(1).portfolios([u32::try_from(n).expect("small")]));
        async move {
            loop {
                let old = store.get(model_id(1)).await.expect("read").expect("there");
                let mut definition = old.definition.clone();
                definition.portfolios = definition.portfolios.with(&mine.definition().portfolios);
                match store.replace(&old.revised(definition, at(1)), old.version, Keep).await {
                    Ok(()) => break,
                    Err(ModelStoreError::VersionConflict { .. }) => {}
                    Err(other) => panic!("only a conflict was possible, not: {other:?}"),
                }
            }
        }
    })
    .await;
    let model = get(&store, model_id(1)).await;
    assert_eq!(model.version, version(1 + added));
    assert_eq!(model.definition.portfolios.as_slice().len(), 1 + added as usize);
}

/// Of different models that all want one name, one gets it.
pub async fn replace_gives_a_name_to_exactly_one_of_many_models(store: Store) {
    insert_all(&store, (0..12).map(|n| model_builder(n).build())).await;
    let results = at_once(12, |n| {
        let new = model_builder(u32::try_from(n).expect("small")).name("Contested").version(2).build();
        let store = store.replica(n);
        async move { store.replace(&new, version(1), Keep).await }
    })
    .await;
    let lost = results.iter().filter(|result| matches!(result, Err(ModelStoreError::NameTaken(_)))).count();
    let won = results.iter().filter(|result| result.is_ok()).count();
    assert_eq!((won, lost), (1, 11), "{results:?}");
}
