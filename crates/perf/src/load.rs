//! The open load: requests are due at fixed times whatever became of those before, and latency counts from then.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::numbers::Samples;

/// How much, how long, by how many.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    /// Requests per second.
    pub(crate) rate: f64,
    /// How long requests become due.
    pub(crate) duration: Duration,
    /// The most requests in flight; one that finds no user free is late, and its lateness counts.
    pub(crate) users: usize,
}

/// Sends the load. `send` gets the number of the request, from 0, and tells whether it succeeded.
pub(crate) fn run(load: Load, send: &(dyn Fn(u64) -> bool + Sync)) -> Samples {
    let next = AtomicU64::new(0);
    let latencies = Mutex::new(Vec::new());
    let failures = AtomicU64::new(0);
    let start = Instant::now();
    thread::scope(|scope| {
        for _ in 0..load.users {
            scope.spawn(|| {
                let mut own = Vec::new();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let due = due(number, load.rate);
                    if due >= load.duration {
                        break;
                    }
                    thread::sleep(due.saturating_sub(start.elapsed()));
                    let succeeded = send(number);
                    own.push(start.elapsed().saturating_sub(due));
                    if !succeeded {
                        failures.fetch_add(1, Ordering::Relaxed);
                    }
                }
                // A poisoned lock means that another user panicked, which the scope reports.
                if let Ok(mut all) = latencies.lock() {
                    all.append(&mut own);
                }
            });
        }
    });
    let latencies = latencies.into_inner().unwrap_or_default();
    Samples::new(latencies, failures.into_inner(), start.elapsed())
}

#[expect(clippy::cast_precision_loss, reason = "fewer than 2^52 requests")]
fn due(number: u64, rate: f64) -> Duration {
    Duration::from_secs_f64(number as f64 / rate)
}

#[cfg(test)]
mod tests {
    use super::{Load, run};
    use std::thread;
    use std::time::Duration;

    #[test]
    fn every_due_request_is_sent_once_and_failures_are_counted() {
        let load = Load { rate: 1000.0, duration: Duration::from_millis(100), users: 4 };
        let samples = run(load, &|number| number % 10 != 0);
        assert_eq!(samples.count(), 100);
        assert!((samples.success() - 0.9).abs() < 1e-9);
    }

    #[test]
    fn a_stall_counts_for_every_request_that_was_due_meanwhile() {
        let load = Load { rate: 100.0, duration: Duration::from_millis(100), users: 1 };
        let samples = run(load, &|number| {
            if number == 0 {
                thread::sleep(Duration::from_millis(300));
            }
            true
        });
        // The last of ten was due at 90 ms and could not start before 300 ms.
        assert!(samples.percentile(0.0) >= Duration::from_millis(200), "{:?}", samples.percentile(0.0));
    }
}
