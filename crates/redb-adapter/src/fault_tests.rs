//! Disks that fail: what is told, that nothing is half there, and that the store recovers by itself.

use crate::RedbStore;
use port_contracts::builders::{model_id, rebalance_id};
use port_contracts::{model_builder, rebalance_builder};
use ports::{ModelStore, ModelStoreError, RebalanceStore, StoreError, StoreHealth};
use redb::backends::FileBackend;
use redb::{BackendError, StorageBackend};
use std::fs::OpenOptions;
use std::io::{self, ErrorKind};
use std::ops::Bound;
use std::sync::Arc;
use std::sync::Mutex;
use tempfile::TempDir;

/// What fails at present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Failing {
    Nothing,
    /// Writes anywhere, after so many bytes.
    Writes(ErrorKind, usize),
    /// Writes of the header, after so many of them: a commit writes it twice.
    Header(ErrorKind, usize),
    /// Syncs, after so many of them: a commit has two.
    Sync(ErrorKind, usize),
    Reads,
}

#[derive(Clone, Debug)]
struct Disk(Arc<Mutex<Failing>>);

impl Disk {
    fn set(&self, failing: Failing) {
        *self.0.lock().expect("not poisoned") = failing;
    }

    fn check(&self, write: Option<(u64, usize)>, sync: bool) -> io::Result<()> {
        let mut failing = self.0.lock().expect("not poisoned");
        match (*failing, write) {
            (Failing::Writes(kind, room), Some((_, size))) if size > room => Err(kind.into()),
            (Failing::Writes(kind, room), Some((_, size))) => {
                *failing = Failing::Writes(kind, room - size);
                Ok(())
            }
            (Failing::Header(kind, 0), Some((0, _))) => Err(kind.into()),
            (Failing::Header(kind, more), Some((0, _))) => {
                *failing = Failing::Header(kind, more - 1);
                Ok(())
            }
            (Failing::Sync(kind, 0), _) if sync => Err(kind.into()),
            (Failing::Sync(kind, more), _) if sync => {
                *failing = Failing::Sync(kind, more - 1);
                Ok(())
            }
            (Failing::Reads, None) if !sync => Err(io::Error::other("the disk is gone")),
            _ => Ok(()),
        }
    }
}

#[derive(Debug)]
struct OnDisk(FileBackend, Disk);

impl StorageBackend for OnDisk {
    fn len(&self) -> io::Result<u64> {
        self.0.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.1.check(None, false)?;
        self.0.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.1.check(None, true)?;
        self.0.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.1.check(Some((offset, data.len())), false)?;
        self.0.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.0.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.0.try_lock_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.0.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.0.query_lock_range(start, end)
    }
}

fn store() -> (RedbStore, Disk, TempDir) {
    let directory = TempDir::new().expect("a directory");
    let path = directory.path().join("store.redb");
    let (file, disk) = (path.clone(), Disk(Arc::new(Mutex::new(Failing::Nothing))));
    let failing = disk.clone();
    let backend = move || {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&file)?;
        Ok(OnDisk(FileBackend::new(file)?, failing.clone()))
    };
    (RedbStore::open_on(&path, backend).expect("a new store"), disk, directory)
}

/// One model is stored, then the disk fails while another is inserted.
async fn insert_on(failing: Failing) -> (RedbStore, Disk, TempDir, StoreError) {
    let (store, disk, directory) = store();
    store.model_store().insert(&model_builder(1).build()).await.expect("inserted");
    disk.set(failing);
    match store.model_store().insert(&model_builder(2).build()).await {
        Err(ModelStoreError::Store(error)) => (store, disk, directory, error),
        other => panic!("the disk fails, yet: {other:?}"),
    }
}

#[tokio::test]
async fn a_full_disk_is_said_and_nothing_was_written() {
    let full = [ErrorKind::StorageFull, ErrorKind::QuotaExceeded];
    for failing in
        full.into_iter().flat_map(|kind| [Failing::Writes(kind, 0), Failing::Header(kind, 0), Failing::Sync(kind, 0)])
    {
        let (store, disk, _directory, error) = insert_on(failing).await;
        assert!(matches!(error, StoreError::Full(_)), "{failing:?}: {error:?}");
        disk.set(Failing::Nothing);
        assert_eq!(store.model_store().get(model_id(2)).await.expect("it works again"), None);
        store.model_store().get(model_id(1)).await.expect("read").expect("still there");
        store.model_store().insert(&model_builder(2).build()).await.expect("it works again");
    }
}

#[tokio::test]
async fn a_full_disk_leaves_nothing_of_a_large_rebalance() {
    for room in [0, 100_000, 1_500_000, 3_000_000] {
        let (store, disk, _directory) = store();
        let (rebalances, rebalance) =
            (store.rebalance_store(), rebalance_builder(1).portfolios(0..400).positions(50).build());
        disk.set(Failing::Writes(ErrorKind::StorageFull, room));
        let error = rebalances.append(&rebalance).await.expect_err("there is no room");
        assert!(matches!(error, StoreError::Full(_)), "{room} bytes: {error:?}");
        disk.set(Failing::Nothing);
        assert_eq!(rebalances.header(rebalance_id(1)).await.expect("read"), None);
        rebalances.append(&rebalance).await.expect("repeated");
        assert_eq!(rebalances.header(rebalance_id(1)).await.expect("read"), Some(rebalance.header));
    }
}

/// A commit that failed in its last moment may have happened: that is not said to be certain.
#[tokio::test]
async fn a_commit_that_failed_at_its_end_is_unknown() {
    for failing in [Failing::Header(ErrorKind::StorageFull, 1), Failing::Sync(ErrorKind::StorageFull, 1)] {
        let (store, disk, _directory, error) = insert_on(failing).await;
        assert!(matches!(error, StoreError::Unavailable(_)), "{failing:?}: {error:?}");
        disk.set(Failing::Nothing);
        let second = store.model_store().get(model_id(2)).await.expect("it works again");
        assert!(second.is_none_or(|model| model == model_builder(2).build()), "all of it or nothing");
    }
}

#[tokio::test]
async fn a_store_whose_disk_went_away_is_unavailable_until_it_is_back() {
    let (store, disk, _directory, error) = insert_on(Failing::Writes(ErrorKind::Other, 0)).await;
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    disk.set(Failing::Reads);
    for _ in 0..3 {
        let answer = store.health().ping().await;
        assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{answer:?}");
    }
    disk.set(Failing::Nothing);
    store.health().ping().await.expect("it works again");
    store.model_store().get(model_id(1)).await.expect("read").expect("still there");
}
