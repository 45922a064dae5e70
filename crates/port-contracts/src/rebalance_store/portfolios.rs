//! `portfolios` and `portfolio`.

use super::{Store, append_all, portfolios_of};
use crate::builders::{portfolio_id, rebalance_builder, rebalance_id};
use crate::contract::at_once;
use futures::{StreamExt, TryStreamExt};
use ports::Slice;

/// “Portfolios of this rebalance in the order they were stored”: any part of them, across the bounds of batches.
pub async fn portfolios_gives_any_part_in_the_order_stored(store: Store) {
    let rebalance = rebalance_builder(1).portfolios((0..620).rev()).positions(1).build();
    append_all(&store, [rebalance.clone(), rebalance_builder(2).portfolios(0..5).build()]).await;
    let all = &rebalance.portfolios;
    for (offset, limit, wanted) in [
        (0, None, &all[..]),
        (0, Some(1), &all[..1]),
        (99, Some(2), &all[99..101]),
        (1, Some(600), &all[1..601]),
        (255, Some(258), &all[255..513]),
        (619, None, &all[619..]),
        (619, Some(9), &all[619..]),
        (0, Some(0), &[]),
        (620, None, &[]),
        (u64::MAX, Some(1), &[]),
        (600, Some(u64::MAX), &all[600..]),
        (u64::MAX, Some(u64::MAX), &[]),
    ] {
        let part = portfolios_of(&*store, rebalance_id(1), Slice { offset, limit }).await;
        assert!(part == wanted, "offset {offset}, limit {limit:?}: {} rows", part.len());
    }
}

/// “Empty when the rebalance does not exist.”
pub async fn portfolios_of_an_unknown_rebalance_is_empty(store: Store) {
    append_all(&store, [rebalance_builder(1).build(), rebalance_builder(3).build()]).await;
    assert_eq!(portfolios_of(&*store, rebalance_id(2), Slice::ALL).await, []);
}

/// “read as the stream is polled”: whoever wants only the first rows lets the stream go.
pub async fn portfolios_may_be_left_half_read(store: Store) {
    let rebalance = rebalance_builder(1).portfolios(0..500).build();
    append_all(&store, [rebalance.clone()]).await;
    for _ in 0..20 {
        let first: Vec<_> = store.portfolios(rebalance_id(1), Slice::ALL).take(3).try_collect().await.expect("read");
        assert_eq!(first, rebalance.portfolios[..3]);
    }
    store.append(&rebalance_builder(2).build()).await.expect("a stream that was let go holds nothing up");
}

/// Many readers of one rebalance each get all of it.
pub async fn portfolios_serves_many_readers_at_once(store: Store) {
    append_all(&store, [rebalance_builder(1).portfolios(0..300).build()]).await;
    let counts = at_once(8, |n| {
        let store = store.replica(n);
        async move { portfolios_of(&*store, rebalance_id(1), Slice::ALL).await.len() }
    })
    .await;
    assert_eq!(counts, [300; 8]);
}

/// “One portfolio of this rebalance”, and of no other.
pub async fn portfolio_gives_that_portfolio_of_that_rebalance(store: Store) {
    let mut other = rebalance_builder(2).portfolios([1, 2]).positions(5).build();
    other.portfolios[1].portfolio_name = Some("as of the second".to_owned());
    let one = rebalance_builder(1).portfolios([3, 2, 1]).positions(3).build();
    append_all(&store, [one.clone(), other.clone()]).await;
    let found = store.portfolio(rebalance_id(1), &portfolio_id(2)).await.expect("read");
    assert_eq!(found.as_ref(), Some(&one.portfolios[1]));
    let found = store.portfolio(rebalance_id(2), &portfolio_id(2)).await.expect("read");
    assert_eq!(found.as_ref(), Some(&other.portfolios[1]));
}

/// “`None` when either does not exist.”
pub async fn portfolio_that_does_not_exist_is_none(store: Store) {
    append_all(&store, [rebalance_builder(1).portfolios([1]).build(), rebalance_builder(2).portfolios([2]).build()])
        .await;
    for (rebalance, portfolio) in [(1, 2), (2, 1), (3, 1), (1, 9)] {
        let found = store.portfolio(rebalance_id(rebalance), &portfolio_id(portfolio)).await.expect("read");
        assert_eq!(found, None, "rebalance {rebalance}, portfolio {portfolio}");
    }
}

/// A portfolio that could not be rebalanced is in the header's failures only.
pub async fn portfolio_that_failed_is_none(store: Store) {
    append_all(&store, [rebalance_builder(1).portfolios([1]).failed([2]).build()]).await;
    assert_eq!(store.portfolio(rebalance_id(1), &portfolio_id(2)).await.expect("read"), None);
}
