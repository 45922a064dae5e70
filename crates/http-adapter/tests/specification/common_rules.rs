//! What holds for every request: errors in one envelope, headers, trailing slashes, HEAD, methods, bodies, time.

use crate::world::{World, model};
use actix_web::http::Method;
use actix_web::test::TestRequest;
use port_contracts::Fault;
use serde_json::json;
use std::time::Duration;

const MODELS: &str = "/api/v1/models";
const SOME_ID: &str = "680ad0a32a7a9a1b4c1d2e01";

/// Every path with the methods that it answers to.
fn paths() -> Vec<(String, Vec<&'static str>)> {
    let at = |path: &str, methods: &[&'static str]| (path.replace("{id}", SOME_ID), methods.to_vec());
    vec![
        at(MODELS, &["GET", "HEAD", "POST"]),
        at("/api/v1/model/{id}", &["GET", "HEAD", "PUT", "DELETE"]),
        at("/api/v1/model/{id}/position", &["POST", "PUT", "DELETE"]),
        at("/api/v1/model/{id}/portfolio", &["POST", "DELETE"]),
        at("/api/v1/model/{id}/rebalance", &["POST"]),
        at("/api/v1/model/{id}/rebalance/preview", &["POST"]),
        at("/api/v1/portfolio/{id}/rebalance", &["POST"]),
        at("/api/v1/portfolio/{id}/rebalance/preview", &["POST"]),
        at("/api/v1/rebalances", &["GET", "HEAD"]),
        at("/api/v1/rebalances/portfolios", &["POST"]),
        at("/api/v1/rebalance/{id}", &["GET", "HEAD", "DELETE"]),
        at("/api/v1/rebalance/{id}/failures", &["GET", "HEAD"]),
        at("/api/v1/rebalance/{id}/portfolios", &["GET", "HEAD"]),
        at("/api/v1/rebalance/{id}/portfolio/{id}/positions", &["GET", "HEAD"]),
        at("/health/live", &["GET", "HEAD"]),
        at("/health/ready", &["GET", "HEAD"]),
        at("/health/health", &["GET", "HEAD"]),
        at("/metrics", &["GET", "HEAD"]),
        at("/openapi.json", &["GET", "HEAD"]),
        at("/docs", &["GET", "HEAD"]),
        at("/docs/", &["GET", "HEAD"]),
    ]
}

#[actix_web::test]
async fn a_wrong_method_is_405_with_a_complete_allow() {
    let world = World::new().await;
    for (path, methods) in paths() {
        for wrong in ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"] {
            if methods.contains(&wrong) {
                continue;
            }
            let method = Method::from_bytes(wrong.as_bytes()).expect("a method");
            let answer = world.send(TestRequest::with_uri(&path).method(method)).await;
            assert_eq!(answer.problem(), (405, "method_not_allowed".into()), "{wrong} {path}");
            assert_eq!(answer.header("allow"), methods.join(", "), "{wrong} {path}");
        }
    }
}

