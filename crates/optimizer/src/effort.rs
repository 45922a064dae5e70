//! How much work a search may still do, and whether it was told to stop.
//!
//! Work is counted in nodes; a node stands for some ten nanoseconds. Every loop whose length depends on values (counts,
//! amounts) and not only on the number of securities reports its work here, so that the stop callback is asked every few
//! tens of microseconds whatever the numbers are.

/// Nodes between two polls of the stop callback.
const POLL_INTERVAL: u64 = 1024;

/// The work of one problem, counted in nodes.
pub(crate) struct Effort<'a> {
    used: u64,
    limit: u64,
    since_poll: u64,
    stop: &'a dyn Fn() -> bool,
    stopped: bool,
}

impl<'a> Effort<'a> {
    pub(crate) fn new(limit: u64, stop: &'a dyn Fn() -> bool) -> Self {
        Self { used: 0, limit, since_poll: 0, stop, stopped: false }
    }

    /// Spends `nodes`; false when they are not there or the callback said stop, now or before.
    pub(crate) fn spend(&mut self, nodes: u64) -> bool {
        if self.stopped || nodes > self.limit.saturating_sub(self.used) {
            return false;
        }
        self.used += nodes;
        self.works(nodes)
    }

    /// Reports work of so many nodes that is bounded by other means (the memory of a table) and not counted against the
    /// limit; false when the callback said stop, now or before.
    pub(crate) fn works(&mut self, nodes: u64) -> bool {
        self.since_poll = self.since_poll.saturating_add(nodes);
        if self.since_poll >= POLL_INTERVAL && !self.stopped {
            self.since_poll = 0;
            self.stopped = (self.stop)();
        }
        !self.stopped
    }

    /// Asks the callback now; false when it said stop, now or before.
    pub(crate) fn goes_on(&mut self) -> bool {
        self.works(POLL_INTERVAL)
    }

    /// Allows `nodes` from now on, whatever was allowed before.
    pub(crate) fn allow(&mut self, nodes: u64) {
        self.limit = self.used.saturating_add(nodes);
    }

    /// Runs `work` with a part of what is left: `1 / parts` of it.
    pub(crate) fn share<T>(&mut self, parts: u64, work: impl FnOnce(&mut Self) -> T) -> T {
        let limit = self.limit;
        self.limit = self.used + limit.saturating_sub(self.used) / parts;
        let done = work(self);
        self.limit = limit;
        done
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

/// The nodes that work on `amount` things takes, `each` of them taking as long as one node; at least 1.
pub(crate) fn nodes_for(amount: usize, each: usize) -> u64 {
    u64::try_from(amount / each).unwrap_or(u64::MAX).saturating_add(1)
}
