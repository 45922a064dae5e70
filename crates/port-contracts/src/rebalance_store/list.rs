//! `list`.

use super::{Store, append_all, listed, version};
use crate::builders::{at, portfolio_id, rebalance_builder, rebalance_id};
use crate::contract::{Background, assert_exactly};
use domain::RebalanceId;
use ports::{Direction, RebalanceSort, RebalanceSortKey, Slice};
use std::sync::Arc;

use Direction::{Ascending, Descending};
use RebalanceSortKey::{Date, Id, ModelName, NumberOfPortfolios};

const fn by(key: RebalanceSortKey, direction: Direction) -> RebalanceSort {
    RebalanceSort { key, direction }
}

async fn order(store: &Store, key: RebalanceSortKey, direction: Direction) -> Vec<RebalanceId> {
    listed(store, None, by(key, direction), Slice::ALL).await.0
}

fn rebalances(numbers: impl IntoIterator<Item = u32>) -> Vec<RebalanceId> {
    numbers.into_iter().map(rebalance_id).collect()
}

/// A list of an empty store is empty, and its total is zero.
pub async fn list_of_an_empty_store_is_empty(store: Store) {
    assert_eq!(listed(&store, None, by(Date, Descending), Slice::ALL).await, (vec![], 0));
    assert_eq!(listed(&store, Some(&[portfolio_id(1)]), by(Date, Descending), Slice::ALL).await, (vec![], 0));
}

/// “A part of all headers”: whole headers, failures included.
pub async fn list_gives_whole_headers(store: Store) {
    let rebalance = rebalance_builder(1).portfolios([1, 2]).positions(3).failed([4, 5]).build();
    append_all(&store, [rebalance.clone()]).await;
    let page = store.list(None, by(Id, Ascending), Slice::ALL).await.expect("listed");
    assert_exactly(&page.items, &vec![rebalance.header]);
}

/// “The id, byte by byte.”
pub async fn list_sorts_by_id(store: Store) {
    append_all(&store, [0x300, 0x7f, 0x80].map(|n| rebalance_builder(n).build())).await;
    assert_eq!(order(&store, Id, Ascending).await, rebalances([0x7f, 0x80, 0x300]));
    assert_eq!(order(&store, Id, Descending).await, rebalances([0x300, 0x80, 0x7f]));
}

/// “The model's name at that time, by Unicode code points.”
pub async fn list_sorts_model_names_by_code_point(store: Store) {
    let names = ["10", "9", "A", "AB", "Z", "a", "Ä", "\u{ff21}", "\u{1f600}"];
    for n in [7_usize, 2, 0, 5, 3, 1, 8, 4, 6] {
        let id = u32::try_from(n).expect("small");
        append_all(&store, [rebalance_builder(id).model_name(names[n]).build()]).await;
    }
    assert_eq!(order(&store, ModelName, Ascending).await, rebalances(0..9));
    assert_eq!(order(&store, ModelName, Descending).await, rebalances((0..9).rev()));
}

/// “When the rebalance was made”, before 1970 too.
pub async fn list_sorts_by_date(store: Store) {
    for (n, ms) in [(1, 2), (2, -90_000_000_000_000), (3, 1), (4, 86_400_000)] {
        append_all(&store, [rebalance_builder(n).date(at(ms)).build()]).await;
    }
    assert_eq!(order(&store, Date, Ascending).await, rebalances([2, 3, 1, 4]));
    assert_eq!(order(&store, Date, Descending).await, rebalances([4, 1, 3, 2]));
}

/// “Portfolios stored with it”, as numbers; failed ones do not count.
pub async fn list_sorts_by_number_of_portfolios(store: Store) {
    for (n, portfolios, failed) in [(1, 10, 0), (2, 9, 5), (3, 300, 0), (4, 1, 40)] {
        let rebalance = rebalance_builder(n).portfolios(0..portfolios).positions(1).failed(500..500 + failed).build();
        append_all(&store, [rebalance]).await;
    }
    assert_eq!(order(&store, NumberOfPortfolios, Ascending).await, rebalances([4, 2, 1, 3]));
    assert_eq!(order(&store, NumberOfPortfolios, Descending).await, rebalances([3, 1, 2, 4]));
}

/// “Ties are broken by ascending id”, whichever way the key goes.
pub async fn list_breaks_ties_by_ascending_id_in_both_directions(store: Store) {
    append_all(&store, [3, 1, 4, 2].map(|n| rebalance_builder(n).build())).await;
    for key in [ModelName, Date, NumberOfPortfolios] {
        for direction in [Ascending, Descending] {
            assert_eq!(order(&store, key, direction).await, rebalances(1..=4), "{key:?} {direction:?}");
        }
    }
}

