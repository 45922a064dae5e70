//! How a suite runs: a fresh store for each obligation, two handles to it, a deadline, and clean-up whatever happens.

mod macros;

use async_trait::async_trait;
use std::fmt::Debug;
use std::ops::Deref;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// An obligation that takes longer than this hangs, and fails.
const DEADLINE: Duration = Duration::from_mins(2);

/// What a test needs besides the port itself: a directory, a database, a server.
#[async_trait]
pub trait Fixture: Send + Sync + Sized + 'static {
    /// Removes what the test left behind. Called whether the obligation held or not.
    async fn dispose(self) {}
}

/// A fixture with a port, behind which is nothing at first.
pub trait Provides<P: ?Sized>: Fixture {
    /// A handle to the port. Each call may give a connection of its own, all to the same data: the suites use two, as
    /// if two replicas of the service worked at once.
    fn port(&self) -> Arc<P>;
}

/// The store under test, as two replicas see it. Derefs to the first one's view.
pub struct Subject<P: ?Sized> {
    one: Arc<P>,
    other: Arc<P>,
}

impl<P: ?Sized> Subject<P> {
    /// The handle of the `n`th of many concurrent tasks: the two replicas in turn.
    #[must_use]
    pub fn replica(&self, n: usize) -> Arc<P> {
        Arc::clone(if n.is_multiple_of(2) { &self.one } else { &self.other })
    }
}

impl<P: ?Sized> Deref for Subject<P> {
    type Target = P;

    fn deref(&self) -> &P {
        &self.one
    }
}

/// Runs one obligation against a fresh fixture.
pub fn check<P, F, O, R>(fixture: impl Future<Output = F>, obligation: O)
where
    P: ?Sized + Send + Sync + 'static,
    F: Provides<P>,
    O: FnOnce(Subject<P>) -> R,
    R: Future<Output = ()> + Send + 'static,
{
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let fixture = fixture.await;
        let subject = Subject { one: fixture.port(), other: fixture.port() };
        let outcome = tokio::spawn(tokio::time::timeout(DEADLINE, obligation(subject))).await;
        fixture.dispose().await;
        match outcome {
            Ok(in_time) => in_time.expect("the obligation was decided before the deadline"),
            Err(failed) => resume_unwind(failed.into_panic()),
        }
    });
    runtime.shutdown_background();
}

/// Equal in value, and to the letter: the scales of decimals too.
#[track_caller]
pub fn assert_exactly<T: Debug + PartialEq>(found: &T, wanted: &T) {
    assert_eq!(found, wanted);
    assert_eq!(format!("{found:?}"), format!("{wanted:?}"), "equal in value, but a scale has changed");
}

/// Runs `task` for `0..tasks` at once and gathers what each returned.
pub async fn at_once<T, R>(tasks: usize, task: impl Fn(usize) -> R) -> Vec<T>
where
    T: Send + 'static,
    R: Future<Output = T> + Send + 'static,
{
    let start = Arc::new(tokio::sync::Barrier::new(tasks));
    let running: Vec<_> = (0..tasks)
        .map(|n| {
            let (start, work) = (Arc::clone(&start), task(n));
            tokio::spawn(async move {
                start.wait().await;
                work.await
            })
        })
        .collect();
    let mut results = Vec::with_capacity(tasks);
    for handle in running {
        results.push(handle.await.unwrap_or_else(|failed| resume_unwind(failed.into_panic())));
    }
    results
}

/// Work that goes on in the background, round after round, until it is stopped or dropped.
pub struct Background {
    stop: Arc<AtomicBool>,
    rounds: tokio::task::JoinHandle<u32>,
}

impl Background {
    /// Runs `round` with 0, 1, 2, ….
    pub fn start<R>(round: impl Fn(u32) -> R + Send + 'static) -> Self
    where
        R: Future<Output = ()> + Send + 'static,
    {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let rounds = tokio::spawn(async move {
            let mut done = 0;
            while !stopped.load(Ordering::Relaxed) {
                round(done).await;
                done += 1;
                tokio::task::yield_now().await;
            }
            done
        });
        Self { stop, rounds }
    }

    /// Stops after the round that runs, and fails if one has failed or none was finished.
    pub async fn stop(mut self) {
        self.stop.store(true, Ordering::Relaxed);
        match (&mut self.rounds).await {
            Ok(rounds) => assert!(rounds > 0, "the work in the background has done something"),
            Err(failed) => resume_unwind(failed.into_panic()),
        }
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}
