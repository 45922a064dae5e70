//! Retries, pauses, deadline and breaker of the policy, without a network and without waiting.

use super::*;
use crate::breaker::BreakerState;
use crate::testing::{ManualPace, Recorder};
use futures::FutureExt;
use futures::future::BoxFuture;
use futures::stream::{self, StreamExt};
use std::num::NonZeroU32;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::oneshot;

const SERVICE: Upstream = Upstream::PortfolioAccounting;

struct Case {
    policy: Policy,
    pace: Arc<ManualPace>,
    recorder: Arc<Recorder>,
    /// The time that each try was given.
    tries: Mutex<Vec<Duration>>,
}

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn down() -> Failure {
    Failure::unavailable("down")
}

fn busy(seconds: u64) -> Failure {
    Failure::Unavailable { retry_after: Some(Duration::from_secs(seconds)), cause: "busy".into() }
}

fn slow() -> Failure {
    Failure::Timeout { cause: "slow".into() }
}

impl Case {
    fn with(change: impl FnOnce(&mut UpstreamConfig)) -> Self {
        let mut config = UpstreamConfig::default();
        change(&mut config);
        let (pace, recorder) = (Arc::new(ManualPace::default()), Arc::new(Recorder::default()));
        let hooks = UpstreamHooks {
            pace: Arc::clone(&pace) as _,
            observer: Arc::clone(&recorder) as _,
            ..UpstreamHooks::default()
        };
        Self { policy: Policy::new(SERVICE, &config, &hooks), pace, recorder, tries: Mutex::default() }
    }

    fn new() -> Self {
        Self::with(|_| {})
    }

    /// Runs tries that each take `took` and end as `result` says.
    async fn run(&self, took: Duration, result: impl Fn(usize) -> Result<u8, Failure>) -> Result<u8, Failure> {
        let deadline = self.pace.now() + UpstreamConfig::default().deadline;
        let attempt = |timeout| {
            let mut tries = self.tries.lock().expect("not poisoned");
            tries.push(timeout);
            self.pace.advance(took);
            std::future::ready(result(tries.len()))
        };
        self.policy.run(deadline, attempt).await
    }

    fn tries(&self) -> usize {
        self.tries.lock().expect("not poisoned").len()
    }
}

#[tokio::test]
async fn a_success_is_one_try() {
    let case = Case::new();
    assert_eq!(case.run(ms(1), |_| Ok(7)).await.expect("a value"), 7);
    assert_eq!(case.tries(), 1);
    assert_eq!(case.recorder.outcomes(), [Outcome::Success]);
}

#[tokio::test]
async fn what_may_pass_is_tried_again_with_pauses_that_quadruple() {
    let case = Case::new();
    let value = case.run(ms(1), |n| if n <= 3 { Err(down()) } else { Ok(7) }).await;
    assert_eq!(value.expect("a value"), 7);
    assert_eq!(case.pace.slept(), [ms(100), ms(400), ms(1_600)]);
    let outcomes = [Outcome::Unavailable, Outcome::Unavailable, Outcome::Unavailable, Outcome::Success];
    assert_eq!(case.recorder.outcomes(), outcomes);
}

#[tokio::test]
async fn tries_are_bounded_and_the_last_failure_is_told() {
    let case = Case::new();
    let failure = case.run(ms(1), |n| Err(if n == 4 { slow() } else { down() })).await.expect_err("never works");
    assert!(matches!(failure, Failure::Timeout { .. }), "{failure:?}");
    assert_eq!(case.tries(), 4);
}

#[tokio::test]
async fn without_retries_there_is_one_try() {
    let case = Case::with(|config| config.retries = 0);
    assert!(case.run(ms(1), |_| Err(down())).await.is_err());
    assert_eq!((case.tries(), case.pace.slept().len()), (1, 0));
}

#[tokio::test]
async fn what_will_not_pass_is_not_tried_again() {
    for outcome in [Outcome::Invalid, Outcome::Doubtful] {
        let case = Case::new();
        let failure = || match outcome {
            Outcome::Invalid => Failure::invalid("nonsense"),
            _ => Failure::Doubtful { cause: "perhaps".into() },
        };
        assert!(case.run(ms(1), |_| Err(failure())).await.is_err());
        assert_eq!(case.recorder.outcomes(), [outcome]);
    }
}

