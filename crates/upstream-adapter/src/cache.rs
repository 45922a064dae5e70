//! A value that is kept for a short time.

use crate::pace::Pace;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The last value that was read, as long as it is younger than the time to live. Two callers that find it too old both
/// read anew: they do not wait for each other, and one's failure is not the other's.
pub(crate) struct Cache<T> {
    ttl: Duration,
    pace: Arc<dyn Pace>,
    slot: Mutex<Option<Entry<T>>>,
}

struct Entry<T> {
    asked_at: Duration,
    value: Arc<T>,
}

impl<T> Cache<T> {
    /// Nothing yet; nothing ever with a `ttl` of zero.
    pub(crate) fn new(ttl: Duration, pace: Arc<dyn Pace>) -> Self {
        Self { ttl, pace, slot: Mutex::new(None) }
    }

    /// The value, if it is young enough.
    pub(crate) fn get(&self) -> Option<Arc<T>> {
        let slot = self.slot.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = slot.as_ref()?;
        let age = self.pace.now().saturating_sub(entry.asked_at);
        (age < self.ttl).then(|| Arc::clone(&entry.value))
    }

    /// What `read` gives, kept. Its age counts from when it was asked for; of two at once, the one asked for later
    /// stays.
    pub(crate) async fn refresh<E>(&self, read: impl Future<Output = Result<T, E>>) -> Result<Arc<T>, E> {
        let asked_at = self.pace.now();
        let value = Arc::new(read.await?);
        if !self.ttl.is_zero() {
            let mut slot = self.slot.lock().unwrap_or_else(PoisonError::into_inner);
            if slot.as_ref().is_none_or(|kept| kept.asked_at <= asked_at) {
                *slot = Some(Entry { asked_at, value: Arc::clone(&value) });
            }
        }
        Ok(value)
    }
}
