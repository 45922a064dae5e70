//! Values that cannot be read are said with their id, never skipped, never overwritten, and hurt no others.
#![expect(clippy::expect_used, reason = "without its store a test can only fail")]

use domain::{Model, Version};
use futures::TryStreamExt;
use port_contracts::builders::{at, model_id, portfolio_id, rebalance_id};
use port_contracts::{model_builder, rebalance_builder};
use ports::{
    DateChange, Direction, ModelStore, ModelStoreError, RebalanceSort, RebalanceSortKey, RebalanceStore, Slice,
    StoreError,
};
use redb::{Database, ReadableDatabase, TableDefinition};
use redb_adapter::RedbStore;
use std::fmt::Debug;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const MODELS: TableDefinition<'_, &[u8; 12], &[u8]> = TableDefinition::new("models_v1");
const REBALANCES: TableDefinition<'_, &[u8; 12], &[u8]> = TableDefinition::new("rebalances_v1");
type PortfolioRow = (&'static [u8; 24], &'static [u8]);
const PORTFOLIOS: TableDefinition<'_, (&[u8; 12], u32), PortfolioRow> = TableDefinition::new("rebalance_portfolios_v1");
const BY_DATE: RebalanceSort = RebalanceSort { key: RebalanceSortKey::Date, direction: Direction::Ascending };

/// Contents that no version of a record has.
const UNREADABLE: [&[u8]; 8] = [
    b"",
    b"null",
    b"{}",
    b"{\"v\":1}",
    b"{\"v\":2}",
    b"{\"v\":1,\"name\":\"\xff\xfe\"}",
    b"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    &[0; 3_000],
];

async fn written(models: u32) -> (TempDir, PathBuf) {
    let directory = TempDir::new().expect("a directory");
    let path = directory.path().join("store.redb");
    let store = RedbStore::open(&path).expect("a new store");
    for n in 1..=models {
        store.model_store().insert(&model_builder(n).portfolios([1, n + 1]).build()).await.expect("inserted");
        let rebalance = rebalance_builder(n).portfolios([1, 2, 3]).build();
        store.rebalance_store().append(&rebalance).await.expect("appended");
    }
    store.close().expect("closed");
    (directory, path)
}

fn change(path: &Path, write: impl FnOnce(&redb::WriteTransaction)) {
    let database = Database::open(path).expect("the file");
    let txn = database.begin_write().expect("a transaction");
    write(&txn);
    txn.commit().expect("committed");
}

#[track_caller]
fn assert_corrupt<T: Debug>(result: Result<T, impl Into<ModelStoreError>>, kind: &str, id: &str) {
    match result.map_err(Into::into) {
        Err(ModelStoreError::Store(StoreError::Corrupt { kind: found_kind, id: found, .. })) => {
            assert_eq!((found_kind, found.as_str()), (kind, id));
        }
        other => panic!("{kind} {id} cannot be read, yet: {other:?}"),
    }
}

#[tokio::test]
async fn a_model_that_cannot_be_read_is_said_everywhere_and_stays() {
    let (_directory, path) = written(2).await;
    for bytes in UNREADABLE {
        change(&path, |txn| {
            txn.open_table(MODELS).expect("the table").insert(&model_id(1).bytes(), bytes).expect("inserted");
        });
        let (file, id) = (RedbStore::open(&path).expect("the file itself is whole"), model_id(1).to_string());
        let store = file.model_store();
        assert_corrupt(store.get(model_id(1)).await, "model", &id);
        assert_corrupt(store.list(&vec![], Slice::ALL).await, "model", &id);
        assert_corrupt(store.with_portfolio(&portfolio_id(1)).await, "model", &id);
        let new: Model = model_builder(1).version(2).build();
        assert_corrupt(store.replace(&new, Version::FIRST, DateChange::Keep).await, "model", &id);
        assert_corrupt(store.mark_rebalanced(model_id(1), at(1)).await, "model", &id);
        assert_corrupt(store.delete(model_id(1), Version::FIRST).await, "model", &id);
        store.get(model_id(2)).await.expect("the others are well").expect("there");
        assert_eq!(store.with_portfolio(&portfolio_id(3)).await.expect("the others are well").len(), 1);
        drop((store, file));
        let database = Database::open(&path).expect("the file");
        let models = database.begin_read().expect("a snapshot").open_table(MODELS).expect("the table");
        let stored = models.get(&model_id(1).bytes()).expect("read").map(|value| value.value().to_vec());
        assert_eq!(stored.as_deref(), Some(bytes), "it is never overwritten");
    }
}

#[tokio::test]
async fn a_header_that_cannot_be_read_is_said_everywhere() {
    let (_directory, path) = written(2).await;
    for bytes in UNREADABLE {
        change(&path, |txn| {
            txn.open_table(REBALANCES).expect("the table").insert(&rebalance_id(1).bytes(), bytes).expect("inserted");
        });
        let (file, id) = (RedbStore::open(&path).expect("the file itself is whole"), rebalance_id(1).to_string());
        let store = file.rebalance_store();
        assert_corrupt(store.header(rebalance_id(1)).await, "rebalance", &id);
        assert_corrupt(store.list(None, BY_DATE, Slice::ALL).await, "rebalance", &id);
        let rows: Result<Vec<_>, _> = store.portfolios(rebalance_id(1), Slice::ALL).try_collect().await;
        assert_corrupt(rows, "rebalance", &id);
        let second = Slice { offset: 1, limit: Some(1) };
        assert_eq!(store.list(None, BY_DATE, second).await.expect("the others are well").total, 2);
    }
}

#[tokio::test]
async fn a_portfolio_that_cannot_be_read_is_said_after_those_before_it() {
    let (_directory, path) = written(1).await;
    let (key, portfolio) = (rebalance_id(1).bytes(), portfolio_id(2));
    let name: [u8; 24] = portfolio.as_str().as_bytes().try_into().expect("24 bytes");
    for bytes in UNREADABLE {
        change(&path, |txn| {
            txn.open_table(PORTFOLIOS).expect("the table").insert((&key, 1), (&name, bytes)).expect("inserted");
        });
        let (file, id) = (RedbStore::open(&path).expect("whole"), format!("{}/{portfolio}", rebalance_id(1)));
        let store = file.rebalance_store();
        assert_corrupt(store.portfolio(rebalance_id(1), &portfolio).await, "rebalanced portfolio", &id);
        let rows: Result<Vec<_>, _> = store.portfolios(rebalance_id(1), Slice::ALL).try_collect().await;
        assert_corrupt(rows, "rebalanced portfolio", &id);
        let last = Slice { offset: 2, limit: None };
        let rows: Vec<_> = store.portfolios(rebalance_id(1), last).try_collect().await.expect("the others are well");
        assert_eq!(rows.len(), 1);
    }
}

#[tokio::test]
async fn a_portfolio_that_is_missing_is_said() {
    let (_directory, path) = written(1).await;
    change(&path, |txn| {
        txn.open_table(PORTFOLIOS).expect("the table").remove((&rebalance_id(1).bytes(), 1)).expect("removed");
    });
    let (file, id) = (RedbStore::open(&path).expect("whole"), rebalance_id(1).to_string());
    let store = file.rebalance_store();
    let rows: Result<Vec<_>, _> = store.portfolios(rebalance_id(1), Slice::ALL).try_collect().await;
    assert_corrupt(rows, "rebalance", &id);
    assert_corrupt(store.portfolio(rebalance_id(1), &portfolio_id(2)).await, "rebalance", &id);
}