#[tokio::test]
async fn the_service_is_not_asked_again_before_it_wishes() {
    let case = Case::new();
    case.run(ms(1), |n| if n == 1 { Err(busy(3)) } else { Ok(7) }).await.expect("a value");
    assert_eq!(case.pace.slept(), [Duration::from_secs(3)]);
    let case = Case::new();
    case.run(ms(1), |n| if n == 1 { Err(busy(0)) } else { Ok(7) }).await.expect("a value");
    assert_eq!(case.pace.slept(), [ms(100)], "a wish of zero does not remove our own pause");
}

#[tokio::test]
async fn a_wish_beyond_the_deadline_ends_the_call_at_once_and_is_passed_on() {
    let case = Case::new();
    let failure = case.run(ms(1), |_| Err(busy(60))).await.expect_err("too late");
    assert_eq!(failure.retry_after(), Some(Duration::from_mins(1)));
    assert_eq!((case.tries(), case.pace.slept().len()), (1, 0));
}

#[tokio::test]
async fn all_tries_together_stay_within_the_deadline() {
    let case = Case::with(|config| config.retries = 100);
    assert!(case.run(Duration::from_secs(10), |_| Err(slow())).await.is_err());
    let tries = case.tries.lock().expect("not poisoned").clone();
    assert_eq!(tries, [ms(10_000), ms(10_000), ms(4_500)], "the last try gets what is left of 25 s");
}

#[tokio::test]
async fn nothing_is_sent_when_no_time_is_left() {
    let case = Case::new();
    let failure = case.policy.run(Duration::ZERO, async |_| Ok(7)).await.expect_err("too late");
    assert!(matches!(failure, Failure::Timeout { .. }), "{failure:?}");
    assert!(case.recorder.outcomes().is_empty());
}

#[tokio::test]
async fn an_open_breaker_refuses_without_a_try_and_is_reported() {
    let case = Case::with(|config| config.breaker_bad_seconds = NonZeroU32::MIN);
    assert!(case.run(ms(1), |_| Err(slow())).await.is_err());
    assert_eq!((case.tries(), case.pace.slept().len()), (1, 0), "a retry would be refused");
    assert_eq!(case.policy.breaker().state(), BreakerState::Open);
    let failure = case.run(ms(1), |_| Ok(7)).await.expect_err("refused");
    assert!(matches!(failure, Failure::CircuitOpen { .. }), "{failure:?}");
    assert_eq!(case.tries(), 1);
    assert_eq!(case.recorder.outcomes(), [Outcome::Timeout, Outcome::CircuitOpen]);
}

/// A pace whose one pause lasts until it is told to end.
struct Dozing(Mutex<Option<oneshot::Receiver<()>>>, AtomicU64);

impl Pace for Dozing {
    /// A second later each time somebody asks.
    fn now(&self) -> Duration {
        Duration::from_secs(self.1.fetch_add(1, Ordering::Relaxed))
    }

    fn jitter(&self, _: Duration) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        let end = self.0.lock().expect("not poisoned").take().expect("one pause");
        end.map(|ended| ended.expect("told to end")).boxed()
    }
}

#[tokio::test]
async fn a_call_whose_retry_is_refused_tells_what_it_saw_itself() {
    let (wake, asleep) = oneshot::channel();
    let hooks = UpstreamHooks {
        pace: Arc::new(Dozing(Mutex::new(Some(asleep)), AtomicU64::new(0))),
        ..UpstreamHooks::default()
    };
    let config = UpstreamConfig { breaker_bad_seconds: NonZeroU32::MIN.saturating_add(1), ..UpstreamConfig::default() };
    let policy = Policy::new(SERVICE, &config, &hooks);
    let mut call = Box::pin(policy.run(config.deadline, async |_| Err::<u8, _>(down())));
    assert!(call.as_mut().now_or_never().is_none(), "pauses before the retry");
    policy.breaker().admit().await.expect("admitted").report(Sign::Fails);
    assert_eq!(policy.breaker().state(), BreakerState::Open);
    wake.send(()).expect("it waits");
    let failure = call.await.expect_err("refused");
    assert!(matches!(failure, Failure::Unavailable { .. }), "{failure:?}");
}

#[tokio::test]
async fn only_signs_of_sickness_count_against_the_service() {
    let case = Case::with(|config| config.breaker_bad_seconds = NonZeroU32::MIN);
    for _ in 0..5 {
        assert!(case.run(ms(1), |_| Err(Failure::invalid("nonsense"))).await.is_err());
        assert!(case.run(ms(1), |_| Err(Failure::Doubtful { cause: "perhaps".into() })).await.is_err());
    }
    assert_eq!(case.policy.breaker().state(), BreakerState::Closed);
}

