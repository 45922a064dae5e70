//! The obligations of [`StoreHealth`] that hold while the store works; how it fails is for each adapter to test.

use crate::contract::{Subject, at_once};
use ports::StoreHealth;
use std::time::Duration;

/// “an answer or an error comes within two seconds”: a working store answers.
pub async fn ping_answers_within_two_seconds(store: Subject<dyn StoreHealth>) {
    tokio::time::timeout(Duration::from_secs(2), store.ping()).await.expect("in time").expect("the store works");
}

/// Many probes at once, as from several balancers.
pub async fn ping_answers_many_at_once(store: Subject<dyn StoreHealth>) {
    let results = at_once(16, |n| {
        let store = store.replica(n);
        async move { tokio::time::timeout(Duration::from_secs(2), store.ping()).await }
    })
    .await;
    for result in results {
        result.expect("in time").expect("the store works");
    }
}