/// A part of the sorted list, and how long the whole is.
pub async fn list_cuts_the_sorted_rows_and_counts_them_all(store: Store) {
    append_all(&store, (1..=7).map(|n| rebalance_builder(n).date(at(i64::from(n / 3))).build())).await;
    for direction in [Ascending, Descending] {
        let all = order(&store, Date, direction).await;
        for (offset, limit, wanted) in [
            (0, Some(3), &all[..3]),
            (2, Some(3), &all[2..5]),
            (5, Some(3), &all[5..]),
            (3, None, &all[3..]),
            (0, Some(0), &[]),
            (7, None, &[]),
            (u64::MAX, Some(u64::MAX), &[]),
        ] {
            let (ids, total) = listed(&store, None, by(Date, direction), Slice { offset, limit }).await;
            assert_eq!((&ids[..], total), (wanted, 7), "offset {offset}, limit {limit:?}");
        }
    }
}

/// “With `portfolios`, only rebalances in which at least one of them was rebalanced”: each once, in order, counted.
pub async fn list_of_portfolios_gives_rebalances_with_any_of_them(store: Store) {
    for (n, portfolios, ms) in [(1, vec![1, 2, 3], 5), (2, vec![4], 4), (3, vec![3, 5], 3), (4, vec![2, 1], 6)] {
        append_all(&store, [rebalance_builder(n).portfolios(portfolios).date(at(ms)).build()]).await;
    }
    for (wanted, by_date) in [
        (vec![1], vec![1, 4]),
        (vec![1, 2, 3], vec![3, 1, 4]),
        (vec![5, 4, 99], vec![3, 2]),
        (vec![3, 3, 3], vec![3, 1]),
        (vec![99], vec![]),
        (vec![], vec![]),
    ] {
        let wanted: Vec<_> = wanted.into_iter().map(portfolio_id).collect();
        let found = listed(&store, Some(&wanted), by(Date, Ascending), Slice::ALL).await;
        assert_eq!(found, (rebalances(by_date.iter().copied()), by_date.len() as u64), "{wanted:?}");
    }
}

/// The parts of such a list, in each order.
pub async fn list_of_portfolios_is_sorted_and_cut_like_any_other(store: Store) {
    for n in 1..=9 {
        let mine = if n % 3 == 0 { 8 } else { 7 };
        let rebalance = rebalance_builder(n).portfolios([mine, 100 + n]).date(at(i64::from(n % 2)));
        append_all(&store, [rebalance.model_name(&format!("Model {}", 9 - n)).build()]).await;
    }
    let wanted = [portfolio_id(7)];
    for (key, direction, all) in [
        (Id, Ascending, [1, 2, 4, 5, 7, 8]),
        (Id, Descending, [8, 7, 5, 4, 2, 1]),
        (ModelName, Ascending, [8, 7, 5, 4, 2, 1]),
        (Date, Ascending, [2, 4, 8, 1, 5, 7]),
        (Date, Descending, [1, 5, 7, 2, 4, 8]),
        (NumberOfPortfolios, Descending, [1, 2, 4, 5, 7, 8]),
    ] {
        let slice = Slice { offset: 2, limit: Some(3) };
        let part = listed(&store, Some(&wanted), by(key, direction), slice).await;
        assert_eq!(part, (rebalances(all[2..5].iter().copied()), 6), "{key:?} {direction:?}");
    }
}

/// “(a failed one does not count)”
pub async fn list_of_portfolios_does_not_count_failed_ones(store: Store) {
    append_all(&store, [rebalance_builder(1).portfolios([1]).failed([2]).build()]).await;
    assert_eq!(listed(&store, Some(&[portfolio_id(2)]), by(Id, Ascending), Slice::ALL).await, (vec![], 0));
}

/// “pages never repeat or lose a row” while others are written behind the walk and deleted beyond it.
pub async fn a_walk_over_pages_keeps_every_rebalance_while_others_write(store: Store) {
    append_all(&store, (1..=30).map(|n| rebalance_builder(n).build())).await;
    let replica = store.replica(1);
    let writing = Background::start(move |round| {
        let replica = Arc::clone(&replica);
        async move {
            let n = 1_000 + round;
            if round < 400 {
                replica.append(&rebalance_builder(n).build()).await.expect("appended");
            }
            if round < 400 && round % 3 == 2 {
                replica.delete(rebalance_id(n), version(1)).await.expect("deleted");
            }
        }
    });
    for _ in 0..12 {
        // A store that never waits would keep the other task from its turn.
        tokio::task::yield_now().await;
        let mut walked = Vec::new();
        for offset in (0..30).step_by(5) {
            let slice = Slice { offset, limit: Some(5) };
            walked.extend(listed(&store, None, by(Date, Descending), slice).await.0);
        }
        assert_eq!(walked, rebalances(1..=30));
    }
    writing.stop().await;
}