#[tokio::test]
async fn doubtful_answers_do_not_hide_that_everything_else_fails() {
    let case = Case::with(|config| {
        config.breaker_bad_seconds = NonZeroU32::MIN.saturating_add(1);
        config.retries = 0;
    });
    for _ in 0..2 {
        assert!(case.run(ms(1), |_| Err(Failure::Doubtful { cause: "perhaps".into() })).await.is_err());
        assert!(case.run(ms(1), |_| Err(down())).await.is_err());
        case.pace.advance(ms(1_000));
    }
    assert_eq!(case.policy.breaker().state(), BreakerState::Open);
}

#[tokio::test]
async fn a_service_that_recovers_is_taken_back_after_the_pause() {
    let case = Case::with(|config| config.breaker_bad_seconds = NonZeroU32::MIN);
    assert!(case.run(ms(1), |_| Err(down())).await.is_err());
    case.pace.advance(UpstreamConfig::default().breaker_pause);
    assert_eq!(case.run(ms(1), |_| Ok(7)).await.expect("a value"), 7);
    let states = [BreakerState::Closed, BreakerState::Open, BreakerState::HalfOpen, BreakerState::Closed];
    assert_eq!(case.recorder.breaker(SERVICE), states);
}

/// A pace whose chance always draws the limit.
struct Unlucky;

impl Pace for Unlucky {
    fn now(&self) -> Duration {
        Duration::ZERO
    }

    fn jitter(&self, limit: Duration) -> Duration {
        limit
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(std::future::ready(()))
    }
}

#[test]
fn chance_stretches_a_pause_to_at_most_twice_its_least_and_never_beyond_a_few_seconds() {
    let hooks = UpstreamHooks { pace: Arc::new(Unlucky), ..UpstreamHooks::default() };
    let policy = Policy::new(SERVICE, &UpstreamConfig::default(), &hooks);
    let pauses: Vec<_> = [0, 1, 2, 3, 4, 50].map(|retry| policy.pause_before(retry, &down())).into();
    assert_eq!(pauses, [ms(200), ms(800), ms(3_200), ms(3_200), ms(3_200), ms(3_200)]);
}

#[tokio::test]
async fn a_dropped_connection_is_asked_again_at_once_and_only_once_for_nothing() {
    let dropped = || Failure::Dropped { cause: "closed".into() };
    let case = Case::with(|config| config.breaker_bad_seconds = NonZeroU32::MIN);
    assert_eq!(case.run(ms(1), |n| if n == 1 { Err(dropped()) } else { Ok(7) }).await.expect("a value"), 7);
    assert_eq!((case.tries(), case.pace.slept().len()), (2, 0));
    assert_eq!(case.policy.breaker().state(), BreakerState::Closed);
    let case = Case::with(|config| config.retries = 0);
    assert!(case.run(ms(1), |_| Err(dropped())).await.is_err());
    assert_eq!(case.tries(), 2);
}

/// Tokio's clock, which a test can hold still, and no luck: each pause is as short as it may be.
struct Paused(tokio::time::Instant);

impl Pace for Paused {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn jitter(&self, _: Duration) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        tokio::time::sleep(duration).boxed()
    }
}

/// Reads 200 portfolios, 16 or more at a time, 5 ms each, of a service that is down from `from` on for so long; how many
/// reads failed.
async fn failed_reads(parallel: usize, from: Duration, down_for: Duration) -> usize {
    let start = tokio::time::Instant::now();
    let hooks = UpstreamHooks { pace: Arc::new(Paused(start)), ..UpstreamHooks::default() };
    let config = UpstreamConfig::default();
    let policy = Policy::new(SERVICE, &config, &hooks);
    let read = |_| {
        policy.run(start.elapsed() + config.deadline, async |_| {
            tokio::time::sleep(ms(5)).await;
            let is_down = (from..from + down_for).contains(&start.elapsed());
            if is_down { Err(down()) } else { Ok(()) }
        })
    };
    let reads: Vec<Result<(), Failure>> = stream::iter(0..200).map(read).buffered(parallel).collect().await;
    reads.into_iter().filter(Result::is_err).count()
}

#[tokio::test(start_paused = true)]
async fn two_seconds_of_downtime_fail_none_of_200_reads_whatever_their_concurrency() {
    for parallel in [1, 16, 64, 200] {
        for from in [ms(0), ms(3), ms(20), ms(40)] {
            assert_eq!(failed_reads(parallel, from, ms(2_000)).await, 0, "{parallel} at a time, from {from:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_stays_down_is_left_alone_within_seconds() {
    let start = tokio::time::Instant::now();
    assert_eq!(failed_reads(16, ms(0), Duration::from_hours(1)).await, 200);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}
