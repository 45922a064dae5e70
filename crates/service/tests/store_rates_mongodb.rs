//! What the two stores do with the same 1,000 portfolios of 100 positions, in one run. Reports, and gates nothing but
//! that what is read is what was written. For figures to quote:
//! `cargo xtask mongodb run -- cargo test --release -p service --test store_rates_mongodb -- --nocapture`
#![expect(clippy::expect_used, reason = "without its stores a test can only fail")]

use futures::TryStreamExt;
use mongo_adapter::{MongoConfig, MongoStore};
use port_contracts::rebalance_builder;
use ports::{RebalanceStore, Slice};
use redb_adapter::RedbStore;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const ROUNDS: u32 = 5;

/// The median times to write and to read the rebalance.
async fn times(store: &dyn RebalanceStore) -> [Duration; 2] {
    let (mut writes, mut reads) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        let rebalance = rebalance_builder(round).portfolios(0..1_000).positions(100).build();
        let started = Instant::now();
        store.append(&rebalance).await.expect("stored");
        writes.push(started.elapsed());
        let started = Instant::now();
        let read: Vec<_> = store.portfolios(rebalance.header.id, Slice::ALL).try_collect().await.expect("read");
        reads.push(started.elapsed());
        assert!(read == rebalance.portfolios, "as it was written");
    }
    [writes, reads].map(|mut times| {
        times.sort_unstable();
        times[times.len() / 2]
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::disallowed_methods, reason = "tests have no configuration but this")]
async fn both_stores_keep_a_hundred_thousand_positions_at_rates_that_are_printed() {
    let url = std::env::var("TEST_MONGODB_URL").expect("TEST_MONGODB_URL names a MongoDB");
    let directory = TempDir::new().expect("a directory");
    let file = RedbStore::open(directory.path().join("store.redb")).expect("a new store");
    let mut config = MongoConfig::new(url);
    config.database_default = format!("rates_{}", std::process::id());
    let mongo = MongoStore::connect(config).await.expect("the URL can be used");
    while mongo.health().ping().await.is_err() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let embedded = times(&file.rebalance_store()).await;
    let server = times(&*mongo.rebalance_store()).await;
    println!("1,000 portfolios of 100 positions, median of {ROUNDS}:");
    for (what, embedded, server) in [("written", embedded[0], server[0]), ("read", embedded[1], server[1])] {
        let ratio = server.as_secs_f64() / embedded.as_secs_f64();
        println!("{what:>8}: embedded {embedded:>9.1?}, MongoDB {server:>9.1?}, {ratio:.1} times as long");
    }
}
