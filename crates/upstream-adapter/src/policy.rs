//! When a GET is tried again, and when it is given up: the one place that decides it for all services.
//!
//! Tried again, after a growing and jittered pause or the one that the service asked for: what could not be delivered,
//! was cut off, was not answered in time, or was answered `408`, `429` or `5xx`. Not tried again: what was answered and
//! is unusable, what the breaker refuses, and what would not fit into the deadline.

use crate::UpstreamConfig;
use crate::breaker::{Breaker, BreakerState, Pass};
use crate::failure::{Failure, Sign};
use crate::hooks::{Outcome, UpstreamHooks, UpstreamObserver};
use crate::pace::Pace;
use ports::Upstream;
use std::sync::Arc;
use std::time::Duration;

/// The first pause before a retry, at most; it quadruples with each further one, so that three retries outlast an outage
/// of two seconds (100 ms, 400 ms and 1.6 s at least).
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const PAUSE_FACTOR: u32 = 4;
/// The longest pause that is ours and not the service's wish.
const LONGEST_PAUSE: Duration = Duration::from_millis(3_200);

/// How one service is called.
pub(crate) struct Policy {
    service: Upstream,
    timeout_per_try: Duration,
    retries: u32,
    breaker: Breaker,
    pace: Arc<dyn Pace>,
    observer: Arc<dyn UpstreamObserver>,
}

impl Policy {
    pub(crate) fn new(service: Upstream, config: &UpstreamConfig, hooks: &UpstreamHooks) -> Self {
        let (pace, observer) = (Arc::clone(&hooks.pace), Arc::clone(&hooks.observer));
        let breaker = Breaker::new(
            service,
            config.breaker_bad_seconds,
            config.breaker_pause,
            Arc::clone(&pace),
            Arc::clone(&observer),
        );
        Self { service, timeout_per_try: config.timeout, retries: config.retries, breaker, pace, observer }
    }

    pub(crate) const fn breaker(&self) -> &Breaker {
        &self.breaker
    }

    /// Runs `attempt`, with the time it may take, until it succeeds, fails for good, or its tries or the time until
    /// `deadline` (on the pace's clock) are used up. The failure is that of the last try that was made.
    pub(crate) async fn run<T, Try>(&self, deadline: Duration, attempt: impl Fn(Duration) -> Try) -> Result<T, Failure>
    where
        Try: Future<Output = Result<T, Failure>>,
    {
        let mut last_failure = None;
        let mut dropped = false;
        for retry in 0..=self.retries {
            let pass = match self.breaker.admit().await {
                Ok(pass) => pass,
                Err(refusal) => {
                    self.observer.request(self.service, refusal.outcome(), Duration::ZERO);
                    return Err(last_failure.unwrap_or(refusal));
                }
            };
            let left = deadline.saturating_sub(self.pace.now());
            if left.is_zero() {
                break;
            }
            let limit = left.min(self.timeout_per_try);
            let failure = match self.observed(pass, attempt(limit), dropped).await {
                Ok(value) => return Ok(value),
                Err(Failure::Dropped { .. }) if !dropped => {
                    // Says nothing of the service, and costs neither a retry nor a pause: once.
                    dropped = true;
                    let Ok(pass) = self.breaker.admit().await else { continue };
                    match self.observed(pass, attempt(limit), dropped).await {
                        Ok(value) => return Ok(value),
                        Err(failure) => failure,
                    }
                }
                Err(failure) => failure,
            };
            let pause = self.pause_before(retry, &failure);
            if retry == self.retries || !failure.is_retryable() || !self.may_pass_in(pause, deadline) {
                return Err(failure);
            }
            last_failure = Some(failure);
            self.pace.sleep(pause).await;
        }
        Err(last_failure.unwrap_or_else(|| Failure::Timeout { cause: "no time was left to ask".into() }))
    }

    /// One try, its outcome told to breaker, observer and log. That the connection was dropped counts from the second time
    /// on.
    async fn observed<T>(
        &self,
        pass: Pass<'_>,
        attempt: impl Future<Output = Result<T, Failure>>,
        dropped_before: bool,
    ) -> Result<T, Failure> {
        let start = self.pace.now();
        let result = attempt.await;
        let elapsed = self.pace.now().saturating_sub(start);
        let (sign, outcome) = match &result {
            Ok(_) => (Sign::Works, Outcome::Success),
            Err(failure) => {
                tracing::debug!(service = %self.service, ?failure, elapsed_ms = elapsed.as_millis(), "request failed");
                let forgiven = matches!(failure, Failure::Dropped { .. }) && !dropped_before;
                (if forgiven { Sign::None } else { failure.sign() }, failure.outcome())
            }
        };
        pass.report(sign);
        self.observer.request(self.service, outcome, elapsed);
        result
    }

    /// Whether a try after this pause is in time and not sure to be refused.
    fn may_pass_in(&self, pause: Duration, deadline: Duration) -> bool {
        pause < deadline.saturating_sub(self.pace.now()) && self.breaker.state() != BreakerState::Open
    }

    /// Half to all of a pause that grows with each retry; never less than the service asked for.
    fn pause_before(&self, retry: u32, failure: &Failure) -> Duration {
        let ceiling = FIRST_PAUSE.saturating_mul(PAUSE_FACTOR.saturating_pow(retry)).min(LONGEST_PAUSE);
        let ours = ceiling / 2 + self.pace.jitter(ceiling / 2);
        failure.retry_after().map_or(ours, |asked| asked.max(ours))
    }
}

#[cfg(test)]
mod tests;