#[actix_web::test]
async fn head_works_wherever_get_does() {
    let world = World::new().await;
    for (path, methods) in paths() {
        if !methods.contains(&"GET") {
            continue;
        }
        let get = world.get(&path).await;
        let head = world.send(TestRequest::with_uri(&path).method(Method::HEAD)).await;
        assert_eq!(head.status, get.status, "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
    }
}

#[actix_web::test]
async fn a_trailing_slash_is_accepted_everywhere() {
    let world = World::new().await;
    for (path, methods) in paths() {
        if methods.contains(&"GET") && !path.starts_with("/docs") {
            assert_eq!(world.get(&format!("{path}/")).await.status, world.get(&path).await.status, "{path}");
        }
    }
    let body = model("M", &[], &[1]);
    let created = world.post("/api/v1/models/", body).await.expect(201).json();
    let listed = world.get("/api/v1/models/?limit=1&sort_by=name").await.expect(200).json();
    assert_eq!(listed, json!([created]));
}

#[actix_web::test]
async fn an_unknown_path_is_a_problem_too() {
    let world = World::new().await;
    for path in
        ["/", "/api/v1", "/api/v2/models", "/api/v1/models/x/y", "/health", "/%00", "/api/v1/model", "//api/v1/models"]
    {
        let answer = world.get(path).await;
        assert_eq!(answer.problem(), (404, "route_not_found".into()), "{path}");
    }
}

#[actix_web::test]
async fn problems_have_all_members_and_lead_to_their_description() {
    let world = World::new().await;
    let request = TestRequest::get().uri("/api/v1/model/x").insert_header(("X-Correlation-ID", "walk-7"));
    let problem = world.send(request).await.json();
    assert_eq!(problem["trace_id"], "walk-7");
    assert_eq!(problem["title"], "An id in the path is malformed");
    assert!(problem["type"].as_str().is_some_and(|uri| uri.ends_with("docs/errors.md#invalid_id")));
    assert!(
        problem["detail"].as_str().is_some_and(|text| text.ends_with('.') && text.contains("24 hexadecimal digits"))
    );
}

#[actix_web::test]
async fn a_body_that_is_not_json_says_where() {
    let world = World::new().await;
    for body in ["{", "{\"name\":}", "name=x", "{\"a\":NaN}", "{\"name\":\"x\"} trailing", "\u{feff}{}", "{'name':1}"] {
        let answer = world.post(MODELS, body).await;
        assert_eq!(answer.problem(), (422, "malformed_json".into()), "{body}");
    }
    let answer = world.post(MODELS, "{\n  \"name\": oops\n}").await;
    assert!(answer.json()["detail"].as_str().is_some_and(|detail| detail.contains("line 2")), "{}", answer.text());
    let nothing = world.post(MODELS, "").await;
    assert_eq!(nothing.problem(), (422, "malformed_json".into()));
    assert!(nothing.text().contains("empty"));
    for body in ["[]", "3", "null", "\"text\""] {
        assert_eq!(world.post(MODELS, body).await.problem(), (422, "wrong_type".into()), "{body}");
    }
    let twice = world.post(MODELS, r#"{"name":"a","name":"b"}"#).await;
    assert_eq!(twice.problem(), (422, "wrong_type".into()));
    let broken = TestRequest::post().uri(MODELS).set_payload(&b"{\"name\":\"\xff\"}"[..]);
    assert_eq!(world.send(broken).await.problem(), (422, "malformed_json".into()));
    let surrogate = world.post(MODELS, r#"{"name":"\ud800","portfolios":["680ad0a32a7a9a1b4c1d2e01"]}"#).await;
    assert_eq!(surrogate.problem(), (422, "invalid_text".into()));
}

#[actix_web::test]
async fn a_body_needs_no_content_type() {
    let world = World::new().await;
    for (n, content_type) in
        [None, Some("application/json"), Some("text/plain"), Some("application/x-www-form-urlencoded")]
            .into_iter()
            .enumerate()
    {
        let mut request = TestRequest::post().uri(MODELS).set_payload(model(&format!("M{n}"), &[], &[1]));
        if let Some(content_type) = content_type {
            request = request.insert_header(("Content-Type", content_type));
        }
        world.send(request).await.expect(201);
    }
}

#[actix_web::test]
async fn an_empty_body_with_a_content_type_is_fine_where_none_is_wanted() {
    let world = World::new().await;
    for path in ["rebalance", "rebalance/preview"] {
        let request = TestRequest::post()
            .uri(&format!("/api/v1/model/{SOME_ID}/{path}"))
            .insert_header(("Content-Type", "application/json"));
        assert_eq!(world.send(request).await.problem(), (404, "model_not_found".into()));
    }
}

#[actix_web::test]
async fn a_body_beyond_the_limit_is_413() {
    let world = World::new().await;
    let body = format!("{{\"name\":\"{}\"}}", "x".repeat(1024 * 1024));
    let answer = world.post(MODELS, &body).await;
    assert_eq!(answer.problem(), (413, "body_too_large".into()));
    assert!(answer.text().contains("1048576"));
    let small = World::with(|config| config.body_limit = 10).await;
    assert_eq!(small.post(MODELS, "0123456789").await.problem().0, 422);
    assert_eq!(small.post(MODELS, "0123456789a").await.problem().0, 413);
}

#[actix_web::test]
async fn a_correlation_id_is_echoed_when_it_is_usable() {
    let world = World::new().await;
    let long = "x".repeat(128);
    for id in ["abc", "550e8400-e29b-41d4-a716-446655440000", "!~", &long] {
        let request = TestRequest::get().uri("/health/live").insert_header(("X-Correlation-ID", id));
        let answer = world.send(request).await.expect(200);
        assert_eq!((answer.header("x-correlation-id"), &answer.json()["correlation_id"]), (id, &json!(id)));
    }
    let too_long = "x".repeat(129);
    let mut made_up = std::collections::HashSet::new();
    for id in ["", "two words", "tab\there", &too_long] {
        let request = TestRequest::get().uri("/health/live").insert_header(("X-Correlation-ID", id));
        let answer = world.send(request).await.expect(200);
        let new = answer.header("x-correlation-id").to_owned();
        assert_eq!((new.len(), new.matches('-').count()), (36, 4), "a UUID instead of {id:?}");
        assert!(made_up.insert(new));
    }
}

#[actix_web::test]
async fn the_callers_trace_is_named_in_problems() {
    let world = World::new().await;
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let request =
        TestRequest::get().uri("/nowhere").insert_header(("traceparent", format!("00-{trace}-00f067aa0ba902b7-01")));
    assert_eq!(world.send(request).await.json()["trace_id"], trace);
    let broken = TestRequest::get().uri("/nowhere").insert_header(("traceparent", "00-nonsense"));
    let answer = world.send(broken).await;
    assert_eq!(answer.json()["trace_id"].as_str(), Some(answer.header("x-correlation-id")));
}

#[actix_web::test]
async fn a_request_whose_time_is_up_is_503() {
    let world = World::with(|config| config.request_timeout = Duration::from_millis(20)).await;
    let _gate = world.model_faults.block("list");
    let answer = world.get(MODELS).await;
    assert_eq!(answer.problem(), (503, "request_timeout".into()));
    assert_eq!(answer.header("retry-after"), "5");
}

#[actix_web::test]
async fn a_panic_is_a_500_in_the_same_envelope() {
    let world = World::new().await.whose_metrics_panic().await;
    let request = TestRequest::get().uri("/metrics").insert_header(("Origin", "https://portal.example"));
    let answer = world.send(request).await;
    assert_eq!(answer.problem(), (500, "internal_error".into()));
    assert!(!answer.text().contains("secret"), "{}", answer.text());
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    world.get("/health/live").await.expect(200);
}

#[actix_web::test]
async fn answers_are_compressed_when_the_caller_can_read_it() {
    let world = World::new().await;
    for (accepted, encoding) in [("gzip", "gzip"), ("br", "br"), ("gzip, br;q=0.5", "gzip"), ("identity", "")] {
        let request = TestRequest::get().uri("/openapi.json").insert_header(("Accept-Encoding", accepted));
        let answer = world.send(request).await.expect(200);
        assert_eq!(answer.header("content-encoding"), encoding, "{accepted}");
        assert!(answer.header("vary").to_lowercase().contains("accept-encoding") || encoding.is_empty(), "{accepted}");
        let whole = http_adapter::openapi_json().len();
        assert_eq!(answer.body.len() < whole / 2, !encoding.is_empty(), "{accepted}");
    }
    let request = TestRequest::get().uri("/health/live").insert_header(("Accept-Encoding", "identity;q=0, zstd;q=0"));
    assert_eq!(world.send(request).await.problem(), (406, "not_acceptable".into()));
}

#[actix_web::test]
async fn a_compressed_body_is_read() {
    let world = World::new().await;
    // gzip of {"name":"Zipped","portfolios":["680ad0a32a7a9a1b4c1d2e01"]}, made by another program
    let zipped = include_bytes!("zipped.json.gz").as_slice();
    let request = TestRequest::post().uri(MODELS).insert_header(("Content-Encoding", "gzip")).set_payload(zipped);
    assert_eq!(world.send(request).await.expect(201).json()["name"], "Zipped");
    let cut = TestRequest::post().uri(MODELS).insert_header(("Content-Encoding", "gzip")).set_payload(&zipped[..20]);
    assert!(world.send(cut).await.status.is_client_error());
}

#[actix_web::test]
async fn a_body_that_inflates_beyond_the_limit_or_is_encoded_otherwise_is_refused() {
    let world = World::with(|config| config.body_limit = 16).await;
    let zipped = include_bytes!("zipped.json.gz").as_slice();
    for (encoding, code) in [("gzip", (413, "body_too_large")), ("zstd", (415, "unsupported_encoding"))] {
        let request = TestRequest::post().uri(MODELS).insert_header(("Content-Encoding", encoding));
        // Few enough bytes as they are sent.
        let request = request.set_payload(if encoding == "gzip" { zipped } else { b"{}" });
        let answer = world.send(request).await;
        if encoding == "gzip" {
            assert_eq!(answer.problem(), (413, code.1.to_owned()), "the declared length counts, too");
        } else {
            assert_eq!(answer.problem(), (code.0, code.1.to_owned()));
        }
    }
}

#[actix_web::test]
async fn of_many_mistakes_a_hundred_are_told_and_the_rest_counted() {
    let world = World::new().await;
    let positions = vec!["{}"; 340_000].join(",");
    let body = format!(r#"{{"name":"Too many","portfolios":["680ad0a32a7a9a1b4c1d2e01"],"positions":[{positions}]}}"#);
    let answer = world.post(MODELS, body).await;
    assert_eq!(answer.problem(), (422, "too_many_positions".into()));
    assert!(answer.text().contains("positions has 340000 elements; at most 1000 are read."), "{}", answer.text());
    let answer = world.post(MODELS, format!(r#"{{"name":"x","portfolios":[{}]}}"#, vec!["7"; 100_000].join(","))).await;
    assert_eq!((answer.problem().0, answer.errors().len()), (422, 100));
    assert!(answer.text().contains("100000 things are wrong with the request"), "{}", answer.text());
}

#[actix_web::test]
async fn a_crowd_is_refused_at_once_and_health_is_answered_all_the_same() {
    let world = World::with(|config| config.max_in_flight = 0).await;
    for path in [MODELS, "/api/v1/rebalances", "/openapi.json"] {
        let answer = world.get(path).await;
        assert_eq!(answer.problem(), (503, "overloaded".into()), "{path}");
        assert_eq!(answer.header("retry-after"), "1", "{path}");
    }
    for path in ["/health/live", "/health/ready", "/health/health", "/metrics"] {
        assert!(!world.get(path).await.text().contains("overloaded"), "{path}");
    }
}

#[actix_web::test]
async fn a_store_that_fails_keeps_its_words_to_itself() {
    let world = World::new().await;
    world.model_faults.fail_always("list", Some(Fault::Unavailable));
    let answer = world.get(MODELS).await;
    assert_eq!(answer.problem().0, 503);
    assert!(!answer.text().contains("a test said"), "{}", answer.text());
}
