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

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::sync::Arc;

    /// What the log says.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn refused() -> StoreError {
        StoreError::Unavailable("find: connection refused".into())
    }

    // One test: which lines are wanted is remembered for all threads of a process.
    #[test]
    fn an_outage_is_told_once_with_its_cause_and_its_end_once_with_its_length() {
        let log = Log::default();
        let writer = log.clone();
        let level = tracing_subscriber::filter::LevelFilter::INFO;
        let lines = tracing_subscriber::fmt().with_max_level(level).with_ansi(false);
        let lines = lines.without_time().with_target(false).with_writer(move || writer.clone()).finish();
        let outage = Outage::default();
        tracing::subscriber::with_default(lines, || {
            outage.answered();
            (0..50).for_each(|_| outage.failed(&refused()));
            (0..50).for_each(|_| outage.answered());
            // It flaps: nothing more is said for a while.
            (0..50).for_each(|_| outage.failed(&refused()));
        });
        let text = String::from_utf8(log.0.lock().unwrap_or_else(PoisonError::into_inner).clone()).expect("text");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert!(lines[0].contains("WARN") && lines[0].contains("MongoDB fails"), "{text}");
        assert!(lines[0].contains("the store is unavailable: find: connection refused"), "{text}");
        assert!(lines[1].contains("MongoDB works again") && lines[1].contains("failures=50"), "{text}");
    }
}
