//! Faults of the connection and of what comes over it, on real sockets.

use super::*;
use crate::testing::{Answer, Bench, all_at, chain};
use crate::{BreakerState, Outcome, UpstreamClients};
use flate2::{Compression, write::GzEncoder};
use ports::{Upstream, UpstreamError};
use std::io::Write;
use std::num::NonZeroU32;

const PRICES: &str = r#"[{"ticker":"AAPL","close":1}]"#;

async fn failing(answer: Answer) -> (Bench, UpstreamError) {
    let bench = Bench::new(move |_, _| answer.clone()).await;
    let error = bench.clients.prices().snapshot().await.expect_err("it fails");
    (bench, error)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

#[tokio::test]
async fn a_request_says_who_asks_what_for_and_why() {
    let bench = Bench::new(|_, _| Answer::ok("[]")).await;
    bench.clients.prices().snapshot().await.expect("prices");
    let seen = bench.server.seen().remove(0);
    assert_eq!(seen.header("accept"), Some("application/json"));
    assert_eq!(seen.header("accept-encoding"), Some("gzip"));
    assert_eq!(seen.header("traceparent"), Some("00-trace-span-01"));
    assert_eq!(seen.header("x-correlation-id"), Some("abc-1"));
    assert!(seen.header("user-agent").is_some_and(|agent| agent.starts_with("globeco-order-generation-service/")));
}

#[tokio::test]
async fn a_context_header_that_http_does_not_allow_is_left_out() {
    let server = crate::testing::Server::start(Arc::new(|_: &str, _| Answer::ok("[]"))).await;
    let context = crate::testing::FixedContext(vec![("bad name", "x"), ("x-bad", "a\nb"), ("x-good", "c")]);
    let hooks = UpstreamHooks { context: Arc::new(context), ..UpstreamHooks::default() };
    let config = UpstreamConfig { urls: all_at(&server.url()), ..UpstreamConfig::default() };
    UpstreamClients::new(&config, &hooks).expect("clients").prices().snapshot().await.expect("prices");
    let seen = server.seen().remove(0);
    assert_eq!((seen.header("x-good"), seen.header("x-bad")), (Some("c"), None));
}

#[tokio::test]
async fn a_moment_of_trouble_is_survived() {
    for trouble in [
        Answer::Reset,
        Answer::Raw(Vec::new()),
        Answer::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n[".to_vec()),
        Answer::Raw(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n[\r\n".to_vec()),
        Answer::status(500, "Internal Server Error"),
        Answer::status(502, "<html>"),
        Answer::status(503, ""),
        Answer::status(504, ""),
        Answer::status(429, "").with_header("retry-after", "1"),
    ] {
        let (name, dropped) = (
            format!("{trouble:?}"),
            matches!(&trouble, Answer::Reset) || matches!(&trouble, Answer::Raw(bytes) if bytes.is_empty()),
        );
        let bench = Bench::new(move |_, n| if n == 0 { trouble.clone() } else { Answer::ok(PRICES) }).await;
        let prices = bench.clients.prices().snapshot().await.unwrap_or_else(|e| panic!("{name}: {}", chain(&e)));
        assert_eq!(prices.len(), 1, "{name}");
        assert_eq!(bench.recorder.outcomes(), [Outcome::Unavailable, Outcome::Success], "{name}");
        // A connection that was closed without an answer is asked again at once.
        assert_eq!(bench.pace.slept().len(), usize::from(!dropped), "{name}");
    }
}

#[tokio::test]
async fn lasting_trouble_is_unavailable_after_the_first_try_and_three_more() {
    for (trouble, tries) in [
        (Answer::Reset, 5),
        (Answer::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n[".to_vec()), 4),
        (Answer::status(503, "no"), 4),
    ] {
        let (bench, error) = failing(trouble).await;
        assert!(matches!(error, UpstreamError::Unavailable { service: Upstream::Pricing, .. }), "{}", chain(&error));
        assert_eq!(bench.server.targets().len(), tries);
    }
}

#[tokio::test]
async fn a_service_that_is_not_there_is_unavailable() {
    let server = Bench::new(|_, _| Answer::Reset).await.server;
    let config = UpstreamConfig { urls: all_at(&server.url()), retries: 0, ..UpstreamConfig::default() };
    server.stop().await;
    let clients = UpstreamClients::new(&config, &UpstreamHooks::default()).expect("clients");
    let error = clients.prices().snapshot().await.expect_err("nobody there");
    assert!(matches!(error, UpstreamError::Unavailable { .. }), "{}", chain(&error));
    assert!(chain(&error).contains("refused"), "{}", chain(&error));
}

#[tokio::test]
async fn no_answer_and_half_an_answer_in_time_are_timeouts_and_tried_again() {
    for begin in [&b""[..], b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n[{"] {
        let short = |config: &mut UpstreamConfig| config.timeout = Duration::from_millis(100);
        let bench = Bench::with(short, move |_, _| Answer::Stall(begin.to_vec())).await;
        let error = bench.clients.prices().snapshot().await.expect_err("it stalls");
        assert!(matches!(error, UpstreamError::Timeout { service: Upstream::Pricing, .. }), "{}", chain(&error));
        assert_eq!(bench.recorder.outcomes(), [Outcome::Timeout; 4]);
    }
}

#[tokio::test]
async fn what_the_service_wishes_reaches_the_caller() {
    for (wish, told) in [("42", 42), ("3600", 60)] {
        let (_, error) = failing(Answer::status(503, "").with_header("retry-after", wish)).await;
        assert_eq!(error.retry_after(), Some(Duration::from_secs(told)));
    }
}

#[tokio::test]
async fn answers_that_are_not_the_expected_json_are_invalid_and_not_asked_for_again() {
    for answer in [
        Answer::ok("<!doctype html><title>Welcome</title>"),
        Answer::ok(""),
        Answer::ok("[{\"ticker\":\"AAPL\",\"clo"),
        Answer::ok(vec![0xff; 4096]),
        Answer::status(204, ""),
        Answer::status(400, r#"{"detail":"no"}"#),
        Answer::status(401, ""),
        Answer::status(404, "404 page not found"),
        Answer::status(422, r#"{"detail":[]}"#),
    ] {
        let name = format!("{answer:?}");
        let (bench, error) = failing(answer).await;
        assert!(matches!(error, UpstreamError::Invalid { service: Upstream::Pricing, .. }), "{name}: {error:?}");
        assert_eq!(bench.recorder.outcomes(), [Outcome::Invalid], "{name}");
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let (bench, error) = failing(Answer::status(302, "").with_header("location", "/elsewhere")).await;
    assert!(matches!(error, UpstreamError::Invalid { .. }), "{}", chain(&error));
    assert_eq!(bench.server.targets(), ["/api/v1/prices"]);
}

#[tokio::test]
async fn an_answer_may_be_compressed() {
    let bench = Bench::new(|_, _| Answer::ok(gzip(PRICES.as_bytes())).with_header("content-encoding", "gzip")).await;
    assert_eq!(bench.clients.prices().snapshot().await.expect("prices").len(), 1);
}

#[tokio::test]
async fn compression_that_is_none_is_invalid() {
    let (bench, error) = failing(Answer::ok(PRICES).with_header("content-encoding", "gzip")).await;
    assert!(matches!(error, UpstreamError::Invalid { .. }), "{}", chain(&error));
    assert_eq!(bench.server.targets().len(), 1);
}

#[tokio::test]
async fn an_answer_is_read_to_its_limit_and_no_further_compressed_or_not() {
    let blank = |length: usize| [" ".repeat(length - 2).as_bytes(), b"[]"].concat();
    for (length, fits) in [(1 << 16, true), ((1 << 16) + 1, false), (1 << 24, false)] {
        for compressed in [false, true] {
            let answer = if compressed {
                Answer::ok(gzip(&blank(length))).with_header("content-encoding", "gzip")
            } else {
                Answer::ok(blank(length))
            };
            let bench = Bench::with(|config| config.max_list_bytes = 1 << 16, move |_, _| answer.clone()).await;
            let result = bench.clients.prices().snapshot().await;
            match result {
                Ok(_) => assert!(fits, "{length} bytes, compressed: {compressed}"),
                Err(error) => {
                    assert!(!fits, "{length} bytes, compressed: {compressed}: {}", chain(&error));
                    assert!(chain(&error).contains("longer than 65536 bytes"), "{}", chain(&error));
                }
            }
        }
    }
}

/// Each answer is within its own bound, and all together are not.
#[tokio::test]
async fn answers_that_are_held_at_the_same_time_have_one_bound() {
    let blank = [" ".repeat((1 << 20) - 2).as_bytes(), b"[]"].concat();
    let limits = |config: &mut UpstreamConfig| {
        config.max_bytes_in_all = 3 << 19;
        config.retries = 0;
    };
    let bench = Bench::with(limits, move |_, _| Answer::ok(blank.clone())).await;
    let snapshots = (0..2).map(|_| bench.clients.prices());
    let answers = futures::future::join_all(snapshots.map(|prices| async move { prices.snapshot().await })).await;
    let refused: Vec<_> = answers.into_iter().filter_map(Result::err).collect();
    assert!(refused.len() <= 1, "one of them fits");
    for error in &refused {
        assert!(error.is_retryable() && chain(error).contains("too many large answers"), "{}", chain(error));
    }
    // What was held is given back.
    bench.clients.prices().snapshot().await.expect("it fits alone");
}

#[tokio::test]
async fn a_book_that_inflates_beyond_its_bound_is_refused_there() {
    let body = gzip(&vec![b' '; 4 << 20]);
    let bench = Bench::new(move |_, _| Answer::ok(body.clone()).with_header("content-encoding", "gzip")).await;
    let portfolio = "683b6d88a29ee10e8b499643".parse().expect("an id");
    let error = bench.clients.accounting().balances(&portfolio).await.expect_err("four times too long");
    assert!(matches!(error, UpstreamError::Invalid { .. }), "{}", chain(&error));
    assert!(chain(&error).contains("longer than 1048576 bytes"), "{}", chain(&error));
    assert_eq!(bench.server.targets().len(), 1);
}

#[tokio::test]
async fn errors_quote_little_and_never_the_address() {
    let (_, error) = failing(Answer::ok(format!("<html>{}</html>", "secret ".repeat(10_000)))).await;
    assert!(chain(&error).len() < 500, "{}", chain(&error));
    let (bench, error) = failing(Answer::Reset).await;
    let address = bench.server.url().to_string();
    let address = address.trim_start_matches("http://");
    assert!(!chain(&error).contains(address), "{}", chain(&error));
    assert!(!format!("{error:?}").contains(address), "{error:?}");
}

#[tokio::test]
async fn credentials_in_an_address_are_sent_and_do_not_show_in_errors() {
    let server = crate::testing::Server::start(Arc::new(|_: &str, _| Answer::Reset)).await;
    let url = server.url().to_string().replace("http://", "http://user:secret@").parse().expect("a URL");
    let config = UpstreamConfig { urls: all_at(&url), retries: 0, ..UpstreamConfig::default() };
    let clients = UpstreamClients::new(&config, &UpstreamHooks::default()).expect("clients");
    let error = clients.prices().snapshot().await.expect_err("reset");
    assert!(!format!("{error:?} {}", chain(&error)).contains("secret"), "{error:?}");
    assert!(server.seen().remove(0).header("authorization").is_some_and(|value| value.starts_with("Basic ")));
}

#[tokio::test]
async fn each_service_has_its_own_breaker() {
    let bench = Bench::with(
        |config| config.breaker_bad_seconds = NonZeroU32::MIN,
        |target, _| if target.starts_with("/api/v1/prices") { Answer::Reset } else { Answer::ok("[]") },
    )
    .await;
    assert!(bench.clients.prices().snapshot().await.is_err());
    let error = bench.clients.prices().snapshot().await.expect_err("open");
    assert!(matches!(error, UpstreamError::CircuitOpen { service: Upstream::Pricing, .. }), "{error:?}");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(10)));
    let wanted = ["683b69d420f302c879a5fef1".parse().expect("an id")].into();
    assert!(bench.clients.securities().tickers(&wanted).await.expect("tickers").is_empty());
    assert_eq!(bench.server.targets(), ["/api/v1/prices", "/api/v1/prices", "/api/v1/securities"]);
    for (service, state) in bench.clients.breaker_states() {
        let open = service == Upstream::Pricing;
        assert_eq!(state, if open { BreakerState::Open } else { BreakerState::Closed }, "{service}");
    }
}

#[tokio::test]
async fn connections_are_used_again() {
    let bench = Bench::new(|_, _| Answer::ok("[]")).await;
    for _ in 0..5 {
        bench.clients.prices().snapshot().await.expect("prices");
    }
    assert_eq!(bench.server.connections(), 1);
}

#[tokio::test]
async fn a_service_that_closes_idle_connections_costs_no_error() {
    let closing = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]".to_vec();
    let bench = Bench::new(move |_, _| Answer::Raw(closing.clone())).await;
    for _ in 0..5 {
        bench.clients.prices().snapshot().await.expect("prices");
    }
    assert_eq!(bench.server.connections(), 5);
}

#[test]
fn tls_is_set_up_when_an_address_needs_it() {
    let mut config = UpstreamConfig::default();
    config.urls.pricing = "https://pricing".parse().expect("a URL");
    // Depends on the certificates of the machine, not on the network; without any it must say so and not panic.
    match UpstreamClients::new(&config, &UpstreamHooks::default()) {
        Ok(_) => {}
        Err(error) => assert_eq!(error.to_string(), "the HTTP client cannot be set up"),
    }
}
