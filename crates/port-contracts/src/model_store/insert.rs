//! `insert` and `get`.

use super::{Store, get, insert_all};
use crate::builders::{at, model_builder, model_id};
use crate::contract::{assert_exactly, at_once};
use ports::{ModelStoreError, Slice};

/// “Stores a new model as it is.”
pub async fn insert_stores_the_model_as_it_is(store: Store) {
    let model = model_builder(1)
        .position(7, "0.95", "0.000001", "1")
        .version(41)
        .rebalanced(at(1_234))
        .created(at(-987_654_321))
        .updated(at(999))
        .build();
    store.insert(&model).await.expect("inserted");
    assert_exactly(&get(&store, model_id(1)).await, &model);
}

/// A decimal keeps the scale it was written with.
pub async fn insert_keeps_the_scale_of_every_decimal(store: Store) {
    let model = model_builder(1)
        .position(1, "0.6000000000000000000000000000", "0", "0.0")
        .position(2, "0.10", "0.0100", "0.010000")
        .position(3, "0.005", "0.5", "1.00")
        .build();
    store.insert(&model).await.expect("inserted");
    assert_exactly(&get(&store, model_id(1)).await, &model);
}

/// Positions and portfolios are in their owner's order.
pub async fn insert_keeps_the_order_of_positions_and_portfolios(store: Store) {
    let unsorted = [9, 2, 30, 1, 14];
    let builder = model_builder(1).portfolios(unsorted);
    let model = unsorted.into_iter().fold(builder, |model, n| model.position(n, "0.05", "0.01", "0.02")).build();
    store.insert(&model).await.expect("inserted");
    assert_exactly(&get(&store, model_id(1)).await, &model);
}

/// The largest model: 100 positions, a name of 255 characters of four bytes, and 2,000 portfolios.
pub async fn insert_stores_the_largest_model(store: Store) {
    let builder = model_builder(1).name(&"𝔐".repeat(255)).portfolios(1..=2_000);
    let model = (1..=100).fold(builder, |model, n| model.position(n, "0.005", "0.01", "0.02")).build();
    store.insert(&model).await.expect("inserted");
    assert_exactly(&get(&store, model_id(1)).await, &model);
}

/// “`NameTaken` when another model has the name”, and then nothing is stored.
pub async fn insert_refuses_a_taken_name(store: Store) {
    insert_all(&store, [model_builder(1).name("Growth").build()]).await;
    let second = model_builder(2).name("Growth").build();
    match store.insert(&second).await {
        Err(ModelStoreError::NameTaken(name)) => assert_eq!(name, second.definition.name),
        other => panic!("the name is taken, yet: {other:?}"),
    }
    assert_eq!(store.get(model_id(2)).await.expect("read"), None);
    assert_eq!(store.list(&vec![], Slice::ALL).await.expect("listed").total, 1);
}

/// “compared exactly”: case, accents, their composition, inner spaces and look-alikes make another name.
pub async fn insert_compares_names_exactly(store: Store) {
    let names = [
        "Growth",
        "growth",
        "GROWTH",
        "Gröwth",
        "Gro\u{308}wth",
        "Grow th",
        "Grow  th",
        "Growth\u{200b}",
        "Gr\u{43e}wth",
    ];
    for (n, name) in (1..).zip(names) {
        let model = model_builder(n).name(name).build();
        store.insert(&model).await.unwrap_or_else(|refused| panic!("{name:?} is another name: {refused}"));
        assert_eq!(get(&store, model_id(n)).await.definition.name.as_str(), name);
    }
}

/// “of any number of concurrent calls with the same name, exactly one succeeds.”
pub async fn insert_succeeds_for_exactly_one_of_many_with_one_name(store: Store) {
    let results = at_once(24, |n| {
        let model = model_builder(u32::try_from(n).expect("small")).name("Contested").build();
        let store = store.replica(n);
        async move { store.insert(&model).await.map(|()| model) }
    })
    .await;
    let mut winners = Vec::new();
    for result in results {
        match result {
            Ok(model) => winners.push(model),
            Err(ModelStoreError::NameTaken(_)) => {}
            Err(other) => panic!("a loser learns that the name is taken, not: {other:?}"),
        }
    }
    assert_eq!(winners.len(), 1);
    assert_eq!(store.list(&vec![], Slice::ALL).await.expect("listed").items, winners);
}

/// Inserts of different names do not hinder one another.
pub async fn insert_takes_many_models_at_once(store: Store) {
    let results = at_once(32, |n| {
        let model = model_builder(u32::try_from(n).expect("small")).build();
        let store = store.replica(n);
        async move { store.insert(&model).await }
    })
    .await;
    for result in results {
        result.expect("inserted");
    }
    assert_eq!(store.list(&vec![], Slice::ALL).await.expect("listed").total, 32);
}

/// “The model with this id”, or none.
pub async fn get_of_an_unknown_id_is_none(store: Store) {
    insert_all(&store, [model_builder(1).build(), model_builder(3).build()]).await;
    assert_eq!(store.get(model_id(2)).await.expect("read"), None);
}
