//! What stands in the way of a store file is said, and the file stays as it was.
#![expect(clippy::expect_used, reason = "without its store a test can only fail")]

use domain::Model;
use futures::TryStreamExt;
use port_contracts::{model_builder, rebalance_builder};
use ports::{ModelStore, RebalanceStore, Slice, StoreError, StoreHealth};
use redb::{Database, TableDefinition};
use redb_adapter::{OpenError, RedbStore};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn directory() -> (TempDir, PathBuf) {
    let directory = TempDir::new().expect("a directory");
    let path = directory.path().join("store.redb");
    (directory, path)
}

fn refused(path: &Path) -> OpenError {
    RedbStore::open(path).err().expect("the file cannot be used")
}

async fn models(store: &RedbStore) -> Vec<Model> {
    store.model_store().list(&vec![], Slice::ALL).await.expect("listed").items
}

/// A closed file with two models and a rebalance.
async fn written(path: &Path) {
    let store = RedbStore::open(path).expect("a new store");
    for n in [1, 2] {
        store.model_store().insert(&model_builder(n).build()).await.expect("inserted");
    }
    store.rebalance_store().append(&rebalance_builder(1).portfolios(1..=40).build()).await.expect("appended");
    store.close().expect("closed");
}

#[tokio::test]
async fn what_was_written_is_there_after_the_next_start() {
    let (_directory, path) = directory();
    written(&path).await;
    let store = RedbStore::open(&path).expect("the same store");
    assert_eq!(models(&store).await, [model_builder(1).build(), model_builder(2).build()]);
    let rebalance = rebalance_builder(1).portfolios(1..=40).build();
    let header = store.rebalance_store().header(rebalance.header.id).await.expect("read");
    assert_eq!(header, Some(rebalance.header));
}

#[test]
fn a_new_store_leaves_no_draft_beside_it() {
    let (directory, path) = directory();
    std::fs::write(directory.path().join("store.redb.new-0"), b"of a start that was interrupted").expect("written");
    drop(RedbStore::open(&path).expect("a new store"));
    let mut names: Vec<_> =
        directory.path().read_dir().expect("listed").map(|entry| entry.expect("an entry").file_name()).collect();
    names.sort();
    assert_eq!(names, ["store.redb", "store.redb.new-0"], "what others left is not touched");
}

#[test]
fn a_missing_directory_is_said() {
    let (directory, _) = directory();
    let path = directory.path().join("nowhere").join("store.redb");
    assert!(matches!(refused(&path), OpenError::MissingDirectory { .. }));
    assert!(!directory.path().join("nowhere").exists());
}

#[test]
fn a_directory_is_not_a_store() {
    let (directory, _) = directory();
    assert!(matches!(refused(directory.path()), OpenError::NotAStore { .. }));
}

#[test]
fn other_files_are_not_stores_and_stay_as_they_are() {
    let (_directory, path) = directory();
    for content in [&b""[..], b"x", b"redb", &[0; 4096], "a diary\n".repeat(4_000).as_bytes()] {
        std::fs::write(&path, content).expect("written");
        let refusal = refused(&path);
        assert!(matches!(refusal, OpenError::NotAStore { .. }), "{} bytes: {refusal:?}", content.len());
        assert!(std::fs::read(&path).expect("read") == content, "{} bytes are as they were", content.len());
    }
}

#[test]
fn the_database_of_another_program_is_not_a_store() {
    let (_directory, path) = directory();
    let theirs: TableDefinition<'_, u64, u64> = TableDefinition::new("theirs");
    let database = Database::create(&path).expect("a database");
    let txn = database.begin_write().expect("a transaction");
    txn.open_table(theirs).expect("a table").insert(1, 1).expect("inserted");
    txn.commit().expect("committed");
    drop(database);
    assert!(matches!(refused(&path), OpenError::NotAStore { .. }));
    let database = Database::open(&path).expect("their database");
    let txn = redb::ReadableDatabase::begin_read(&database).expect("a snapshot");
    assert_eq!(txn.list_tables().expect("listed").count(), 1);
}

#[tokio::test]
async fn a_store_in_use_is_locked_and_its_user_goes_on() {
    let (_directory, path) = directory();
    let store = RedbStore::open(&path).expect("a new store");
    assert!(matches!(refused(&path), OpenError::Locked { .. }));
    store.model_store().insert(&model_builder(1).build()).await.expect("inserted");
    drop(store);
    assert_eq!(models(&RedbStore::open(&path).expect("free again")).await.len(), 1);
}

