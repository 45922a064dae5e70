//! Says in the log once what happened, and once that it is over.

use ports::StoreError;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// After one outage was told, the next one is told only if it lasts, or comes, this much later: a store that flaps does
/// not flood the log.
const QUIET: Duration = Duration::from_secs(5);

/// What a command is for. A server that answers may refuse one kind of them and serve the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Read,
    Write,
    Indexes,
}

/// What is wrong with the store at present, and since when.
#[derive(Default)]
pub(crate) struct Outage {
    failing: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    since: Option<Instant>,
    /// The commands that the server refuses: only when one of these is served the outage is over. `None`: it does not
    /// answer at all.
    refused: Option<Kind>,
    failures: u64,
    /// Whether the log knows of this outage.
    told: bool,
    last_told: Option<Instant>,
}

impl Outage {
    /// A command failed because of the store; `refused` when the server answered with a refusal.
    pub(crate) fn failed(&self, error: &StoreError, refused: Option<Kind>) {
        self.failed_at(error, refused, Instant::now());
    }

    fn failed_at(&self, error: &StoreError, refused: Option<Kind>, now: Instant) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.failures += 1;
        if state.since.is_none() {
            (state.since, state.refused) = (Some(now), refused);
            self.failing.store(true, Ordering::Release);
        }
        if !state.told && state.last_told.is_none_or(|told| now.duration_since(told) >= QUIET) {
            (state.told, state.last_told) = (true, Some(now));
            drop(state);
            tracing::warn!(error = %Chain(error), "MongoDB fails; further failures are not logged until it works again");
        }
    }

    /// A command of this kind was answered.
    pub(crate) fn answered(&self, kind: Kind) {
        if !self.failing.load(Ordering::Acquire) {
            return;
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.refused.is_some_and(|refused| refused != kind) {
            return;
        }
        let Some(since) = state.since.take() else { return };
        let failures = std::mem::take(&mut state.failures);
        self.failing.store(false, Ordering::Release);
        if std::mem::take(&mut state.told) {
            tracing::info!(outage_ms = since.elapsed().as_millis(), failures, "MongoDB works again");
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
        let start = Instant::now();
        let later = |seconds| start + Duration::from_secs(seconds);
        tracing::subscriber::with_default(lines, || {
            outage.answered(Kind::Read);
            (0..50).for_each(|_| outage.failed_at(&refused(), None, start));
            (0..50).for_each(|_| outage.answered(Kind::Read));
            // It flaps: nothing is said for a while, not even that it works again.
            (0..50).for_each(|_| outage.failed_at(&refused(), None, later(1)));
            outage.answered(Kind::Read);
            // But this time it lasts.
            (0..50).for_each(|_| outage.failed_at(&refused(), None, later(2)));
            (0..50).for_each(|_| outage.failed_at(&refused(), None, later(6)));
            outage.answered(Kind::Write);
            // The server refuses writes and goes on serving reads.
            (0..50).for_each(|_| {
                outage.failed_at(&refused(), Some(Kind::Write), later(20));
                outage.answered(Kind::Read);
            });
            outage.answered(Kind::Write);
        });
        let text = String::from_utf8(log.0.lock().unwrap_or_else(PoisonError::into_inner).clone()).expect("text");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 6, "{text}");
        assert!(lines[0].contains("WARN") && lines[0].contains("MongoDB fails"), "{text}");
        assert!(lines[0].contains("the store is unavailable: find: connection refused"), "{text}");
        for (line, failures) in [(1, "failures=50"), (3, "failures=100"), (5, "failures=50")] {
            assert!(lines[line].contains("MongoDB works again") && lines[line].contains(failures), "{text}");
            assert!(lines[line - 1].contains("MongoDB fails"), "{text}");
        }
    }
}
