//! What a failing store means for the caller.

use super::{Code, Problem};
use application::StoreError;

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let (code, detail) = match &error {
            StoreError::Unavailable(_) | StoreError::Timeout(_) => {
                (Code::StoreUnavailable, "The store does not answer at present. Repeat the request later.".to_owned())
            }
            StoreError::Full(_) => (Code::StoreFull, "The store has no room left; nothing was written.".to_owned()),
            StoreError::Corrupt { kind, id, .. } => {
                (Code::StoredDataUnreadable, format!("The stored {kind} {id} cannot be read."))
            }
        };
        Self::new(code, detail).caused_by(error)
    }
}
