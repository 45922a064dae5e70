//! Transitions of the breaker, on a clock that is moved by hand.

use super::*;
use crate::testing::{ManualPace, Recorder};
use futures::FutureExt;

const SERVICE: Upstream = Upstream::Pricing;
const PAUSE: Duration = Duration::from_secs(10);

struct Case {
    breaker: Breaker,
    pace: Arc<ManualPace>,
    recorder: Arc<Recorder>,
}

/// A breaker that opens after three bad seconds.
fn case() -> Case {
    let (pace, recorder) = (Arc::new(ManualPace::default()), Arc::new(Recorder::default()));
    let threshold = NonZeroU32::new(3).expect("not zero");
    let breaker = Breaker::new(SERVICE, threshold, PAUSE, Arc::clone(&pace) as _, Arc::clone(&recorder) as _);
    Case { breaker, pace, recorder }
}

impl Case {
    /// A pass that must be there at once.
    fn pass(&self) -> Pass<'_> {
        self.breaker.admit().now_or_never().expect("no waiting").expect("admitted")
    }

    /// One request a second.
    fn report(&self, signs: &[Sign]) {
        for (n, sign) in signs.iter().enumerate() {
            if n > 0 {
                self.pace.advance(Duration::from_secs(1));
            }
            self.pass().report(*sign);
        }
    }

    /// How long it refuses.
    fn refusal(&self) -> Duration {
        match self.breaker.admit().now_or_never() {
            Some(Err(Failure::CircuitOpen { retry_after })) => retry_after,
            Some(Err(failure)) => panic!("{failure:?}"),
            Some(Ok(_)) => panic!("admitted"),
            None => panic!("waits"),
        }
    }

    fn opened() -> Self {
        let case = case();
        case.report(&[Sign::Fails; 3]);
        case
    }

    fn half_open() -> Self {
        let case = Self::opened();
        case.pace.advance(PAUSE);
        case
    }
}

#[test]
fn it_starts_closed_and_says_so() {
    let case = case();
    assert_eq!(case.breaker.state(), BreakerState::Closed);
    assert_eq!(case.recorder.breaker(SERVICE), [BreakerState::Closed]);
}

#[test]
fn failures_that_last_open_it_for_a_pause() {
    let case = case();
    case.report(&[Sign::Fails; 2]);
    assert_eq!(case.breaker.state(), BreakerState::Closed);
    case.pace.advance(Duration::from_secs(1));
    case.report(&[Sign::Fails]);
    assert_eq!(case.breaker.state(), BreakerState::Open);
    assert_eq!(case.refusal(), PAUSE);
    case.pace.advance(Duration::from_secs(4));
    assert_eq!(case.refusal(), Duration::from_secs(6));
}

#[test]
fn one_bad_moment_does_not_open_it_however_many_requests_it_fails() {
    let case = case();
    for _ in 0..2 {
        let passes: Vec<_> = (0..200).map(|_| case.pass()).collect();
        for pass in passes {
            pass.report(Sign::Fails);
        }
        case.pace.advance(Duration::from_secs(1));
    }
    assert_eq!(case.breaker.state(), BreakerState::Closed);
}

#[test]
fn seconds_in_which_most_requests_work_are_good_ones() {
    let case = case();
    for _ in 0..30 {
        for sign in [Sign::Works, Sign::Fails, Sign::Works, Sign::Works, Sign::Fails] {
            case.pass().report(sign);
        }
        case.pace.advance(Duration::from_secs(1));
    }
    assert_eq!(case.breaker.state(), BreakerState::Closed);
}

#[test]
fn bad_seconds_are_forgotten_when_they_leave_the_window() {
    let case = case();
    for _ in 0..10 {
        case.pass().report(Sign::Fails);
        case.pace.advance(Duration::from_secs(WINDOW_S / 2));
    }
    assert_eq!(case.breaker.state(), BreakerState::Closed, "two in any window");
}

