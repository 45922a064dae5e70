//! `append`: repeated, at once, and seen from outside while it happens.

use super::{Store, append_all, assert_stored, listed, portfolios_of};
use crate::builders::{at, portfolio_id, rebalance_builder, rebalance_id};
use crate::contract::at_once;
use ports::{Direction, RebalanceSort, RebalanceSortKey, Slice};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const BY_ID: RebalanceSort = RebalanceSort { key: RebalanceSortKey::Id, direction: Direction::Ascending };

/// “Repeating a call that was interrupted is allowed and stores it once.”
pub async fn append_repeated_stores_once(store: Store) {
    let rebalance = rebalance_builder(1).portfolios(1..=40).build();
    append_all(&store, [rebalance.clone(), rebalance.clone(), rebalance.clone()]).await;
    assert_eq!(listed(&store, None, BY_ID, Slice::ALL).await, (vec![rebalance_id(1)], 1));
    assert_eq!(listed(&store, Some(&[portfolio_id(7)]), BY_ID, Slice::ALL).await, (vec![rebalance_id(1)], 1));
    assert_stored(&store, &rebalance).await;
}

/// Also when the repetition overtakes the first call.
pub async fn append_of_one_rebalance_many_times_at_once_stores_once(store: Store) {
    let rebalance = Arc::new(rebalance_builder(1).portfolios(1..=60).build());
    let results = at_once(8, |n| {
        let (store, rebalance) = (store.replica(n), Arc::clone(&rebalance));
        async move { store.append(&rebalance).await }
    })
    .await;
    for result in results {
        result.expect("appended");
    }
    assert_eq!(listed(&store, None, BY_ID, Slice::ALL).await, (vec![rebalance_id(1)], 1));
    assert_stored(&store, &rebalance).await;
}

/// Rebalances that are written at once do not mix.
pub async fn append_of_many_rebalances_at_once_keeps_them_apart(store: Store) {
    let build = |n: usize| {
        let n = u32::try_from(n).expect("small");
        rebalance_builder(n).portfolios(n..n + 30).positions(n % 5).date(at(i64::from(n))).build()
    };
    let results = at_once(16, |n| {
        let (store, rebalance) = (store.replica(n), build(n));
        async move { store.append(&rebalance).await }
    })
    .await;
    for (n, result) in results.into_iter().enumerate() {
        result.expect("appended");
        assert_stored(&store, &build(n)).await;
    }
    assert_eq!(listed(&store, None, BY_ID, Slice::ALL).await, ((0..16).map(rebalance_id).collect(), 16));
}

/// “All of it becomes visible at once”: whoever sees the header, or finds it by a portfolio, finds everything.
pub async fn append_becomes_visible_all_at_once(store: Store) {
    let count: u32 = 700;
    let rebalance = rebalance_builder(1).portfolios(1..=count).positions(6).build();
    let written = Arc::new(AtomicBool::new(false));
    let (writer, done) = (store.replica(1), Arc::clone(&written));
    let writing = tokio::spawn(async move {
        writer.append(&rebalance).await.expect("appended");
        done.store(true, Ordering::SeqCst);
    });
    loop {
        // A store that never waits would keep the other task from its turn.
        tokio::task::yield_now().await;
        let finished = written.load(Ordering::SeqCst);
        let last = portfolio_id(count);
        // In this order: what an earlier answer shows, a later one must not lack.
        let alone = store.portfolio(rebalance_id(1), &last).await.expect("read").is_some();
        let (found, _) = listed(&store, Some(&[portfolio_id(1)]), BY_ID, Slice::ALL).await;
        let header = store.header(rebalance_id(1)).await.expect("read").is_some();
        let rows = portfolios_of(&*store, rebalance_id(1), Slice::ALL).await.len();
        assert!(rows == 0 || rows == count as usize, "a part of {rows} portfolios is visible");
        assert!(!alone || header, "a portfolio is visible before its header");
        assert!(found.is_empty() || header, "a rebalance is found before its header is visible");
        assert!(!header || rows == count as usize, "the header is visible and {rows} portfolios are");
        if finished {
            assert!(alone && header && found == [rebalance_id(1)], "all is visible once the call has returned");
            break;
        }
    }
    writing.await.expect("written");
}
