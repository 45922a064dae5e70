//! Fakes of the ports that are not stores: settable, countable, and able to fail.

mod accounting;
mod clock;
mod directory;
mod fault;
mod health;
mod ids;
mod prices;
mod securities;

pub use accounting::FakeAccounting;
pub use clock::FakeClock;
pub use directory::FakeDirectory;
pub use fault::UpstreamFault;
pub use health::FakeUpstreamHealth;
pub use ids::FakeIds;
pub use prices::FakePrices;
pub use securities::FakeSecurities;

use std::sync::{Mutex, MutexGuard};

/// The state of a fake, also after a test thread has panicked while holding it.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
