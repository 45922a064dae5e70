//! What can go wrong in any store, whatever is stored.

/// The error of an adapter that a failure came from.
type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A store could not do what it was asked. Whether a write happened is unknown after `Unavailable` and `Timeout`: read
/// back before telling anyone that it did not.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store cannot be reached or refuses to work at present.
    #[error("the store is unavailable")]
    Unavailable(#[source] Cause),
    /// The store did not answer in time, or its connections are all in use.
    #[error("the store did not answer in time")]
    Timeout(#[source] Cause),
    /// There is no room to write. Nothing was written.
    #[error("the store has no room left")]
    Full(#[source] Cause),
    /// What is stored under `id` cannot be read. It is never skipped and never overwritten.
    #[error("the stored {kind} {id} cannot be read")]
    Corrupt {
        /// What it should be, such as `model`.
        kind: &'static str,
        /// The id it is stored under.
        id: String,
        /// Why it cannot be read.
        #[source]
        cause: Cause,
    },
}

impl StoreError {
    /// Whether the same call may succeed later without anybody's help.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::Unavailable(_) | Self::Timeout(_) | Self::Full(_) => true,
            Self::Corrupt { .. } => false,
        }
    }
}