#[test]
fn of_many_that_begin_one_store_one_gets_it_and_the_others_are_told() {
    let (directory, path) = directory();
    let opened: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| RedbStore::open(&path))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    assert_eq!(opened.iter().filter(|result| result.is_ok()).count(), 1);
    for refusal in opened.iter().filter_map(|result| result.as_ref().err()) {
        assert!(matches!(refusal, OpenError::Locked { .. }), "{refusal:?}");
    }
    assert_eq!(directory.path().read_dir().expect("listed").count(), 1);
}

#[tokio::test]
async fn a_newer_store_is_refused_and_keeps_its_content() {
    let (_directory, path) = directory();
    written(&path).await;
    let set_version = |version: u64| {
        let database = Database::open(&path).expect("the file");
        let txn = database.begin_write().expect("a transaction");
        let meta: TableDefinition<'_, &str, u64> = TableDefinition::new("meta_v1");
        txn.open_table(meta).expect("the table").insert("schema_version", version).expect("inserted");
        txn.commit().expect("committed");
    };
    set_version(7);
    let refusal = refused(&path);
    assert!(matches!(refusal, OpenError::NewerVersion { found: 7, supported: 1, .. }), "{refusal:?}");
    set_version(1);
    assert_eq!(models(&RedbStore::open(&path).expect("a version that is known")).await.len(), 2);
}

#[tokio::test]
async fn a_file_that_was_cut_is_damaged() {
    let (_directory, path) = directory();
    written(&path).await;
    let whole = std::fs::read(&path).expect("read");
    for length in [100, 320, 4_096, 8_192, whole.len() / 2, whole.len() - 4_096, whole.len() - 1] {
        std::fs::write(&path, &whole[..length]).expect("written");
        let refusal = refused(&path);
        assert!(matches!(refusal, OpenError::Damaged { .. }), "{length} of {} bytes: {refusal:?}", whole.len());
    }
}

/// A changed byte in a page that is in use is found; elsewhere it does no harm.
#[tokio::test]
async fn a_changed_byte_is_damage_or_harmless() {
    let (_directory, path) = directory();
    written(&path).await;
    let whole = std::fs::read(&path).expect("read");
    let (mut damaged, mut harmless) = (0, 0);
    for page in (0..whole.len()).step_by(4_096) {
        let mut changed = whole.clone();
        let place = page + 64;
        changed[place] ^= 0x10;
        // Pages that hold nothing need no test each.
        if page > 0 && whole[page..(page + 4_096).min(whole.len())].iter().all(|byte| *byte == 0) {
            continue;
        }
        std::fs::write(&path, &changed).expect("written");
        match RedbStore::open(&path) {
            Ok(store) => {
                assert_eq!(models(&store).await, [model_builder(1).build(), model_builder(2).build()]);
                harmless += 1;
            }
            Err(OpenError::Damaged { .. }) => damaged += 1,
            Err(other) => panic!("byte {place}: {other:?}"),
        }
    }
    assert!(damaged > 5, "{damaged} found, {harmless} harmless");
}

#[tokio::test]
async fn a_closed_store_is_unavailable() {
    let (_directory, path) = directory();
    let store = RedbStore::open(&path).expect("a new store");
    let (model_store, health) = (store.model_store(), store.health());
    let size = std::fs::metadata(&path).expect("a file").len();
    assert_eq!(health.ping().await.expect("open"), Some(size));
    store.close().expect("closed");
    assert!(matches!(health.ping().await, Err(StoreError::Unavailable(_))));
    let inserted = model_store.insert(&model_builder(1).build()).await;
    assert!(matches!(inserted, Err(ports::ModelStoreError::Store(StoreError::Unavailable(_)))), "{inserted:?}");
    RedbStore::open(&path).expect("the file is free although the stores live");
}

#[tokio::test]
async fn a_file_far_larger_than_what_it_holds_is_made_smaller_at_the_next_start() {
    let (_directory, path) = directory();
    let store = RedbStore::open(&path).expect("a new store");
    let rebalances = store.rebalance_store();
    let large = |n| rebalance_builder(n).portfolios(1..=350).positions(20).build();
    for n in 1..=6 {
        rebalances.append(&large(n)).await.expect("appended");
    }
    for n in 1..=5 {
        rebalances.delete(large(n).header.id, large(n).header.version).await.expect("deleted");
    }
    drop((store, rebalances));
    let size = || std::fs::metadata(&path).expect("a file").len();
    let before = size();
    let store = RedbStore::open(&path).expect("the same store");
    let after = size();
    assert!(before > 16 << 20 && after < before / 2, "{before} bytes, then {after}");
    // What was kept is whole.
    let kept: Vec<_> =
        store.rebalance_store().portfolios(large(6).header.id, Slice::ALL).try_collect().await.expect("read");
    assert_eq!(kept, large(6).portfolios);
    store.close().expect("closed");
    assert!(size() < before / 2, "closing adds little");
}
