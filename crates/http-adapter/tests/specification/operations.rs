//! Health, metrics, documentation

use crate::world::World;
use actix_web::http::Method;
use actix_web::test::TestRequest;
use port_contracts::{Fault, UpstreamFault};
use serde_json::{Value, json};

async fn healthy() -> World {
    let world = World::new().await;
    world.application.health.refresh().await;
    world
}

/// One of the called services, of any kind.
fn pricing() -> application::Upstream {
    application::Upstream::Pricing
}

#[actix_web::test]
async fn the_process_lives_whatever_else_does_not() {
    let world = healthy().await;
    world.health_faults.fail_always("ping", Some(Fault::Unavailable));
    world.application.health.drain();
    let before = world.health_faults.calls("ping");
    let answer = world.get("/health/live").await.expect(200).json();
    assert_eq!(world.health_faults.calls("ping"), before, "touches nothing");
    assert_eq!(answer["status"], "healthy");
    assert_eq!(answer["service"], "order-generation-service");
    assert_eq!(answer["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(answer["timestamp"], "2026-01-05T00:00:00.000Z");
    assert_eq!(answer["checks"], json!({"optimization_engine": {"status": "healthy"}}));
}

#[actix_web::test]
async fn readiness_is_the_store_and_the_optimizer() {
    let world = World::new().await;
    assert_eq!(world.get("/health/ready").await.expect(503).json()["status"], "not_ready", "nothing is known yet");
    world.application.health.refresh().await;
    let answer = world.get("/health/ready").await.expect(200).json();
    assert_eq!(answer["status"], "ready");
    let services = json!({
        "portfolio_accounting": "healthy", "pricing_service": "healthy",
        "portfolio_service": "healthy", "security_service": "healthy",
    });
    let expected = json!({"database": "healthy", "external_services": services, "optimization_engine": "healthy"});
    assert_eq!(answer["dependencies"], expected);
}

#[actix_web::test]
async fn a_store_that_is_down_takes_readiness_away_until_it_is_back() {
    let world = healthy().await;
    world.health_faults.fail_always("ping", Some(Fault::Unavailable));
    let answer = world.get("/health/ready").await.expect(503);
    assert_eq!(answer.header("retry-after"), "5");
    assert_eq!(answer.json()["dependencies"]["database"], "unhealthy");
    assert!(!answer.text().contains("a test said"));
    world.health_faults.fail_always("ping", None);
    world.get("/health/ready").await.expect(200);
}

#[actix_web::test]
async fn an_upstream_outage_leaves_readiness_and_degrades_health() {
    let world = healthy().await;
    world.upstream_health.fail(pricing(), Some(UpstreamFault::Unavailable));
    world.application.health.refresh().await;
    let ready = world.get("/health/ready").await.expect(200).json();
    assert_eq!(ready["dependencies"]["external_services"]["pricing_service"], "unhealthy");
    let health = world.get("/health/health").await.expect(200).json();
    assert_eq!(health["status"], "degraded");
    let service = &health["checks"]["external_services"]["pricing_service"];
    assert_eq!(
        (&service["status"], &service["message"]),
        (&json!("unhealthy"), &json!("pricing_service is unavailable"))
    );
}

#[actix_web::test]
async fn a_draining_process_is_not_ready_but_healthy() {
    let world = healthy().await;
    world.application.health.drain();
    assert_eq!(world.get("/health/ready").await.expect(503).json()["status"], "not_ready");
    assert_eq!(world.get("/health/health").await.expect(200).json()["status"], "healthy");
}

#[actix_web::test]
async fn the_full_picture_shows_what_is_asked_for() {
    let world = healthy().await;
    let all = world.get("/health/health").await.expect(200).json();
    assert_eq!(all["status"], "healthy");
    assert!(all["uptime_seconds"].as_f64().is_some_and(|seconds| (0.0..600.0).contains(&seconds)));
    for (query, shown) in [
        ("", (true, true)),
        ("?include_external=false", (false, true)),
        ("?include_optimization=false", (true, false)),
        ("?include_external=0&include_optimization=0", (false, false)),
        ("?include_external=true&include_optimization=1", (true, true)),
    ] {
        let checks = world.get(&format!("/health/health{query}")).await.expect(200).json()["checks"].clone();
        let has = |name: &str| checks.get(name).is_some();
        assert_eq!((has("external_services"), has("optimization_engine")), shown, "{query}");
        assert!(has("database"));
    }
    let answer = world.get("/health/health?include_external=maybe").await;
    assert_eq!(answer.problem(), (422, "invalid_boolean".into()));
    world.health_faults.fail_always("ping", Some(Fault::Timeout));
    assert_eq!(world.get("/health/health").await.expect(503).json()["status"], "unhealthy");
}

/// The lines of `/metrics` that begin with `prefix`.
async fn metrics(world: &World, prefix: &str) -> Vec<String> {
    let answer = world.get("/metrics").await.expect(200);
    assert!(answer.header("content-type").starts_with("text/plain; version=0.0.4"));
    answer.text().lines().filter(|line| line.starts_with(prefix)).map(str::to_owned).collect()
}

#[actix_web::test]
async fn requests_are_counted_under_their_route_template() {
    let world = World::new().await;
    world.get("/api/v1/model/680ad0a32a7a9a1b4c1d2e01").await.expect(404);
    world.get("/api/v1/model/680ad0a32a7a9a1b4c1d2e02/").await.expect(404);
    let lines = metrics(&world, "http_requests_total").await;
    assert_eq!(lines.len(), 1, "{lines:#?}");
    for part in ["method=\"GET\"", "path=\"/api/v1/model/{model_id}\"", "status=\"404\"", "} 2"] {
        assert!(lines[0].contains(part), "{part} in {}", lines[0]);
    }
}

#[actix_web::test]
async fn durations_have_the_buckets_of_the_suite() {
    let world = World::new().await;
    world.get("/api/v1/models").await.expect(200);
    let lines = metrics(&world, "http_request_duration_milliseconds_bucket").await;
    let bounds: Vec<_> = lines
        .iter()
        .map(|line| line.split("le=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a bound").to_owned())
        .collect();
    assert_eq!(bounds, ["5", "10", "25", "50", "100", "250", "500", "1000", "2500", "5000", "10000", "+Inf"]);
    assert_eq!(metrics(&world, "http_request_duration_milliseconds_count").await.len(), 2);
}

#[actix_web::test]
async fn requests_in_flight_are_one_number_without_labels_of_their_own() {
    let world = World::new().await;
    world.get("/api/v1/models").await.expect(200);
    let lines = metrics(&world, "http_requests_in_flight").await;
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert!(lines[0].ends_with(" 1"), "only the request that asks: {}", lines[0]);
    assert!(!lines[0].contains("path="));
}

#[actix_web::test]
async fn unknown_paths_and_methods_do_not_grow_the_label_sets() {
    let world = World::new().await;
    world.get("/nowhere").await.expect(404);
    let nonsense = || TestRequest::with_uri("/api/v1/models").method(Method::from_bytes(b"FROB0").expect("a method"));
    world.send(nonsense()).await.expect(405);
    let before = metrics(&world, "http_requests_total").await.len();
    for n in 0..50_u64 {
        let random = n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        world.get(&format!("/{random:x}/{n}")).await.expect(404);
        let method = Method::from_bytes(format!("FROB{n}").as_bytes()).expect("a method");
        world.send(TestRequest::with_uri("/api/v1/models").method(method)).await.expect(405);
    }
    let after = metrics(&world, "http_requests_total").await;
    // One more than before: `/metrics` itself has been asked by then.
    assert_eq!(after.len(), before + 1, "{after:#?}");
    assert!(after.iter().any(|line| line.contains("path=\"unmatched\"") && line.ends_with(" 51")), "{after:#?}");
    assert!(after.iter().any(|line| line.contains("method=\"OTHER\"") && line.ends_with(" 51")), "{after:#?}");
}

#[actix_web::test]
async fn the_document_is_served_as_it_is_generated() {
    let world = World::new().await;
    let answer = world.get("/openapi.json").await.expect(200);
    assert_eq!(answer.text(), http_adapter::openapi_json());
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.json()["openapi"], "3.1.0");
}

#[actix_web::test]
async fn the_documentation_comes_from_the_service_itself() {
    let world = World::new().await;
    let entrance = world.get("/docs").await.expect(307);
    assert_eq!(entrance.header("location"), "docs/");
    let page = world.get("/docs/").await.expect(200);
    assert_eq!(page.header("content-type"), "text/html");
    assert!(!page.text().contains("http://") && !page.text().contains("https://"), "{}", page.text());
    for file in page.text().split('"').filter_map(|part| part.strip_prefix("./")) {
        let file = world.get(&format!("/docs/{file}")).await.expect(200);
        let policy = file.header("content-security-policy").to_owned();
        assert!(policy.contains("style-src 'self' 'unsafe-inline'") && !policy.contains("script-src"), "{policy}");
    }
    let start = world.get("/docs/swagger-initializer.js").await.expect(200);
    assert!(start.text().contains("../openapi.json"), "{}", start.text());
    assert_eq!(world.get("/docs/nothing.js").await.problem(), (404, "file_not_found".into()));
    assert_eq!(world.get("/docs/../Cargo.toml").await.problem().0, 404);
}

#[actix_web::test]
async fn the_documents_in_the_repository_are_up_to_date() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../");
    for (name, text) in
        [("openapi/openapi.json", http_adapter::openapi_json()), ("docs/errors.md", http_adapter::errors_markdown())]
    {
        let committed = std::fs::read_to_string(format!("{root}{name}")).expect("it is committed");
        assert!(committed == text, "{name} is out of date; run: cargo run -p http-adapter --example docs");
    }
}

#[actix_web::test]
async fn each_reference_of_the_document_leads_somewhere_and_each_operation_is_described() {
    let document: Value = serde_json::from_str(&http_adapter::openapi_json()).expect("JSON");
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(document.pointer(reference).is_some(), "{reference}");
    }
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("an item") {
            for member in ["operationId", "summary", "tags"] {
                assert!(operation.get(member).is_some(), "{member} of {method} {path}");
            }
            assert!(operation["responses"]["500"].is_object(), "{method} {path}");
        }
    }
}
