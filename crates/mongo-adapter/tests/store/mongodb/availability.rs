//! The server is not there, goes away, comes back, or has no time.

use super::support::{Faulty, all, eventually, hasty};
use crate::database::{TestDatabase, server_address, until_ready, url_at};
use crate::proxy::{Fault, Proxy, Rule};
use mongo_adapter::MongoStore;
use port_contracts::builders::{model_builder, model_id, rebalance_builder, rebalance_id};
use ports::{ModelStoreError, Slice, StoreError};
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_server_that_is_absent_at_the_start_is_waited_for() {
    let database = TestDatabase::new().await;
    let proxy = Proxy::closed(server_address()).await;
    let config = hasty(&url_at(&proxy.address()), &database.name);
    let started = Instant::now();
    let store = MongoStore::connect(config).await.expect("needs no server");
    assert!(started.elapsed() < Duration::from_secs(1), "the start does not wait");
    for _ in 0..3 {
        let asked = Instant::now();
        let error = store.health().ping().await.expect_err("nobody is there");
        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
        assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
    }
    let asked = Instant::now();
    let refused = store.model_store().insert(&model_builder(1).build()).await;
    assert!(matches!(refused, Err(ModelStoreError::Store(_))), "{refused:?}");
    assert!(asked.elapsed() < Duration::from_secs(4), "{:?}", asked.elapsed());

    proxy.listen().await;
    let back = Instant::now();
    until_ready(&store).await;
    println!("ready {:?} after the server came up", back.elapsed());
    store.model_store().insert(&model_builder(1).build()).await.expect("recovered without a restart");
    store.close(Duration::from_secs(10)).await;
    database.discard().await;
}

#[tokio::test]
async fn a_server_that_dies_and_comes_back_is_used_again() {
    let faulty = Faulty::new().await;
    faulty.models().insert(&model_builder(1).build()).await.expect("inserted");
    faulty.proxy.die();
    let health = faulty.store.health();
    let asked = Instant::now();
    health.ping().await.expect_err("nobody is there");
    assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
    let asked = Instant::now();
    faulty.models().get(model_id(1)).await.expect_err("nobody is there");
    assert!(asked.elapsed() < Duration::from_secs(6), "{:?}", asked.elapsed());

    faulty.proxy.listen().await;
    let back = eventually("it answers again", || async { faulty.models().get(model_id(1)).await.is_ok() }).await;
    println!("reads work {back:?} after the server came back");
    health.ping().await.expect("ready again");
    faulty.discard().await;
}

#[tokio::test]
async fn a_short_absence_is_not_noticed_by_callers() {
    let faulty = Faulty::with(|config| config.operation_timeout = Duration::from_secs(10)).await;
    for n in 1..=3 {
        faulty.proxy.die();
        let models = faulty.models();
        let inserting = tokio::spawn(async move { models.insert(&model_builder(n).build()).await });
        tokio::time::sleep(Duration::from_millis(300)).await;
        faulty.proxy.listen().await;
        inserting.await.expect("it ran").expect("inserted");
        assert!(faulty.models().get(model_id(n)).await.expect("read").is_some());
    }
    faulty.discard().await;
}

#[tokio::test]
async fn an_exhausted_pool_refuses_soon_and_the_ping_still_answers() {
    let faulty = Faulty::with(|config| config.max_pool_size = 2).await;
    faulty.rule(Rule::next("find", "models", Fault::StallBefore).times(2));
    let stuck: Vec<_> = (0..2)
        .map(|_| {
            let models = faulty.models();
            tokio::spawn(async move { models.get(model_id(1)).await })
        })
        .collect();
    eventually("both connections are in use", || async { faulty.proxy.seen("find", "models").len() == 2 }).await;
    let asked = Instant::now();
    let error = faulty.models().get(model_id(1)).await.expect_err("no connection is free");
    assert!(matches!(error, StoreError::Timeout(_)), "{error:?}");
    assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
    faulty.store.health().ping().await.expect("a busy store works");
    for waiting in stuck {
        let error = waiting.await.expect("it ran").expect_err("nobody answered");
        assert!(matches!(error, StoreError::Timeout(_)), "{error:?}");
    }
    assert_eq!(faulty.models().get(model_id(1)).await.expect("free again"), None);
    faulty.discard().await;
}

