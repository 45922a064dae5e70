//! What interrupted writes leave behind is never seen, and swept.

use super::support::{Faulty, all, eventually};
use crate::proxy::{Fault, Rule};
use domain::Version;
use mongodb::bson::{DateTime, doc};
use port_contracts::builders::{portfolio_id, rebalance_builder, rebalance_id};
use ports::{Direction, RebalanceSort, RebalanceSortKey, Slice, StoreError};

const BY_ID: RebalanceSort = RebalanceSort { key: RebalanceSortKey::Id, direction: Direction::Ascending };

impl Faulty {
    async fn count(&self, collection: &str) -> u64 {
        self.database.collection(collection).count_documents(doc! {}).await.expect("counted")
    }

    /// Makes all interrupted writes older than the grace.
    async fn a_day_later(&self) {
        let long_ago = DateTime::from_millis(0);
        let update = doc! { "$set": { "started_at": long_ago } };
        self.database.collection("rebalance_writes").update_many(doc! {}, update).await.expect("updated");
    }
}

#[tokio::test]
async fn an_interrupted_append_is_invisible_and_swept_after_the_grace() {
    let faulty = Faulty::new().await;
    let kept = rebalance_builder(1).portfolios(0..3).build();
    faulty.rebalances().append(&kept).await.expect("stored");
    // Both tries of the header are cut, so that its portfolios are there without it.
    faulty.rule(Rule::next("insert", "rebalances", Fault::CutBefore).times(2));
    let unknown = faulty.rebalances().append(&rebalance_builder(2).portfolios(0..7).build()).await;
    assert!(matches!(unknown, Err(StoreError::Unavailable(_))), "{unknown:?}");
    assert_eq!((faulty.count("rebalance_portfolios").await, faulty.count("rebalance_writes").await), (10, 1));

    let store = faulty.rebalances();
    assert_eq!(store.header(rebalance_id(2)).await.expect("read"), None);
    assert_eq!(store.portfolio(rebalance_id(2), &portfolio_id(1)).await.expect("read"), None);
    assert_eq!(all(&*store, rebalance_id(2)).await.expect("read"), []);
    let found = store.list(Some(&[portfolio_id(1)]), BY_ID, Slice::ALL).await.expect("read");
    assert_eq!((found.total, found.items), (1, vec![kept.header]));

    assert_eq!(faulty.store.sweep_orphans().await.expect("swept"), 0, "it may still be going on");
    faulty.a_day_later().await;
    assert_eq!(faulty.store.sweep_orphans().await.expect("swept"), 1);
    assert_eq!((faulty.count("rebalance_portfolios").await, faulty.count("rebalance_writes").await), (3, 0));
    assert_eq!(all(&*store, rebalance_id(1)).await.expect("read"), kept.portfolios);
    faulty.discard().await;
}

#[tokio::test]
async fn a_repeated_append_is_not_mixed_with_what_the_interrupted_one_left() {
    let faulty = Faulty::new().await;
    faulty.rule(Rule::next("insert", "rebalances", Fault::CutBefore).times(2));
    faulty.rebalances().append(&rebalance_builder(1).portfolios(0..9).positions(5).build()).await.expect_err("cut");
    // The same rebalance, computed anew with another outcome.
    let again = rebalance_builder(1).portfolios([4, 3]).positions(2).build();
    faulty.rebalances().append(&again).await.expect("stored");
    let store = faulty.other_rebalances();
    assert_eq!(store.header(rebalance_id(1)).await.expect("read"), Some(again.header));
    assert_eq!(all(&*store, rebalance_id(1)).await.expect("read"), again.portfolios);
    assert_eq!(store.portfolio(rebalance_id(1), &portfolio_id(7)).await.expect("read"), None);
    assert_eq!(store.list(Some(&[portfolio_id(7)]), BY_ID, Slice::ALL).await.expect("read").total, 0);
    faulty.a_day_later().await;
    faulty.store.sweep_orphans().await.expect("swept");
    assert_eq!(faulty.count("rebalance_portfolios").await, 2);
    assert_eq!(all(&*store, rebalance_id(1)).await.expect("read"), again.portfolios);
    faulty.discard().await;
}

