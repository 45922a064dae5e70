//! The one way to a store, and what can stand in its way.

use crate::backend::{Publications, Watched};
use crate::compaction::shrink;
use crate::engine::{Engine, Opener};
use crate::failure::is_full;
use crate::idempotency::free_claims;
use crate::rebalances::sweep;
use crate::schema::{self, SchemaError};
use crate::{RedbHealth, RedbIdempotencyStore, RedbModelStore, RedbRebalanceStore};
use redb::backends::FileBackend;
use redb::{Database, DatabaseError, StorageBackend, StorageError};
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Memory that redb keeps pages in, in bytes.
const CACHE_BYTES: usize = 64 * 1024 * 1024;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a store file could not be opened. The file is as it was.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory of the file does not exist.
    #[error("the directory of the store file {} does not exist; create it, or name another", path.display())]
    MissingDirectory {
        /// The store file.
        path: PathBuf,
    },
    /// Another process has the file open.
    #[error(
        "the store file {} is open in another process; stop that one first, for an embedded store serves one process",
        path.display()
    )]
    Locked {
        /// The store file.
        path: PathBuf,
    },
    /// The file was written by a later version of this service.
    #[error(
        "the store file {} has schema version {found}, and this program reads up to {supported}; use the newer program, \
         or another file", path.display()
    )]
    NewerVersion {
        /// The store file.
        path: PathBuf,
        /// The file's schema version.
        found: u64,
        /// The newest schema version that this program reads.
        supported: u64,
    },
    /// The file is something else.
    #[error("{} is not a store file of this service; name another file, or move this one away", path.display())]
    NotAStore {
        /// The file.
        path: PathBuf,
        /// What was found, when something was.
        #[source]
        cause: Option<Cause>,
    },
    /// The file was changed or cut since it was written.
    #[error(
        "the store file {} is damaged; restore it from a backup, or move it away to begin with an empty one",
        path.display()
    )]
    Damaged {
        /// The store file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        cause: Cause,
    },
    /// The file, or its directory, may not be written.
    #[error("the store file {} cannot be written; allow this process to write it and its directory", path.display())]
    NotWritable {
        /// The store file.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// There is no room.
    #[error("there is no room for the store file {}; make room on its disk", path.display())]
    Full {
        /// The store file.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// Anything else.
    #[error("the store file {} cannot be opened", path.display())]
    Other {
        /// The store file.
        path: PathBuf,
        /// What happened.
        #[source]
        cause: Cause,
    },
}

impl OpenError {
    pub(crate) fn io(path: &Path, cause: io::Error) -> Self {
        let path = path.to_owned();
        match cause.kind() {
            ErrorKind::NotFound => Self::MissingDirectory { path },
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Self::NotWritable { path, cause },
            ErrorKind::IsADirectory | ErrorKind::NotADirectory | ErrorKind::InvalidData => {
                Self::NotAStore { path, cause: Some(cause.into()) }
            }
            // redb found less in the file than its own header promises.
            ErrorKind::UnexpectedEof => Self::Damaged { path, cause: cause.into() },
            _ if is_full(&cause) => Self::Full { path, cause },
            _ => Self::Other { path, cause: cause.into() },
        }
    }

    fn redb(path: &Path, error: redb::Error) -> Self {
        match error {
            redb::Error::Io(cause) => Self::io(path, cause),
            redb::Error::DatabaseAlreadyOpen => Self::Locked { path: path.to_owned() },
            redb::Error::Corrupted(_) | redb::Error::RepairAborted | redb::Error::UpgradeRequired(_) => {
                Self::Damaged { path: path.to_owned(), cause: error.into() }
            }
            other => Self::Other { path: path.to_owned(), cause: other.into() },
        }
    }

    fn schema(path: &Path, error: SchemaError) -> Self {
        match error {
            SchemaError::Newer(found) => {
                Self::NewerVersion { path: path.to_owned(), found, supported: schema::CURRENT }
            }
            SchemaError::Foreign => Self::NotAStore { path: path.to_owned(), cause: None },
            SchemaError::Redb(error) => Self::redb(path, error),
        }
    }
}

/// An open store file. Dropping it, and all stores that came from it, closes the file.
pub struct RedbStore(Arc<Engine>);

impl RedbStore {
    /// Opens the store file, or begins one where there is none, in a directory that must exist. The whole file is
    /// read and checked. Blocks: call it before the runtime starts, or on its blocking pool.
    ///
    /// A new file appears under its name only when it is complete, and never in place of another.
    ///
    /// # Errors
    /// See [`OpenError`]; a file that cannot be used is never changed.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        let path = path.as_ref();
        match std::fs::metadata(path) {
            Ok(found) if found.is_dir() => return Err(OpenError::io(path, ErrorKind::IsADirectory.into())),
            Ok(found) if found.len() == 0 => return Err(OpenError::NotAStore { path: path.to_owned(), cause: None }),
            Ok(_) => {}
            Err(missing) if missing.kind() == ErrorKind::NotFound => begin(path)?,
            Err(other) => return Err(OpenError::io(path, other)),
        }
        let file = path.to_owned();
        let backend = move || FileBackend::new(OpenOptions::new().read(true).write(true).open(&file)?);
        Self::open_on(path, backend)
    }

    /// Opens what `backend` gives, now and whenever the file has failed.
    pub(crate) fn open_on<B: StorageBackend>(
        path: &Path,
        backend: impl Fn() -> Result<B, DatabaseError> + Send + Sync + 'static,
    ) -> Result<Self, OpenError> {
        let publications = Publications::default();
        let counter = publications.clone();
        let opener: Opener = Box::new(move || checked(Watched::new(backend()?, counter.clone())));
        let mut database = opener().map_err(|error| OpenError::redb(path, error.into()))?;
        schema::migrate(&database).map_err(|error| OpenError::schema(path, error))?;
        sweep(&database).map_err(|error| OpenError::redb(path, error))?;
        free_claims(&database).map_err(|error| OpenError::redb(path, error))?;
        shrink(&mut database, path);
        Ok(Self(Arc::new(Engine::new(path.to_owned(), database, opener, publications))))
    }

    /// The models of the file.
    #[must_use]
    pub fn model_store(&self) -> RedbModelStore {
        RedbModelStore::new(Arc::clone(&self.0))
    }

    /// The rebalances of the file.
    #[must_use]
    pub fn rebalance_store(&self) -> RedbRebalanceStore {
        RedbRebalanceStore::new(Arc::clone(&self.0))
    }

    /// The keyed requests of the file.
    #[must_use]
    pub fn idempotency_store(&self) -> RedbIdempotencyStore {
        RedbIdempotencyStore::new(Arc::clone(&self.0))
    }

    /// Whether the file can be used.
    #[must_use]
    pub fn health(&self) -> RedbHealth {
        RedbHealth::new(Arc::clone(&self.0))
    }

    /// Closes the file once running calls have ended; later ones are `Unavailable`. Blocks.
    ///
    /// # Errors
    /// What the system says. Every acknowledged write is on disk all the same; the next start takes a repair.
    pub fn close(self) -> Result<(), Cause> {
        self.0.close().map_err(Into::into)
    }
}

