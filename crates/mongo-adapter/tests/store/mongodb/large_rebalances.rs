//! Rebalances far beyond one document's 16 MiB, and a server that restarts while one is written.

use super::support::{Faulty, all};
use crate::database::TestDatabase;
use domain::rebalance::FailureDetail;
use futures::StreamExt;
use mongodb::bson::doc;
use port_contracts::builders::{portfolio_id, rebalance_builder, rebalance_id, security_id};
use ports::{Direction, RebalanceSort, RebalanceSortKey, Slice, StoreError};
use std::time::{Duration, Instant};

const NEWEST_FIRST: RebalanceSort = RebalanceSort { key: RebalanceSortKey::Date, direction: Direction::Descending };

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_portfolios_of_a_hundred_positions_are_written_and_streamed_back() {
    let database = TestDatabase::new().await;
    let store = database.store().rebalance_store();
    let rebalance = rebalance_builder(1).portfolios(0..10_000).positions(100).build();
    let started = Instant::now();
    store.append(&rebalance).await.expect("stored");
    println!("10,000 portfolios x 100 positions written in {:?}", started.elapsed());
    let started = Instant::now();
    let mut portfolios = store.portfolios(rebalance_id(1), Slice::ALL);
    let mut expected = rebalance.portfolios.iter();
    while let Some(portfolio) = portfolios.next().await {
        assert!(Some(&portfolio.expect("read")) == expected.next(), "as it was stored, in order");
    }
    assert_eq!(expected.next(), None, "none is missing");
    println!("read back in {:?}", started.elapsed());
    let header = store.header(rebalance_id(1)).await.expect("read").expect("there");
    assert_eq!((header.number_of_portfolios, header.number_of_positions), (10_000, 1_000_000));
    store.delete(rebalance_id(1), header.version).await.expect("deleted");
    database.discard().await;
}

/// More than one document holds: as many portfolios without a solution as a model may have followers, each with the
/// reasons of thirty securities.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failures_of_ten_thousand_portfolios_are_kept_listed_and_deleted() {
    let database = TestDatabase::new().await;
    let store = database.store().rebalance_store();
    let mut rebalance = rebalance_builder(1).portfolios(0..3).failed(10..10_010).build();
    let message = "one share of 683c40c0025131771b00001f is 8.5478 % of the portfolio; its band admits 3 %..5.5 %; a \
                   high drift of 0.045479 instead of 0.015 would admit one share";
    let detail =
        FailureDetail { code: "empty_band".into(), security_id: Some(security_id(1)), message: message.into() };
    for failure in &mut rebalance.header.failures {
        failure.details = vec![detail.clone(); 30];
    }
    store.append(&rebalance).await.expect("stored");
    let header = store.header(rebalance_id(1)).await.expect("read").expect("there");
    assert!(header == rebalance.header, "every failure in its order");
    let listed = store.list(None, NEWEST_FIRST, Slice::ALL).await.expect("listed");
    assert!(listed.items == [header]);
    assert_eq!(all(&*store, rebalance_id(1)).await.expect("read").len(), 3, "failures are no portfolios");
    store.delete(rebalance_id(1), rebalance.header.version).await.expect("deleted");
    let left = database.collection("rebalance_portfolios").count_documents(doc! {}).await.expect("counted");
    assert_eq!(left, 0);
    database.discard().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_restarts_in_the_middle_of_a_write_is_waited_for() {
    let faulty = Faulty::with(|config| config.operation_timeout = Duration::from_secs(10)).await;
    let rebalance = rebalance_builder(1).portfolios(0..1_000).positions(30).build();
    let (rebalances, whole) = (faulty.rebalances(), rebalance.clone());
    let appending = tokio::spawn(async move { rebalances.append(&whole).await });
    // After the first batches, all connections are cut and new ones refused for a while.
    super::support::eventually("the write is under way", || async {
        faulty.proxy.seen("insert", "rebalance_portfolios").len() >= 2
    })
    .await;
    faulty.proxy.die();
    assert!(!appending.is_finished());
    assert_eq!(faulty.other_rebalances().header(rebalance_id(1)).await.expect("read"), None, "not half there");
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    faulty.proxy.listen().await;
    let back = Instant::now();
    appending.await.expect("it ran").expect("stored in the end");
    println!("the write ended {:?} after the server came back", back.elapsed());
    let other = faulty.other_rebalances();
    assert_eq!(other.header(rebalance_id(1)).await.expect("read"), Some(rebalance.header));
    assert!(all(&*other, rebalance_id(1)).await.expect("read") == rebalance.portfolios);
    faulty.discard().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stays_away_leaves_nothing_half_there_and_the_write_can_be_repeated() {
    let faulty = Faulty::with(|config| config.server_selection_timeout = Duration::from_millis(500)).await;
    let rebalance = rebalance_builder(1).portfolios(0..1_000).positions(30).build();
    let (rebalances, whole) = (faulty.rebalances(), rebalance.clone());
    let appending = tokio::spawn(async move { rebalances.append(&whole).await });
    super::support::eventually("the write is under way", || async {
        faulty.proxy.seen("insert", "rebalance_portfolios").len() >= 2
    })
    .await;
    faulty.proxy.die();
    let refused = appending.await.expect("it ran");
    assert!(matches!(refused, Err(StoreError::Unavailable(_) | StoreError::Timeout(_))), "{refused:?}");
    let other = faulty.other_rebalances();
    assert_eq!(other.header(rebalance_id(1)).await.expect("read"), None);
    assert_eq!(other.portfolio(rebalance_id(1), &portfolio_id(0)).await.expect("read"), None);
    assert_eq!(all(&*other, rebalance_id(1)).await.expect("read"), []);
    for portfolios in [None, Some([portfolio_id(0)].as_slice())] {
        assert_eq!(other.list(portfolios, NEWEST_FIRST, Slice::ALL).await.expect("read").total, 0);
    }

    faulty.proxy.listen().await;
    let rebalances = faulty.rebalances();
    super::support::eventually("the write is repeated", || async { rebalances.append(&rebalance).await.is_ok() }).await;
    assert!(all(&*other, rebalance_id(1)).await.expect("read") == rebalance.portfolios);
    faulty.discard().await;
}
