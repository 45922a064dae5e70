//! How many rebalances run at the same time, and who is sent away instead of waiting in vain.
//!
//! Work beyond what the called services and the solver threads can do does not get done sooner by being begun: each
//! rebalance only takes longer, until all of them run out of time having spent their share of calls. So portfolios are
//! admitted in order of arrival, up to a number that keeps everything busy; a rebalance of more portfolios than that runs
//! alone. That also bounds what is in memory.
//!
//! **Estimate.** A run of `n` portfolios that takes the share `w / C` of the capacity `C` for `d` seconds costs `d·w/C`
//! seconds of the whole; divided by `n`, the seconds per portfolio. Their moving average, times the portfolios ahead, is how
//! long a newcomer waits. Who would not be done in time is refused at once, and told when the queue will have passed.

use super::RebalanceError;
use crate::Deadline;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// Portfolios that are worked on at the same time: a few times as many as balances are read at once.
const CAPACITY: u32 = 200;
/// The part of the moving average that the latest run makes up.
const LATEST: f64 = 0.3;
/// What a caller is told to wait at the least and at the most, in seconds.
const RETRY_AFTER: (f64, f64) = (1.0, 60.0);

/// The gate that every rebalance and preview passes.
pub(crate) struct Admission {
    places: Arc<Semaphore>,
    load: Mutex<Load>,
}

#[derive(Debug, Default)]
struct Load {
    /// Portfolios that are worked on or wait.
    portfolios: usize,
    /// Seconds of the whole capacity that a portfolio takes; `None` before the first run has ended.
    seconds_per_portfolio: Option<f64>,
}

/// The right to work on some portfolios. Dropping it gives the places back.
pub(crate) struct Admitted<'a> {
    admission: &'a Admission,
    places: Option<OwnedSemaphorePermit>,
    portfolios: usize,
    since: Instant,
}

impl Admission {
    pub(crate) fn new() -> Self {
        Self { places: Arc::new(Semaphore::new(CAPACITY as usize)), load: Mutex::default() }
    }

    /// Waits for the turn of a run of so many portfolios.
    ///
    /// # Errors
    /// `Overloaded` when it would not be done by the deadline, as far as that can be told: at once, or as soon as it can;
    /// `TimedOut` when the deadline is over.
    pub(crate) async fn admit(&self, portfolios: usize, deadline: Deadline) -> Result<Admitted<'_>, RebalanceError> {
        let weight = u32::try_from(portfolios).unwrap_or(CAPACITY).clamp(1, CAPACITY);
        let mut admitted = {
            let mut load = self.load();
            let (now, wait, work) = (Instant::now(), load.wait(), load.work(portfolios, weight));
            if now >= deadline {
                return Err(RebalanceError::TimedOut);
            }
            // Whoever comes to an idle gate may try: the estimate may stem from a worse time.
            if load.portfolios > 0 && now + wait + work > deadline {
                return Err(RebalanceError::Overloaded { retry_after: told(wait) });
            }
            load.portfolios += portfolios;
            Admitted { admission: self, places: None, portfolios, since: Instant::now() }
        };
        let turn = Arc::clone(&self.places).acquire_many_owned(weight);
        match tokio::time::timeout_at(deadline, turn).await {
            Ok(Ok(places)) => {
                admitted.places = Some(places);
                admitted.since = Instant::now();
                let load = self.load();
                let work = load.work(portfolios, weight);
                let alone = load.portfolios == portfolios;
                drop(load);
                if !alone && admitted.since + work > deadline {
                    return Err(RebalanceError::Overloaded { retry_after: told(work) });
                }
                Ok(admitted)
            }
            // The gate is never closed; its time ran out.
            Ok(Err(_)) | Err(_) => Err(RebalanceError::Overloaded { retry_after: told(self.load().wait()) }),
        }
    }

    fn load(&self) -> MutexGuard<'_, Load> {
        // Nothing panics while it is held; the numbers are whole even then.
        self.load.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Load {
    /// How long it takes until everybody who is here is done.
    fn wait(&self) -> Duration {
        // What fits beside those who are here does not wait for them.
        let ahead = self.portfolios.saturating_sub(CAPACITY as usize);
        self.seconds(ahead)
    }

    /// How long a run takes once it is admitted.
    fn work(&self, portfolios: usize, weight: u32) -> Duration {
        self.seconds(portfolios).mul_f64(f64::from(CAPACITY) / f64::from(weight))
    }

    #[expect(clippy::cast_precision_loss, reason = "an estimate of seconds")]
    fn seconds(&self, portfolios: usize) -> Duration {
        let seconds = self.seconds_per_portfolio.unwrap_or(0.0) * portfolios as f64;
        Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX / 4)
    }
}

fn told(wait: Duration) -> Duration {
    Duration::from_secs_f64(wait.as_secs_f64().clamp(RETRY_AFTER.0, RETRY_AFTER.1).ceil())
}

impl Admitted<'_> {
    /// The work was done to its end: how long it took is what the next ones expect.
    #[expect(clippy::cast_precision_loss, reason = "an estimate of seconds")]
    pub(crate) fn done(self) {
        let Some(places) = &self.places else { return };
        let places = u32::try_from(places.num_permits()).unwrap_or(CAPACITY);
        let share = f64::from(places) / f64::from(CAPACITY);
        let latest = self.since.elapsed().as_secs_f64() * share / self.portfolios.max(1) as f64;
        let mut load = self.admission.load();
        load.seconds_per_portfolio =
            Some(load.seconds_per_portfolio.map_or(latest, |known| known + LATEST * (latest - known)));
    }
}

impl Drop for Admitted<'_> {
    fn drop(&mut self) {
        let mut load = self.admission.load();
        load.portfolios = load.portfolios.saturating_sub(self.portfolios);
    }
}

#[cfg(test)]
mod tests;
