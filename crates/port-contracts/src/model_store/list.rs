//! `list`: the order.

use super::{Store, by, get, ids, insert_all, version};
use crate::builders::{at, model_builder, model_id};
use ports::{DateChange, Direction, ModelSortKey, Slice};

use Direction::{Ascending, Descending};
use ModelSortKey::{CreatedAt, Id, LastRebalanceDate, Name};

/// A list of an empty store is empty, and its total is zero.
pub async fn list_of_an_empty_store_is_empty(store: Store) {
    let page = store.list(&by(Name, Ascending), Slice::ALL).await.expect("listed");
    assert_eq!((page.items, page.total), (vec![], 0));
}

/// The rows are whole models, as `get` gives them.
pub async fn list_gives_whole_models(store: Store) {
    let model = model_builder(1).position(7, "0.40", "0.01", "0.0200").portfolios([3, 1]).rebalanced(at(7)).build();
    insert_all(&store, [model]).await;
    let page = store.list(&vec![], Slice::ALL).await.expect("listed");
    crate::contract::assert_exactly(&page.items, &vec![get(&store, model_id(1)).await]);
}

/// “ties are broken by ascending id”: without any key, id is the order.
pub async fn list_without_a_key_is_by_ascending_id(store: Store) {
    insert_all(&store, [3, 1, 2].map(|n| model_builder(n).build())).await;
    assert_eq!(ids(&store, &vec![], Slice::ALL).await, [1, 2, 3].map(model_id));
}

/// “The id, byte by byte.”
pub async fn list_sorts_by_id(store: Store) {
    insert_all(&store, [0x300, 0x7f, 0x80, 0xff].map(|n| model_builder(n).build())).await;
    let ascending = [0x7f, 0x80, 0xff, 0x300].map(model_id);
    assert_eq!(ids(&store, &by(Id, Ascending), Slice::ALL).await, ascending);
    let descending: Vec<_> = ascending.into_iter().rev().collect();
    assert_eq!(ids(&store, &by(Id, Descending), Slice::ALL).await, descending);
}

/// “The name, by Unicode code points”: upper case before lower, a prefix first, what UTF-16 would swap in order.
pub async fn list_sorts_names_by_code_point(store: Store) {
    let names = ["10", "9", "A", "AB", "Z", "a", "b", "Ä", "ß", "\u{ff21}", "\u{1f600}"];
    let shuffled = [7, 2, 10, 0, 5, 3, 9, 1, 8, 4, 6];
    for n in shuffled {
        insert_all(&store, [model_builder(n).name(names[n as usize]).build()]).await;
    }
    let ascending: Vec<_> = (0..11).map(model_id).collect();
    assert_eq!(ids(&store, &by(Name, Ascending), Slice::ALL).await, ascending);
    let descending: Vec<_> = (0..11).rev().map(model_id).collect();
    assert_eq!(ids(&store, &by(Name, Descending), Slice::ALL).await, descending);
}

/// “The last rebalance; models that were never rebalanced come before all others.”
pub async fn list_puts_models_that_were_never_rebalanced_first(store: Store) {
    for (n, date) in [(1, Some(at(5_000))), (2, None), (3, Some(at(-90_000_000_000_000))), (4, Some(at(5_001)))] {
        let builder = model_builder(n);
        insert_all(&store, [date.map_or(builder.clone(), |date| builder.rebalanced(date)).build()]).await;
    }
    let order = by(LastRebalanceDate, Ascending);
    assert_eq!(ids(&store, &order, Slice::ALL).await, [2, 3, 1, 4].map(model_id));
    let order = by(LastRebalanceDate, Descending);
    assert_eq!(ids(&store, &order, Slice::ALL).await, [4, 1, 3, 2].map(model_id));
}

/// “When the model was created.”
pub async fn list_sorts_by_creation(store: Store) {
    for (n, created) in [(1, 300), (2, 100), (3, 200)] {
        insert_all(&store, [model_builder(n).created(at(created)).updated(at(1_000 - created)).build()]).await;
    }
    assert_eq!(ids(&store, &by(CreatedAt, Ascending), Slice::ALL).await, [2, 3, 1].map(model_id));
    assert_eq!(ids(&store, &by(CreatedAt, Descending), Slice::ALL).await, [1, 3, 2].map(model_id));
}

