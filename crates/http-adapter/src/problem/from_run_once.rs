//! What a key that may not run means for the caller.

use super::{Code, Problem};
use application::RunOnceError;

impl From<RunOnceError> for Problem {
    fn from(error: RunOnceError) -> Self {
        match error {
            RunOnceError::Reused => Self::new(
                Code::IdempotencyKeyReused,
                "This Idempotency-Key was used for another request within the last 24 hours. Use a new key.",
            ),
            RunOnceError::StillRunning => Self::new(
                Code::IdempotencyKeyRunning,
                "The first request with this Idempotency-Key has not ended yet. Repeat the request later.",
            ),
            RunOnceError::Store(error) => error.into(),
        }
    }
}
