//! Stores in memory: they pass the same suites as the real ones, and forget everything.

mod idempotency;
mod models;
mod rebalances;

pub use idempotency::MemoryIdempotencyStore;
pub use models::MemoryModelStore;
pub use rebalances::MemoryRebalanceStore;

use ports::Direction;
use std::cmp::Ordering;
use std::sync::{Mutex, MutexGuard};

/// The content of a fake, also after a test thread has panicked while holding it.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// `ascending`, or its opposite.
const fn directed(direction: Direction, ascending: Ordering) -> Ordering {
    match direction {
        Direction::Ascending => ascending,
        Direction::Descending => ascending.reverse(),
    }
}
