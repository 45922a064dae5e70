//! What time it is.

use domain::Timestamp;

/// The time of day. The only way for the application to learn it.
pub trait Clock: Send + Sync {
    /// The current instant, cut to milliseconds: what is stored reads back equal.
    fn now(&self) -> Timestamp;
}
