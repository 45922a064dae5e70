//! Tests of the module `admission`, on a clock that stands still while nobody waits.

use super::*;
use futures::future::join_all;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::time::sleep;

/// The time of a request.
const PATIENCE: Duration = Duration::from_secs(30);

/// A service that can do sixteen reads of 50 ms at a time, whoever asks, behind a gate.
struct Machine {
    admission: Admission,
    reads: Semaphore,
    calls: AtomicUsize,
}

impl Machine {
    fn new() -> Self {
        Self { admission: Admission::new(), reads: Semaphore::new(16), calls: AtomicUsize::new(0) }
    }

    /// One caller's rebalance; whether it was done within its time.
    async fn rebalance(&self, portfolios: usize) -> Result<(), RebalanceError> {
        let deadline = Instant::now() + PATIENCE;
        let admitted = self.admission.admit(portfolios, deadline).await?;
        let reads = join_all((0..portfolios).map(|_| async {
            let _read = self.reads.acquire().await.expect("never closed");
            self.calls.fetch_add(1, Ordering::Relaxed);
            sleep(Duration::from_millis(50)).await;
        }));
        tokio::time::timeout_at(deadline, reads).await.map_err(|_| RebalanceError::TimedOut)?;
        admitted.done();
        Ok(())
    }

    /// So many callers, each of whom begins anew as soon as he has his answer (a refused one after the time he is told),
    /// for two minutes; rebalances that were done each second.
    async fn goodput(&self, callers: usize) -> f64 {
        let (begun, span) = (Instant::now(), Duration::from_mins(2));
        let done = AtomicUsize::new(0);
        let caller = || async {
            while begun.elapsed() < span {
                match self.rebalance(100).await {
                    Ok(()) => {
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                    Err(RebalanceError::Overloaded { retry_after }) => sleep(retry_after).await,
                    Err(_) => {}
                }
            }
        };
        join_all((0..callers).map(|_| caller())).await;
        let done = u32::try_from(done.load(Ordering::Relaxed)).expect("few");
        f64::from(done) / begun.elapsed().as_secs_f64()
    }
}

#[tokio::test(start_paused = true)]
async fn overload_does_not_lower_what_gets_done() {
    let best = Machine::new().goodput(2).await;
    assert!(best > 2.5, "{best} a second");
    for callers in [6, 20, 200, 1_000] {
        let machine = Machine::new();
        let goodput = machine.goodput(callers).await;
        assert!(goodput > 0.8 * best, "{callers} callers: {goodput} a second instead of {best}");
        // And afterwards nobody is left to wait for.
        let quiet = Instant::now();
        machine.rebalance(100).await.expect("nobody else is here");
        assert!(quiet.elapsed() < Duration::from_secs(2), "{:?}", quiet.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn who_cannot_be_done_in_time_is_refused_at_once_and_spends_no_calls() {
    let machine = Machine::new();
    machine.rebalance(100).await.expect("alone");
    let waiting = join_all((0..200).map(|_| machine.rebalance(100)));
    let newcomer = async {
        sleep(Duration::from_secs(1)).await;
        let (calls, now) = (machine.calls.load(Ordering::Relaxed), Instant::now());
        let refused = machine.rebalance(100).await.expect_err("200 are ahead");
        assert!(matches!(refused, RebalanceError::Overloaded { retry_after } if retry_after >= Duration::from_secs(1)));
        assert_eq!((now.elapsed(), machine.calls.load(Ordering::Relaxed)), (Duration::ZERO, calls));
    };
    tokio::join!(waiting, newcomer);
}

#[tokio::test(start_paused = true)]
async fn a_rebalance_larger_than_the_capacity_runs_alone_and_small_ones_pass_after_it() {
    let admission = Admission::new();
    let deadline = Instant::now() + PATIENCE;
    let large = admission.admit(10_000, deadline).await.expect("nobody is here");
    let mut small = Box::pin(admission.admit(1, deadline));
    assert!(futures::poll!(small.as_mut()).is_pending(), "the large one has all places");
    drop(large);
    small.await.expect("its turn");
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_goes_away_leaves_no_place_taken() {
    let admission = Admission::new();
    let deadline = Instant::now() + PATIENCE;
    let running = admission.admit(200, deadline).await.expect("nobody is here");
    let mut waiting = Box::pin(admission.admit(200, deadline));
    assert!(futures::poll!(waiting.as_mut()).is_pending());
    drop(waiting);
    assert_eq!(admission.load().portfolios, 200);
    drop(running);
    assert_eq!(admission.load().portfolios, 0);
    admission.admit(200, deadline).await.expect("nobody is here");
}

#[tokio::test(start_paused = true)]
async fn who_waits_until_the_deadline_is_told_so() {
    let admission = Admission::new();
    let _running = admission.admit(200, Instant::now() + PATIENCE).await.expect("nobody is here");
    let waited = admission.admit(1, Instant::now() + Duration::from_secs(3)).await;
    assert!(matches!(waited.err(), Some(RebalanceError::Overloaded { .. })));
}

#[tokio::test(start_paused = true)]
async fn an_estimate_of_a_worse_time_does_not_close_an_idle_gate() {
    let machine = Machine::new();
    let slow = machine.admission.admit(200, Instant::now() + Duration::from_mins(10)).await.expect("nobody is here");
    sleep(Duration::from_mins(5)).await;
    slow.done();
    for _ in 0..20 {
        machine.rebalance(100).await.expect("nobody is here");
    }
    let both = join_all([machine.rebalance(100), machine.rebalance(100)]).await;
    assert!(both.iter().all(Result::is_ok), "it was learnt that times are better");
}