#[tokio::test]
async fn an_interrupted_deletion_is_a_deletion_and_its_rest_is_swept() {
    let faulty = Faulty::new().await;
    faulty.rebalances().append(&rebalance_builder(1).portfolios(0..600).positions(1).build()).await.expect("stored");
    faulty.rule(Rule::next("delete", "rebalance_portfolios", Fault::CutBefore).after(1).times(9));
    faulty.rebalances().delete(rebalance_id(1), Version::FIRST).await.expect("the header is gone");
    let left = faulty.count("rebalance_portfolios").await;
    assert!(left > 0 && left < 600, "{left}");
    assert_eq!(all(&*faulty.other_rebalances(), rebalance_id(1)).await.expect("read"), []);
    faulty.proxy.heal();
    faulty.a_day_later().await;
    assert_eq!(faulty.store.sweep_orphans().await.expect("swept"), 1);
    assert_eq!((faulty.count("rebalance_portfolios").await, faulty.count("rebalance_writes").await), (0, 0));
    faulty.discard().await;
}

#[tokio::test]
async fn a_note_of_a_finished_write_is_swept_and_harms_nothing() {
    let faulty = Faulty::new().await;
    let rebalance = rebalance_builder(1).portfolios(0..3).build();
    faulty.rule(Rule::next("delete", "rebalance_writes", Fault::CutBefore));
    faulty.rebalances().append(&rebalance).await.expect("stored");
    assert_eq!(faulty.count("rebalance_writes").await, 1);
    faulty.a_day_later().await;
    assert_eq!(faulty.store.sweep_orphans().await.expect("swept"), 1);
    assert_eq!(faulty.count("rebalance_writes").await, 0);
    assert_eq!(all(&*faulty.rebalances(), rebalance_id(1)).await.expect("read"), rebalance.portfolios);
    faulty.discard().await;
}

#[tokio::test]
async fn the_sweep_runs_by_itself() {
    let faulty = Faulty::with(|config| config.sweep_interval = std::time::Duration::from_millis(100)).await;
    faulty.rule(Rule::next("insert", "rebalances", Fault::CutBefore).times(2));
    faulty.rebalances().append(&rebalance_builder(1).portfolios(0..7).build()).await.expect_err("cut");
    faulty.a_day_later().await;
    eventually("the rest is swept", || async { faulty.count("rebalance_portfolios").await == 0 }).await;
    faulty.discard().await;
}

#[tokio::test]
async fn a_stream_of_what_is_deleted_meanwhile_fails_instead_of_ending_early() {
    use futures::TryStreamExt;
    let faulty = Faulty::new().await;
    faulty.rebalances().append(&rebalance_builder(1).portfolios(0..300).positions(1).build()).await.expect("stored");
    let mut portfolios = faulty.rebalances().portfolios(rebalance_id(1), Slice::ALL);
    portfolios.try_next().await.expect("read").expect("the first");
    faulty.other_rebalances().delete(rebalance_id(1), Version::FIRST).await.expect("deleted");
    let rest: Result<Vec<_>, _> = portfolios.try_collect().await;
    assert!(matches!(rest, Err(StoreError::Unavailable(_))), "{:?}", rest.map(|rest| rest.len()));
    faulty.discard().await;
}

#[tokio::test]
async fn a_rebalance_that_lost_portfolios_is_corrupt_and_named() {
    let faulty = Faulty::new().await;
    faulty.rebalances().append(&rebalance_builder(1).portfolios(0..10).build()).await.expect("stored");
    faulty.database.collection("rebalance_portfolios").delete_one(doc! { "_id.seq": 4 }).await.expect("deleted");
    match all(&*faulty.rebalances(), rebalance_id(1)).await {
        Err(StoreError::Corrupt { kind: "rebalance", id, .. }) => assert_eq!(id, rebalance_id(1).to_string()),
        other => panic!("a portfolio is missing, yet: {other:?}"),
    }
    faulty.discard().await;
}
