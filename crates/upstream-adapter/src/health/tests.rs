//! Probes over HTTP: the right path, once, in time, and without a trace in breakers.

use crate::testing::{Answer, Bench, chain};
use crate::{BreakerState, UpstreamConfig};
use ports::{Upstream, UpstreamError};
use std::num::NonZeroU32;
use std::time::{Duration, Instant};

fn impatient(config: &mut UpstreamConfig) {
    config.breaker_bad_seconds = NonZeroU32::MIN;
}

#[tokio::test]
async fn each_service_is_asked_for_its_own_liveness() {
    for (service, path) in [
        (Upstream::PortfolioAccounting, "/health/live"),
        (Upstream::Pricing, "/actuator/health/liveness"),
        (Upstream::Portfolio, "/"),
        (Upstream::Security, "/health/liveness"),
    ] {
        let bench = Bench::new(|_, _| Answer::ok("OK")).await;
        bench.clients.health().probe(service).await.expect("alive");
        assert_eq!(bench.server.targets(), [path]);
    }
}

#[tokio::test]
async fn a_service_that_is_not_well_is_asked_once_and_no_breaker_learns_of_it() {
    for answer in [Answer::status(503, r#"{"status":"DOWN"}"#), Answer::status(404, ""), Answer::Reset] {
        let bench = Bench::with(impatient, move |_, _| answer.clone()).await;
        let error = bench.clients.health().probe(Upstream::Pricing).await.expect_err("not well");
        assert!(matches!(error, UpstreamError::Unavailable { service: Upstream::Pricing, .. }), "{}", chain(&error));
        assert_eq!(bench.server.targets().len(), 1);
        assert!(bench.clients.breaker_states().iter().all(|(_, state)| *state == BreakerState::Closed));
        assert!(bench.recorder.outcomes().is_empty());
    }
}

#[tokio::test]
async fn an_open_breaker_does_not_keep_a_probe_from_asking() {
    let bench = Bench::with(impatient, |target, _| match target {
        "/api/v1/prices" => Answer::Reset,
        _ => Answer::ok("OK"),
    })
    .await;
    bench.clients.prices().snapshot().await.expect_err("down");
    bench.clients.health().probe(Upstream::Pricing).await.expect("alive");
}

#[tokio::test]
async fn a_silent_service_is_given_up_within_two_seconds() {
    assert!(super::PROBE_TIMEOUT < Duration::from_secs(2));
    let bench = Bench::new(|_, _| Answer::Stall(Vec::new())).await;
    let start = Instant::now();
    let error = bench.clients.health().probe(Upstream::Security).await.expect_err("silent");
    assert!(matches!(error, UpstreamError::Timeout { .. }), "{}", chain(&error));
    // A loaded machine may be late; what must not happen is to wait as long as for a call (10 s).
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}
