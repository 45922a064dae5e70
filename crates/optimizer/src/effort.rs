//! How much work a search may still do, and whether it was told to stop.

/// Nodes between two polls of the stop callback.
const POLL_INTERVAL: u64 = 4096;

/// The work of one problem, counted in nodes.
pub(crate) struct Effort<'a> {
    used: u64,
    limit: u64,
    next_poll: u64,
    stop: &'a dyn Fn() -> bool,
    stopped: bool,
}

impl<'a> Effort<'a> {
    pub(crate) fn new(limit: u64, stop: &'a dyn Fn() -> bool) -> Self {
        Self { used: 0, limit, next_poll: POLL_INTERVAL, stop, stopped: false }
    }

    /// Spends `nodes`; false when they are not there or the callback said stop, now or before.
    pub(crate) fn spend(&mut self, nodes: u64) -> bool {
        if self.stopped || nodes > self.limit - self.used {
            return false;
        }
        self.used += nodes;
        if self.used >= self.next_poll {
            self.next_poll = self.used + POLL_INTERVAL;
            self.stopped = (self.stop)();
        }
        !self.stopped
    }

    /// Asks the callback outside of the count of nodes; false when it said stop, now or before.
    pub(crate) fn goes_on(&mut self) -> bool {
        self.stopped = self.stopped || (self.stop)();
        !self.stopped
    }

    /// Nodes spent.
    pub(crate) const fn used(&self) -> u64 {
        self.used
    }

    /// Whether the callback ended the work.
    pub(crate) const fn stopped(&self) -> bool {
        self.stopped
    }
}