#[tokio::test]
async fn a_slow_server_is_waited_for_within_the_limit() {
    let faulty = Faulty::new().await;
    faulty.rule(Rule::next("insert", "models", Fault::Delay(Duration::from_secs(1))));
    faulty.models().insert(&model_builder(1).build()).await.expect("slow, but in time");
    assert_eq!(faulty.proxy.seen("insert", "models").len(), 1, "it is not repeated");
    faulty.discard().await;
}

#[tokio::test]
async fn a_caller_that_goes_away_does_not_cut_a_write() {
    let faulty = Faulty::new().await;
    let rebalance = rebalance_builder(1).portfolios(0..1_200).positions(1).build();
    // The first batch is held back, the caller goes while it waits, and two more batches and the header follow.
    faulty.rule(Rule::next("insert", "rebalance_portfolios", Fault::Delay(Duration::from_millis(500))));
    let rebalances = faulty.rebalances();
    let append = rebalances.append(&rebalance);
    let gone = tokio::time::timeout(Duration::from_millis(250), append).await;
    assert!(gone.is_err(), "the caller went away before the end");
    let other = faulty.other_rebalances();
    eventually("the write is finished", || async { other.header(rebalance_id(1)).await.expect("read").is_some() })
        .await;
    assert_eq!(all(&*other, rebalance_id(1)).await.expect("read"), rebalance.portfolios);
    faulty.discard().await;
}

#[tokio::test]
async fn closing_waits_for_writes_that_go_on() {
    let faulty = Faulty::new().await;
    faulty.rule(Rule::next("insert", "models", Fault::Delay(Duration::from_millis(500))));
    let models = faulty.models();
    let inserting = tokio::spawn(async move { models.insert(&model_builder(1).build()).await });
    eventually("the write has begun", || async { !faulty.proxy.seen("insert", "models").is_empty() }).await;
    faulty.store.close(Duration::from_secs(10)).await;
    inserting.await.expect("it ran").expect("it came to its end");
    faulty.models().insert(&model_builder(2).build()).await.expect_err("closed");
    assert!(faulty.other_models().get(model_id(1)).await.expect("read").is_some());
    faulty.discard().await;
}

#[tokio::test]
async fn a_stream_whose_connection_is_cut_goes_on() {
    let faulty = Faulty::new().await;
    let rebalance = rebalance_builder(1).portfolios(0..300).positions(1).build();
    faulty.rebalances().append(&rebalance).await.expect("stored");
    for fault in [Fault::CutBefore, Fault::CutAfter] {
        faulty.rule(Rule::next("find", "rebalance_portfolios", fault).after(2));
        assert_eq!(all(&*faulty.rebalances(), rebalance_id(1)).await.expect("read"), rebalance.portfolios);
    }
    faulty.discard().await;
}

#[tokio::test]
async fn reads_are_repeated_when_they_are_cut() {
    let faulty = Faulty::new().await;
    let (model, rebalance) = (model_builder(1).build(), rebalance_builder(1).build());
    faulty.other_models().insert(&model).await.expect("inserted");
    faulty.other_rebalances().append(&rebalance).await.expect("stored");
    faulty.rule(Rule::next("find", "models", Fault::CutAfter));
    assert_eq!(faulty.models().get(model_id(1)).await.expect("read"), Some(model));
    faulty.rule(Rule::next("aggregate", "rebalances", Fault::CutAfter));
    assert_eq!(faulty.rebalances().header(rebalance_id(1)).await.expect("read"), Some(rebalance.header));
    faulty.rule(Rule::next("aggregate", "models", Fault::CutBefore));
    assert_eq!(faulty.models().list(&vec![], Slice::ALL).await.expect("read").total, 1);
    faulty.discard().await;
}
