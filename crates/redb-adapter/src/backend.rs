//! The file below redb, watched: a commit in two phases exists only when the header, at offset 0, names the other slot
//! as the primary one. Counting those writes tells whether a transaction that failed can have happened.

use redb::{BackendError, StorageBackend};
use std::io;
use std::ops::Bound;
use std::sync::{Arc, Mutex, PoisonError};

/// Where redb's file format has the byte that names the primary slot, and the bit that does.
const GOD_BYTE: usize = 9;
const PRIMARY_BIT: u8 = 1;

/// Counts the writes that make a commit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Publications(Arc<Mutex<Published>>);

#[derive(Debug, Default)]
struct Published {
    count: u64,
    /// The primary slot of the last header written, or tried.
    primary: Option<u8>,
}

impl Publications {
    /// How many there were, or were tried.
    pub(crate) fn count(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).count
    }

    fn header(&self, bytes: &[u8]) {
        let mut published = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let primary = bytes.get(GOD_BYTE).map(|byte| byte & PRIMARY_BIT);
        if primary.is_none() || primary != published.primary {
            published.count += 1;
            published.primary = primary;
        }
    }
}

/// A backend that watches the header of `inner`.
#[derive(Debug)]
pub(crate) struct Watched<B> {
    inner: B,
    publications: Publications,
}

impl<B: StorageBackend> Watched<B> {
    pub(crate) const fn new(inner: B, publications: Publications) -> Self {
        Self { inner, publications }
    }
}

impl<B: StorageBackend> StorageBackend for Watched<B> {
    fn len(&self) -> io::Result<u64> {
        self.inner.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.inner.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.inner.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.inner.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        if offset == 0 {
            self.publications.header(data);
        }
        self.inner.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.inner.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.inner.try_lock_range(start, end)
    }

    fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.inner.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.inner.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.inner.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.inner.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.inner.query_lock_range(start, end)
    }
}
