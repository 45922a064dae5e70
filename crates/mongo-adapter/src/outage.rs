//! Says in the log once what happened, and once that it is over.

use ports::StoreError;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Failures that follow a recovery within this time are told as details: a store that flaps does not flood the log.
const QUIET: Duration = Duration::from_secs(5);

/// What is wrong with the store at present, and since when.
#[derive(Default)]
pub(crate) struct Outage {
    failing: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    since: Option<Instant>,
    failures: u64,
    told: Option<Instant>,
}

impl Outage {
    /// A command failed because of the store.
    pub(crate) fn failed(&self, error: &StoreError) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.failures += 1;
        if state.since.is_some() {
            return;
        }
        let now = Instant::now();
        state.since = Some(now);
        self.failing.store(true, Ordering::Release);
        if state.told.is_some_and(|told| now.duration_since(told) < QUIET) {
            tracing::debug!(error = %Chain(error), "MongoDB fails again");
        } else {
            state.told = Some(now);
            tracing::warn!(error = %Chain(error), "MongoDB fails; further failures are not logged until it works again");
        }
    }

    /// A command was answered.
    pub(crate) fn answered(&self) {
        if !self.failing.load(Ordering::Acquire) {
            return;
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(since) = state.since.take() {
            let (outage_ms, failures) = (since.elapsed().as_millis(), std::mem::take(&mut state.failures));
            self.failing.store(false, Ordering::Release);
            tracing::info!(outage_ms, failures, "MongoDB works again");
        }
    }
}

/// An error with its causes, in one line.
pub(crate) struct Chain<'a>(pub(crate) &'a (dyn std::error::Error + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
