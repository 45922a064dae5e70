//! Replicas that work at once on one database, through networks that fail.

use super::support::Faulty;
use crate::database::{TestDatabase, config, server_url, until_ready};
use crate::proxy::{Fault, Rule};
use mongo_adapter::MongoStore;
use mongodb::bson::doc;
use port_contracts::builders::{at, model_builder, model_id, portfolio_id};
use port_contracts::contract::at_once;
use ports::{DateChange, ModelStoreError};
use std::sync::Arc;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_replicas_that_update_one_model_lose_no_acknowledged_change() {
    let faulty = Faulty::with(|config| config.operation_timeout = Duration::from_secs(5)).await;
    faulty.models().insert(&model_builder(1).portfolios([1_000]).build()).await.expect("inserted");
    // Every sixth update through the bad network is cut, in turn before and after it was carried out.
    for nth in 0..6 {
        let fault = if nth % 2 == 0 { Fault::CutAfter } else { Fault::CutBefore };
        faulty.rule(Rule::next("update", "models", fault).after(5 * (nth + 1)));
    }
    let (bad, good) = (faulty.models(), faulty.other_models());
    let acknowledged = at_once(40, |n| {
        let (store, mine) = (Arc::clone(if n % 2 == 0 { &bad } else { &good }), u32::try_from(n).expect("small"));
        async move {
            loop {
                let old = store.get(model_id(1)).await.expect("read").expect("there");
                let mut definition = old.definition.clone();
                definition.portfolios =
                    definition.portfolios.with(&model_builder(1).portfolios([mine]).definition().portfolios);
                match store.replace(&old.revised(definition, at(1)), old.version, DateChange::Keep).await {
                    Ok(()) => return mine,
                    Err(ModelStoreError::VersionConflict { .. }) => {}
                    Err(other) => panic!("a conflict is all that may happen, not: {other:?}"),
                }
            }
        }
    })
    .await;
    let model = faulty.other_models().get(model_id(1)).await.expect("read").expect("there");
    assert_eq!(model.version.number(), 41, "each change happened once");
    assert!(acknowledged.into_iter().all(|n| model.definition.portfolios.contains(&portfolio_id(n))));
    faulty.discard().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_that_start_at_once_make_the_indexes_once() {
    let database = TestDatabase::new().await;
    database.raw().drop().await.expect("dropped");
    let stores = at_once(6, |_| {
        let config = config(&server_url(), &database.name);
        async move {
            let store = MongoStore::connect(config).await.expect("valid");
            until_ready(&store).await;
            store
        }
    })
    .await;
    let names = database.collection("models").list_index_names().await.expect("listed");
    assert_eq!(names.iter().filter(|name| *name == "name_1").count(), 1, "{names:?}");
    let results = at_once(6, |n| {
        let (store, model) =
            (stores[n].model_store(), model_builder(u32::try_from(n).expect("small")).name("One").build());
        async move { store.insert(&model).await.is_ok() }
    })
    .await;
    assert_eq!(results.into_iter().filter(|inserted| *inserted).count(), 1, "the index guards from the first write on");
    for store in stores {
        store.close(Duration::from_secs(5)).await;
    }
    database.discard().await;
}

#[tokio::test]
async fn names_that_stand_twice_already_keep_the_store_from_becoming_ready_and_are_named() {
    let database = TestDatabase::new().await;
    database.raw().drop().await.expect("dropped");
    let twice = [doc! { "name": "Twice" }, doc! { "name": "Twice" }];
    database.collection("models").insert_many(twice).await.expect("inserted");
    let store = MongoStore::connect(config(&server_url(), &database.name)).await.expect("valid");
    super::support::eventually("the reason is known", || async {
        let error = store.health().ping().await.expect_err("not ready");
        let cause = std::error::Error::source(&error).expect("a cause").to_string();
        cause.contains("duplicate") || cause.contains("E11000")
    })
    .await;
    // An operator renames one of them, and nothing needs a restart.
    let rename = doc! { "$set": { "name": "Twice (2)" } };
    database.collection("models").update_one(doc! { "name": "Twice" }, rename).await.expect("renamed");
    until_ready(&store).await;
    store.close(Duration::from_secs(5)).await;
    database.discard().await;
}