#[test]
fn a_request_that_shows_nothing_neither_counts_nor_forgives() {
    let case = case();
    case.report(&[Sign::Fails, Sign::None, Sign::Fails, Sign::None]);
    drop(case.pass());
    assert_eq!(case.breaker.state(), BreakerState::Closed);
    case.pace.advance(Duration::from_secs(1));
    case.report(&[Sign::Fails]);
    assert_eq!(case.breaker.state(), BreakerState::Open);
}

#[test]
fn a_successful_trial_closes_it() {
    let case = Case::half_open();
    let trial = case.pass();
    assert_eq!(case.breaker.state(), BreakerState::HalfOpen);
    trial.report(Sign::Works);
    let states = [BreakerState::Closed, BreakerState::Open, BreakerState::HalfOpen, BreakerState::Closed];
    assert_eq!(case.recorder.breaker(SERVICE), states);
    case.report(&[Sign::Fails; 2]);
    assert_eq!(case.breaker.state(), BreakerState::Closed, "earlier failures are forgotten");
}

#[test]
fn a_failed_trial_opens_it_for_another_pause() {
    let case = Case::half_open();
    case.report(&[Sign::Fails]);
    assert_eq!(case.refusal(), PAUSE);
    case.pace.advance(PAUSE);
    case.report(&[Sign::Works]);
    assert_eq!(case.breaker.state(), BreakerState::Closed);
}

#[test]
fn a_trial_that_is_given_up_leaves_the_trial_to_the_next_request() {
    let case = Case::half_open();
    drop(case.pass());
    assert_eq!(case.breaker.state(), BreakerState::Open);
    case.report(&[Sign::Works]);
    assert_eq!(case.breaker.state(), BreakerState::Closed);
}

#[test]
fn while_a_trial_runs_the_others_wait_and_pass_when_it_succeeds() {
    let case = Case::half_open();
    let trial = case.pass();
    let mut others = [Box::pin(case.breaker.admit()), Box::pin(case.breaker.admit())];
    for other in &mut others {
        assert!(other.as_mut().now_or_never().is_none(), "waits");
    }
    trial.report(Sign::Works);
    for other in others {
        assert!(other.now_or_never().expect("awake").is_ok());
    }
}

#[test]
fn those_who_waited_for_a_failed_trial_are_refused() {
    let case = Case::half_open();
    let trial = case.pass();
    let mut other = Box::pin(case.breaker.admit());
    assert!(other.as_mut().now_or_never().is_none(), "waits");
    trial.report(Sign::Fails);
    assert!(matches!(other.now_or_never(), Some(Err(Failure::CircuitOpen { retry_after: PAUSE }))));
}

#[test]
fn one_of_those_who_waited_for_a_trial_that_is_given_up_is_the_next_trial() {
    let case = Case::half_open();
    let trial = case.pass();
    let mut others = [Box::pin(case.breaker.admit()), Box::pin(case.breaker.admit())];
    for other in &mut others {
        assert!(other.as_mut().now_or_never().is_none(), "waits");
    }
    drop(trial);
    let [first, mut second] = others;
    let next = first.now_or_never().expect("awake").expect("admitted");
    assert!(second.as_mut().now_or_never().is_none(), "waits for the next trial");
    next.report(Sign::Works);
    assert!(second.now_or_never().expect("awake").is_ok());
}

#[test]
fn verdicts_from_before_it_opened_come_too_late() {
    let case = case();
    let [early_success, early_failure] = [case.pass(), case.pass()];
    case.report(&[Sign::Fails; 3]);
    early_success.report(Sign::Works);
    assert_eq!(case.breaker.state(), BreakerState::Open);
    case.pace.advance(PAUSE);
    let trial = case.pass();
    early_failure.report(Sign::Fails);
    assert_eq!(case.breaker.state(), BreakerState::HalfOpen, "only the trial decides");
    trial.report(Sign::Works);
    assert_eq!(case.breaker.state(), BreakerState::Closed);
}
