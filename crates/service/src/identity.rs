//! The process's clock and its source of ids: the only places where time and chance come in.

use domain::{ModelId, RebalanceId, Timestamp};
use ports::{Clock, IdSource};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

/// The system's clock, in milliseconds.
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everything else is given")]
    fn now(&self) -> Timestamp {
        let now = Timestamp::from(SystemTime::now());
        Timestamp::from_timestamp_millis(now.timestamp_millis()).unwrap_or(now)
    }
}

/// `ObjectId`s as MongoDB makes them: seconds, five bytes that are this process's, a counter.
pub(crate) struct ObjectIds<C> {
    clock: C,
    process: [u8; 5],
    counter: AtomicU32,
}

impl<C: Clock> ObjectIds<C> {
    #[expect(clippy::disallowed_methods, reason = "the process's own bytes are drawn here, once")]
    pub(crate) fn new(clock: C) -> Self {
        // Bytes 6 and 8 of such a UUID are partly fixed.
        let [p0, p1, p2, p3, p4, c0, _, c1, _, c2, ..] = uuid::Uuid::new_v4().into_bytes();
        let counter = AtomicU32::new(u32::from_be_bytes([0, c0, c1, c2]));
        Self { clock, process: [p0, p1, p2, p3, p4], counter }
    }

    fn next(&self) -> [u8; 12] {
        // The format has 32 bits of seconds and 24 of the counter; both wrap.
        let seconds = u32::try_from(self.clock.now().timestamp() & 0xffff_ffff).unwrap_or(u32::MAX);
        let [s0, s1, s2, s3] = seconds.to_be_bytes();
        let [_, c0, c1, c2] = self.counter.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        let [p0, p1, p2, p3, p4] = self.process;
        [s0, s1, s2, s3, p0, p1, p2, p3, p4, c0, c1, c2]
    }
}

impl<C: Clock> IdSource for ObjectIds<C> {
    fn model_id(&self) -> ModelId {
        ModelId::from_bytes(self.next())
    }

    fn rebalance_id(&self) -> RebalanceId {
        RebalanceId::from_bytes(self.next())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ids_differ_and_sort_by_their_second() {
        let ids = ObjectIds::new(SystemClock);
        let some: HashSet<_> = (0..10_000).map(|_| ids.model_id()).collect();
        assert_eq!(some.len(), 10_000);
        let other = ObjectIds::new(SystemClock);
        assert_ne!(other.model_id().bytes()[4..9], ids.model_id().bytes()[4..9], "two processes share their bytes");
    }

    #[test]
    fn the_clock_reads_whole_milliseconds() {
        assert_eq!(SystemClock.now().timestamp_subsec_nanos() % 1_000_000, 0);
    }
}
