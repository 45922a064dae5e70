//! `delete`.

use super::{Store, append_all, assert_stored, listed, portfolios_of, version};
use crate::builders::{portfolio_id, rebalance_builder, rebalance_id};
use crate::contract::at_once;
use ports::{Direction, RebalanceSort, RebalanceSortKey, RebalanceStoreError, Slice};

const BY_ID: RebalanceSort = RebalanceSort { key: RebalanceSortKey::Id, direction: Direction::Ascending };

/// “Removes the rebalance and its portfolios”, from everywhere, and no other.
pub async fn delete_removes_the_rebalance_and_its_portfolios(store: Store) {
    let other = rebalance_builder(2).portfolios([1, 2]).build();
    append_all(&store, [rebalance_builder(1).portfolios([1, 2]).build(), other.clone()]).await;
    store.delete(rebalance_id(1), version(1)).await.expect("deleted");
    assert_eq!(store.header(rebalance_id(1)).await.expect("read"), None);
    assert_eq!(portfolios_of(&*store, rebalance_id(1), Slice::ALL).await, []);
    assert_eq!(store.portfolio(rebalance_id(1), &portfolio_id(1)).await.expect("read"), None);
    for sort_key in [
        RebalanceSortKey::Id,
        RebalanceSortKey::ModelName,
        RebalanceSortKey::Date,
        RebalanceSortKey::NumberOfPortfolios,
    ] {
        let sort = RebalanceSort { key: sort_key, direction: Direction::Descending };
        assert_eq!(listed(&store, None, sort, Slice::ALL).await, (vec![rebalance_id(2)], 1), "{sort_key:?}");
    }
    let filter = [portfolio_id(1)];
    assert_eq!(listed(&store, Some(&filter), BY_ID, Slice::ALL).await, (vec![rebalance_id(2)], 1));
    assert_stored(&store, &other).await;
}

/// “if, and only if, the stored version is `expected`”.
pub async fn delete_refuses_another_version(store: Store) {
    let mut rebalance = rebalance_builder(1).build();
    rebalance.header.version = version(2);
    append_all(&store, [rebalance.clone()]).await;
    for expected in [1, 3] {
        match store.delete(rebalance_id(1), version(expected)).await {
            Err(RebalanceStoreError::VersionConflict { id, expected: named, stored }) => {
                assert_eq!((id, named, stored), (rebalance_id(1), version(expected), version(2)));
            }
            other => panic!("version {expected} is not stored, yet: {other:?}"),
        }
    }
    assert_stored(&store, &rebalance).await;
}

/// “`NotFound`”: never there, and not there any more.
pub async fn delete_of_an_unknown_rebalance_is_not_found(store: Store) {
    append_all(&store, [rebalance_builder(1).build()]).await;
    store.delete(rebalance_id(1), version(1)).await.expect("deleted");
    for id in [rebalance_id(1), rebalance_id(2)] {
        match store.delete(id, version(1)).await {
            Err(RebalanceStoreError::NotFound(named)) => assert_eq!(named, id),
            other => panic!("there is no such rebalance, yet: {other:?}"),
        }
    }
}

/// Of many deletions of one rebalance, one succeeds.
pub async fn delete_succeeds_for_exactly_one_of_many(store: Store) {
    append_all(&store, [rebalance_builder(1).portfolios(0..100).build()]).await;
    let results = at_once(12, |n| {
        let store = store.replica(n);
        async move { store.delete(rebalance_id(1), version(1)).await }
    })
    .await;
    let lost = results.iter().filter(|result| matches!(result, Err(RebalanceStoreError::NotFound(_)))).count();
    assert_eq!((results.iter().filter(|result| result.is_ok()).count(), lost), (1, 11), "{results:?}");
}

/// “It is invisible at once, whole”: also one of many batches.
pub async fn delete_makes_a_large_rebalance_invisible_at_once(store: Store) {
    append_all(&store, [rebalance_builder(1).portfolios(0..1_500).positions(2).build()]).await;
    let (reader, deleter) = (store.replica(0), store.replica(1));
    let deleting = tokio::spawn(async move { deleter.delete(rebalance_id(1), version(1)).await });
    loop {
        // A store that never waits would keep the other task from its turn.
        tokio::task::yield_now().await;
        let finished = deleting.is_finished();
        let header = reader.header(rebalance_id(1)).await.expect("read").is_some();
        // Asked after the header: what had no header has no portfolios either, on any way to them.
        let portfolio = reader.portfolio(rebalance_id(1), &portfolio_id(1_499)).await.expect("read").is_some();
        let (found, total) = listed(&store, Some(&[portfolio_id(7)]), BY_ID, Slice::ALL).await;
        assert!(header || !portfolio, "a portfolio outlives its header");
        assert!(header || (found.is_empty() && total == 0), "a rebalance is found without its header");
        if finished {
            assert!(!header, "nothing is visible once the call has returned");
            break;
        }
    }
    deleting.await.expect("it ran").expect("deleted");
    assert_eq!(portfolios_of(&*reader, rebalance_id(1), Slice::ALL).await, []);
}
