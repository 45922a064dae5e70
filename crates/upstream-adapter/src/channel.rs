//! One upstream: its address, its policy, its bound on parallel calls.

use crate::breaker::BreakerState;
use crate::failure::Failure;
use crate::hooks::UpstreamHooks;
use crate::http::HttpClient;
use crate::pace::Pace;
use crate::policy::Policy;
use crate::reply::Reply;
use crate::{BaseUrl, UpstreamConfig};
use ports::Upstream;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};

/// The way to one service.
pub(crate) struct Channel {
    address: BaseUrl,
    http: HttpClient,
    policy: Policy,
    deadline: Duration,
    permits: Semaphore,
    pace: Arc<dyn Pace>,
}

impl Channel {
    pub(crate) fn new(service: Upstream, http: HttpClient, config: &UpstreamConfig, hooks: &UpstreamHooks) -> Self {
        Self {
            address: config.urls.of(service).clone(),
            http,
            policy: Policy::new(service, config, hooks),
            deadline: config.deadline,
            permits: Semaphore::new(config.max_parallel.get().min(Semaphore::MAX_PERMITS)),
            pace: Arc::clone(&hooks.pace),
        }
    }

    /// Whether the service is called at present.
    pub(crate) fn breaker_state(&self) -> BreakerState {
        self.policy.breaker().state()
    }

    /// Begins a call, first come first served. Its time runs from when it may start.
    pub(crate) async fn call(&self) -> Call<'_> {
        // The semaphore is never closed, so there always is a permit.
        let permit = self.permits.acquire().await.ok();
        Call { channel: self, deadline: self.pace.now() + self.deadline, _permit: permit }
    }
}

/// One or more requests that serve one purpose and share one deadline.
pub(crate) struct Call<'a> {
    channel: &'a Channel,
    deadline: Duration,
    _permit: Option<SemaphorePermit<'a>>,
}

impl Call<'_> {
    /// What `read` makes of the answer to a GET of `path`, under the policy.
    pub(crate) async fn get<T>(&self, path: &str, read: impl Fn(&Reply) -> Result<T, Failure>) -> Result<T, Failure> {
        let url = self.channel.address.join(path);
        let attempt = async |timeout| read(&self.channel.http.get(&url, timeout).await?);
        self.channel.policy.run(self.deadline, attempt).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::ManualPace;
    use futures::FutureExt;
    use std::num::NonZeroUsize;

    #[test]
    fn calls_beyond_the_bound_wait_their_turn_and_their_time_runs_from_then() {
        let max_parallel = NonZeroUsize::MIN.saturating_add(1);
        let config = UpstreamConfig { max_parallel, ..UpstreamConfig::default() };
        let pace = Arc::new(ManualPace::default());
        let hooks = UpstreamHooks { pace: Arc::clone(&pace) as _, ..UpstreamHooks::default() };
        let http =
            HttpClient::new(Upstream::Pricing, &crate::http::held_in_all(&config), &config, &hooks).expect("a client");
        let channel = Channel::new(Upstream::Pricing, http, &config, &hooks);
        let started = || channel.call().now_or_never().expect("free");
        let running = [started(), started()];
        let mut third = Box::pin(channel.call());
        assert!(third.as_mut().now_or_never().is_none(), "waits");
        pace.advance(Duration::from_mins(1));
        drop(running);
        let third = third.now_or_never().expect("free");
        assert_eq!(third.deadline, Duration::from_mins(1) + config.deadline);
    }
}
