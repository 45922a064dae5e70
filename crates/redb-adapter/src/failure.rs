//! What ends a transaction early, and how it is told to the caller of the port.

use ports::StoreError;
use std::io::ErrorKind;
use std::path::Path;

/// Why a transaction ended without its result.
#[derive(Debug)]
pub(crate) enum Failure<E> {
    /// The port says no: the answer is the caller's.
    Refused(E),
    /// The file says no.
    Redb(redb::Error),
}

impl<E: From<StoreError>> Failure<E> {
    /// What is stored under `id` cannot be read.
    pub(crate) fn corrupt(
        kind: &'static str,
        id: &dyn std::fmt::Display,
        cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Refused(StoreError::Corrupt { kind, id: id.to_string(), cause: cause.into() }.into())
    }
}

macro_rules! from_redb {
    ($($error:ident),+) => {$(
        impl<E> From<redb::$error> for Failure<E> {
            fn from(error: redb::$error) -> Self {
                Self::Redb(error.into())
            }
        }
    )+};
}

from_redb!(StorageError, TableError, TransactionError, CommitError, DatabaseError);

impl<E> From<redb::Error> for Failure<E> {
    fn from(error: redb::Error) -> Self {
        Self::Redb(error)
    }
}

/// Whether the file must be closed and opened again before it can be used: redb goes on refusing until then.
pub(crate) const fn needs_reopening(error: &redb::Error) -> bool {
    matches!(
        error,
        redb::Error::Io(_)
            | redb::Error::PreviousIo
            | redb::Error::Backend(_)
            | redb::Error::Corrupted(_)
            | redb::Error::LockPoisoned(_)
    )
}

/// Whether there was no room to write.
pub(crate) fn is_full(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge)
}

/// The port's error for one of the file. `untouched`: the write that would have made the commit was not tried.
pub(crate) fn store_error(error: redb::Error, path: &Path, untouched: bool) -> StoreError {
    match error {
        redb::Error::Io(cause) if is_full(&cause) && untouched => StoreError::Full(cause.into()),
        redb::Error::Corrupted(_)
        | redb::Error::TableTypeMismatch { .. }
        | redb::Error::TypeDefinitionChanged { .. }
        | redb::Error::TableDoesNotExist(_)
        | redb::Error::TableIsMultimap(_)
        | redb::Error::TableIsNotMultimap(_)
        | redb::Error::UpgradeRequired(_) => {
            StoreError::Corrupt { kind: "store file", id: path.display().to_string(), cause: error.into() }
        }
        other => StoreError::Unavailable(other.into()),
    }
}
