//! Ctrl-c and SIGTERM as a flag that long work looks at between its steps.

use std::os::unix::process::parent_id;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use std::{io, thread};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// How often the parent is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// Raised once SIGINT or SIGTERM has arrived. The first signal ends the work, the second also the tidying up that asks a
/// server, in order both times; the third ends the process at once.
#[derive(Clone, Debug, Default)]
pub struct Interrupt {
    signals: Arc<AtomicUsize>,
    ignored: usize,
}

impl Interrupt {
    /// Starts listening.
    ///
    /// # Errors
    /// When the signal handlers cannot be installed.
    pub fn listen() -> io::Result<Self> {
        let this = Self::default();
        let mut signals = Signals::new([SIGINT, SIGTERM])?;
        let told = this.clone();
        thread::Builder::new().name("signals".to_owned()).spawn(move || {
            for _ in signals.forever() {
                told.signal();
            }
        })?;
        Ok(this)
    }

    /// Takes the end of the parent for a signal. A cancelled GitHub job signals the step's shell only, which does not
    /// pass it on: without this, the work would go on until it is killed.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn follow_parent(&self) -> io::Result<()> {
        let (parent, told) = (parent_id(), self.clone());
        thread::Builder::new().name("parent".to_owned()).spawn(move || {
            while parent_id() == parent {
                thread::sleep(LOOK);
            }
            told.signal();
        })?;
        Ok(())
    }

    fn signal(&self) {
        if self.signals.fetch_add(1, Ordering::SeqCst) >= 2 {
            process::exit(130);
        }
    }

    /// The same signals, of which the first is not heard: for tidying up after it.
    #[must_use]
    pub fn after_the_first(&self) -> Self {
        Self { signals: Arc::clone(&self.signals), ignored: 1 }
    }

    /// Whether a signal has arrived.
    #[must_use]
    pub fn raised(&self) -> bool {
        self.signals.load(Ordering::SeqCst) > self.ignored
    }
}

#[cfg(test)]
mod tests {
    use super::Interrupt;

    #[test]
    fn the_first_signal_ends_the_work_and_the_second_the_tidying_up() {
        let work = Interrupt::default();
        let tidying = work.after_the_first();
        assert!(!work.raised() && !tidying.raised());
        work.signal();
        assert!(work.raised() && !tidying.raised());
        work.signal();
        assert!(work.raised() && tidying.raised());
    }
}