/// Opens and checks a file. A file that was tampered with may make redb panic: that is damage as well.
fn checked(backend: impl StorageBackend) -> Result<Database, DatabaseError> {
    let open = || {
        Database::builder().set_cache_size(CACHE_BYTES).set_check_integrity_on_open(true).create_with_backend(backend)
    };
    catch_unwind(AssertUnwindSafe(open)).unwrap_or_else(|panic| {
        let what = panic.downcast::<String>().map_or_else(|_| "its structure is inconsistent".to_owned(), |text| *text);
        Err(StorageError::Corrupted(what).into())
    })
}

/// Makes an empty store under a name of its own and links it to `path`, unless another process was faster.
fn begin(path: &Path) -> Result<(), OpenError> {
    let failed = |cause| OpenError::io(path, cause);
    let (draft, file) = draft(path).map_err(failed)?;
    let begun = prepare(path, file).and_then(|()| link(&draft, path).map_err(failed));
    // A draft that cannot be removed is a few kilobytes beside the store, and no reason not to start.
    let _ = std::fs::remove_file(&draft);
    begun
}

fn prepare(path: &Path, file: File) -> Result<(), OpenError> {
    let backend = FileBackend::new(file).map_err(|error| OpenError::redb(path, error.into()))?;
    let database = checked(backend).map_err(|error| OpenError::redb(path, error.into()))?;
    schema::migrate(&database).map_err(|error| OpenError::schema(path, error))?;
    database.close().map_err(|error| OpenError::redb(path, error.into()))
}

/// A new file beside `path`, under a name that nobody uses.
fn draft(path: &Path) -> io::Result<(PathBuf, File)> {
    let mut number = 0;
    loop {
        let mut name = path.file_name().ok_or(ErrorKind::IsADirectory)?.to_owned();
        name.push(format!(".new-{number}"));
        let draft = path.with_file_name(name);
        match OpenOptions::new().read(true).write(true).create_new(true).open(&draft) {
            Ok(file) => return Ok((draft, file)),
            Err(taken) if taken.kind() == ErrorKind::AlreadyExists => number += 1,
            Err(other) => return Err(other),
        }
    }
}

/// Gives the draft its name if that is free; on disk when this returns.
fn link(draft: &Path, path: &Path) -> io::Result<()> {
    match std::fs::hard_link(draft, path) {
        Ok(()) => {}
        Err(taken) if taken.kind() == ErrorKind::AlreadyExists => return Ok(()),
        // A filesystem without links. The name was free a moment ago.
        Err(_) if !path.exists() => std::fs::rename(draft, path)?,
        Err(other) => return Err(other),
    }
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(directory)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_says_becomes_what_to_do() {
        let path = Path::new("store.redb");
        let told = |kind: ErrorKind| OpenError::io(path, kind.into()).to_string();
        assert!(told(ErrorKind::NotFound).contains("directory of the store file store.redb does not exist"));
        assert!(told(ErrorKind::PermissionDenied).contains("cannot be written"));
        assert!(told(ErrorKind::ReadOnlyFilesystem).contains("cannot be written"));
        assert!(told(ErrorKind::StorageFull).contains("make room"));
        assert!(told(ErrorKind::QuotaExceeded).contains("make room"));
        assert!(told(ErrorKind::InvalidData).contains("is not a store file"));
        assert!(told(ErrorKind::UnexpectedEof).contains("is damaged"));
        assert!(told(ErrorKind::Interrupted).contains("cannot be opened"));
    }
}
