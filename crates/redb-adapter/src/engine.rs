//! Transactions: on tokio's blocking pool, never on an async worker; one writer at a time, the others wait without a
//! thread; and a file that failed is closed and opened again by the next one who needs it.
//!
//! A caller that goes away does not cut a transaction in half: once it has begun it runs to its end.

use crate::backend::Publications;
use crate::failure::{Failure, needs_reopening, store_error};
use ports::StoreError;
use redb::{Database, DatabaseError, Durability, ReadTransaction, ReadableDatabase, WriteTransaction};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::Mutex;
use tokio::task::{JoinError, spawn_blocking};

/// Opens the file, which must exist.
pub(crate) type Opener = Box<dyn Fn() -> Result<Database, DatabaseError> + Send + Sync>;

/// What a write transaction came to.
pub(crate) enum Change<T> {
    /// Something was written: commit.
    Made(T),
    /// There was nothing to write.
    None(T),
}

enum State {
    Open(Database),
    /// It failed and could not be opened again yet.
    Lost,
    Closed,
}

pub(crate) struct Engine {
    path: PathBuf,
    opener: Opener,
    publications: Publications,
    state: RwLock<State>,
    broken: AtomicBool,
    write_turn: Arc<Mutex<()>>,
    long_work: Arc<Mutex<()>>,
}

impl Engine {
    /// An engine on a file that was just opened.
    pub(crate) fn new(path: PathBuf, database: Database, opener: Opener, publications: Publications) -> Self {
        let state = RwLock::new(State::Open(database));
        let (broken, write_turn, long_work) = (AtomicBool::new(false), Arc::default(), Arc::default());
        Self { path, opener, publications, state, broken, write_turn, long_work }
    }

    /// Held by whoever needs several write transactions for one thing.
    pub(crate) fn long_work(&self) -> Arc<Mutex<()>> {
        Arc::clone(&self.long_work)
    }

    /// The bytes that the file takes; nothing while it cannot be looked at. Blocks.
    pub(crate) fn file_size(&self) -> Option<u64> {
        std::fs::metadata(&self.path).ok().map(|file| file.len())
    }

    /// Runs `work` on a snapshot of the file.
    pub(crate) async fn read<T, E>(
        self: &Arc<Self>,
        work: impl FnOnce(&ReadTransaction) -> Result<T, Failure<E>> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let engine = Arc::clone(self);
        let run = move || {
            let result = engine.with_database(|database| work(&database.begin_read()?));
            engine.settle(result, true)
        };
        spawn_blocking(run).await.unwrap_or_else(|failed| Err(self.lost_thread(failed).into()))
    }

    /// A snapshot of the file that outlives the call.
    pub(crate) async fn snapshot(self: &Arc<Self>) -> Result<ReadTransaction, StoreError> {
        let engine = Arc::clone(self);
        let run = move || engine.settle(engine.with_database(|database| Ok(database.begin_read()?)), true);
        spawn_blocking(run).await.unwrap_or_else(|failed| Err(self.lost_thread(failed)))
    }

    /// Runs `work` on a snapshot that was taken before.
    pub(crate) async fn on_snapshot<T: Send + 'static>(
        self: &Arc<Self>,
        snapshot: ReadTransaction,
        work: impl FnOnce(ReadTransaction) -> Result<T, Failure<StoreError>> + Send + 'static,
    ) -> Result<T, StoreError> {
        let engine = Arc::clone(self);
        let run = move || engine.settle(work(snapshot), true);
        spawn_blocking(run).await.unwrap_or_else(|failed| Err(self.lost_thread(failed)))
    }

    /// Runs `work`, which is over and on disk when this returns, or has changed nothing.
    pub(crate) async fn write<T, E>(
        self: &Arc<Self>,
        work: impl FnOnce(&WriteTransaction) -> Result<Change<T>, Failure<E>> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let turn = Arc::clone(&self.write_turn).lock_owned().await;
        let engine = Arc::clone(self);
        let run = move || {
            let before = engine.publications.count();
            let result = engine.with_database(|database| transact(database, work));
            let untouched = engine.publications.count() == before;
            let result = engine.settle(result, untouched);
            drop(turn);
            result
        };
        spawn_blocking(run).await.unwrap_or_else(|failed| Err(self.lost_thread(failed).into()))
    }

    /// Ends the use of the file: later calls fail, running ones end first. Blocks.
    pub(crate) fn close(&self) -> Result<(), redb::Error> {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *state, State::Closed) {
            State::Open(database) => Ok(database.close()?),
            State::Lost | State::Closed => Ok(()),
        }
    }

    /// Tells what happened with a failed call, and remembers whether the file must be opened again.
    pub(crate) fn report(&self, error: redb::Error, untouched: bool) -> StoreError {
        if needs_reopening(&error) && !self.broken.swap(true, Ordering::SeqCst) {
            tracing::error!(path = %self.path.display(), %error, "the store file failed and will be opened again");
        }
        store_error(error, &self.path, untouched)
    }

    fn settle<T, E: From<StoreError>>(&self, result: Result<T, Failure<E>>, untouched: bool) -> Result<T, E> {
        result.map_err(|failure| match failure {
            Failure::Refused(refusal) => refusal,
            Failure::Redb(error) => self.report(error, untouched).into(),
        })
    }

    fn with_database<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Database) -> Result<T, Failure<E>>,
    ) -> Result<T, Failure<E>> {
        if self.broken.load(Ordering::SeqCst) {
            self.reopen()?;
        }
        match &*self.state.read().unwrap_or_else(PoisonError::into_inner) {
            State::Open(database) => work(database),
            State::Lost => Err(Failure::Refused(unavailable("the store file could not be opened again").into())),
            State::Closed => Err(Failure::Refused(unavailable("the store is closed").into())),
        }
    }

    /// Closes the file and opens it again, once all who use it have ended.
    fn reopen(&self) -> Result<(), redb::Error> {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if !self.broken.load(Ordering::SeqCst) || matches!(*state, State::Closed) {
            return Ok(());
        }
        // The old handle must be gone, and its lock with it, before a new one can be had.
        drop(std::mem::replace(&mut *state, State::Lost));
        *state = State::Open((self.opener)()?);
        self.broken.store(false, Ordering::SeqCst);
        tracing::info!(path = %self.path.display(), "the store file was opened again");
        Ok(())
    }

    /// A thread that panicked inside redb has met a file that is not what redb wrote.
    pub(crate) fn lost_thread(&self, failed: JoinError) -> StoreError {
        if failed.is_panic() {
            self.broken.store(true, Ordering::SeqCst);
            StoreError::Corrupt { kind: "store file", id: self.path.display().to_string(), cause: failed.into() }
        } else {
            StoreError::Unavailable(failed.into())
        }
    }
}

fn transact<T, E>(
    database: &Database,
    work: impl FnOnce(&WriteTransaction) -> Result<Change<T>, Failure<E>>,
) -> Result<T, Failure<E>> {
    let mut txn = database.begin_write()?;
    txn.set_durability(Durability::Immediate).map_err(redb::Error::from)?;
    // Everything is on disk before the write that makes it count: what fails before that is known not to have happened.
    txn.set_two_phase_commit(true);
    match work(&txn) {
        Ok(Change::Made(value)) => {
            txn.commit()?;
            Ok(value)
        }
        Ok(Change::None(value)) => {
            txn.abort()?;
            Ok(value)
        }
        // The transaction is dropped, which undoes it; its own failure would only hide the first one.
        Err(failure) => Err(failure),
    }
}

fn unavailable(why: &'static str) -> StoreError {
    StoreError::Unavailable(why.into())
}
