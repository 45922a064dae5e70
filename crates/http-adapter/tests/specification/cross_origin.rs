//! Calls from web pages.

use crate::world::{Answer, World};
use actix_web::http::Method;
use actix_web::test::TestRequest;

const MODELS: &str = "/api/v1/models";

async fn preflight(world: &World, origin: &str, method: &str) -> Answer {
    let request = TestRequest::with_uri(MODELS)
        .method(Method::OPTIONS)
        .insert_header(("Origin", origin))
        .insert_header(("Access-Control-Request-Method", method))
        .insert_header(("Access-Control-Request-Headers", "content-type, idempotency-key"));
    world.send(request).await
}

async fn call(world: &World, origin: &str) -> Answer {
    world.send(TestRequest::get().uri(MODELS).insert_header(("Origin", origin))).await
}

async fn narrowed() -> World {
    World::with(|config| config.cors_origins = vec!["https://portal.example".into(), "http://127.0.0.1:3000".into()])
        .await
}

#[actix_web::test]
async fn by_default_all_origins_may_call_without_credentials() {
    let world = World::new().await;
    let answer = preflight(&world, "https://anything.example", "PUT").await.expect(200);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("access-control-max-age"), "600");
    assert!(answer.header("access-control-allow-methods").contains("PUT"));
    assert!(answer.header("access-control-allow-headers").to_lowercase().contains("idempotency-key"));
    assert_eq!(answer.header("access-control-allow-credentials"), "");
    let answer = call(&world, "https://anything.example").await.expect(200);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("access-control-allow-credentials"), "");
    assert!(answer.header("access-control-expose-headers").to_lowercase().contains("x-total-count"));
}

#[actix_web::test]
async fn listed_origins_may_call_with_credentials() {
    let world = narrowed().await;
    let answer = preflight(&world, "https://portal.example", "DELETE").await.expect(200);
    assert_eq!(answer.header("access-control-allow-origin"), "https://portal.example");
    assert_eq!(answer.header("access-control-allow-credentials"), "true");
    let answer = call(&world, "http://127.0.0.1:3000").await.expect(200);
    assert_eq!(answer.header("access-control-allow-origin"), "http://127.0.0.1:3000");
    assert!(answer.header("vary").contains("Origin"));
}

#[actix_web::test]
async fn other_origins_get_no_permission() {
    let world = narrowed().await;
    let refused = preflight(&world, "https://elsewhere.example", "GET").await;
    assert_eq!(refused.problem().0, 400);
    assert!(refused.text().contains("Origin is not allowed"), "{}", refused.text());
    assert_eq!(refused.header("access-control-allow-origin"), "");
    let answer = call(&world, "https://elsewhere.example").await.expect(200);
    assert_eq!(answer.header("access-control-allow-origin"), "");
}

#[actix_web::test]
async fn errors_carry_the_permission_too() {
    let world = World::new().await;
    let request = TestRequest::get().uri("/nowhere").insert_header(("Origin", "https://portal.example"));
    let answer = world.send(request).await;
    assert_eq!((answer.problem().0, answer.header("access-control-allow-origin")), (404, "*"));
}

#[actix_web::test]
async fn requests_that_are_not_from_a_page_get_no_such_headers() {
    let world = World::new().await;
    let answer = world.get(MODELS).await.expect(200);
    assert_eq!(answer.header("access-control-allow-origin"), "");
}