/// “Whatever they are, ties are broken by ascending id.”
pub async fn list_breaks_ties_by_ascending_id_in_both_directions(store: Store) {
    for n in [3, 5, 1, 4, 2] {
        let date = at(i64::from(n % 2));
        insert_all(&store, [model_builder(n).created(date).rebalanced(date).build()]).await;
    }
    for key in [CreatedAt, LastRebalanceDate] {
        assert_eq!(ids(&store, &by(key, Ascending), Slice::ALL).await, [2, 4, 1, 3, 5].map(model_id), "{key:?}");
        assert_eq!(ids(&store, &by(key, Descending), Slice::ALL).await, [1, 3, 5, 2, 4].map(model_id), "{key:?}");
    }
}

/// Models that were never rebalanced tie as well.
pub async fn list_breaks_ties_of_models_never_rebalanced_by_ascending_id(store: Store) {
    insert_all(&store, [2, 3, 1].map(|n| model_builder(n).build())).await;
    for direction in [Ascending, Descending] {
        assert_eq!(ids(&store, &by(LastRebalanceDate, direction), Slice::ALL).await, [1, 2, 3].map(model_id));
    }
}

/// “Sort keys in order of weight.”
pub async fn list_weighs_several_keys_in_their_order(store: Store) {
    for (n, rebalanced, created) in [(1, 1, 2), (2, 1, 1), (3, 0, 3), (4, 0, 3), (5, 1, 3)] {
        insert_all(&store, [model_builder(n).rebalanced(at(rebalanced)).created(at(created)).build()]).await;
    }
    for (sort, wanted) in [
        (vec![(LastRebalanceDate, Ascending), (CreatedAt, Ascending)], [3, 4, 2, 1, 5]),
        (vec![(LastRebalanceDate, Descending), (CreatedAt, Ascending)], [2, 1, 5, 3, 4]),
        (vec![(LastRebalanceDate, Ascending), (CreatedAt, Descending)], [3, 4, 5, 1, 2]),
        (vec![(CreatedAt, Descending), (LastRebalanceDate, Descending)], [5, 3, 4, 1, 2]),
        (vec![(LastRebalanceDate, Ascending), (Id, Descending)], [4, 3, 5, 2, 1]),
        (vec![(LastRebalanceDate, Ascending), (LastRebalanceDate, Descending), (Name, Descending)], [4, 3, 5, 2, 1]),
    ] {
        assert_eq!(ids(&store, &sort, Slice::ALL).await, wanted.map(model_id), "{sort:?}");
    }
}

/// The order is that of what is stored now.
pub async fn list_follows_replacements_marks_and_deletions(store: Store) {
    insert_all(&store, [(1, "b"), (2, "c"), (3, "d")].map(|(n, name)| model_builder(n).name(name).build())).await;
    let renamed = model_builder(3).name("a").version(2).build();
    store.replace(&renamed, version(1), DateChange::Keep).await.expect("replaced");
    assert_eq!(ids(&store, &by(Name, Ascending), Slice::ALL).await, [3, 1, 2].map(model_id));
    store.mark_rebalanced(model_id(1), at(9)).await.expect("marked");
    assert_eq!(ids(&store, &by(LastRebalanceDate, Ascending), Slice::ALL).await, [2, 3, 1].map(model_id));
    let cleared = model_builder(1).name("b").version(2).build();
    store.replace(&cleared, version(1), DateChange::Set(None)).await.expect("replaced");
    assert_eq!(ids(&store, &by(LastRebalanceDate, Ascending), Slice::ALL).await, [1, 2, 3].map(model_id));
    store.delete(model_id(2), version(1)).await.expect("deleted");
    assert_eq!(ids(&store, &by(Name, Ascending), Slice::ALL).await, [3, 1].map(model_id));
}
