//! `Idempotency-Key` on every POST that creates something

use crate::world::{Answer, World, balances, model, position, worked_example};
use actix_web::http::header::HeaderValue;
use actix_web::test::TestRequest;
use port_contracts::Fault;
use port_contracts::builders::{portfolio_id, rebalance_id};
use serde_json::{Value, json};

const MODELS: &str = "/api/v1/models";
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Longer than a claim keeps others from running.
const BUSY_MS: i64 = 61_000;

fn growth() -> String {
    model("Growth", &[position(1, "0.60", "0.02", "0.05")], &[1])
}

async fn models(world: &World) -> usize {
    world.get(MODELS).await.expect(200).json().as_array().expect("an array").len()
}

async fn stored(world: &World) -> usize {
    world.get("/api/v1/rebalances?view=summary").await.expect(200).json().as_array().expect("an array").len()
}

fn in_use(answer: &Answer) -> bool {
    answer.status == 409 && answer.text().contains("idempotency_key_running")
}

#[actix_web::test]
async fn the_same_request_under_the_same_key_is_done_once() {
    let world = World::new().await;
    let first = world.keyed("k1", MODELS, &growth()).await.expect(201);
    for path in [MODELS, "/api/v1/models/"] {
        let again = world.keyed("k1", path, &growth()).await.expect(201);
        assert_eq!(again.json(), first.json());
        assert_eq!((again.header("location"), again.header("etag")), (first.header("location"), first.header("etag")));
    }
    assert_eq!(models(&world).await, 1);
}

#[actix_web::test]
async fn without_a_key_each_request_is_its_own() {
    let world = World::new().await;
    world.post(MODELS, growth()).await.expect(201);
    assert_eq!(world.post(MODELS, growth()).await.problem(), (409, "model_name_taken".into()));
}

#[actix_web::test]
async fn a_key_with_another_body_path_or_query_is_refused() {
    let world = World::new().await;
    world.with_worked_example();
    let id = world.keyed("k", MODELS, &worked_example(&[1])).await.expect(201).json()["model_id"].clone();
    let id = id.as_str().expect("an id");
    let reused = (422, "idempotency_key_reused".to_owned());
    assert_eq!(world.keyed("k", MODELS, &growth()).await.problem(), reused);
    assert_eq!(world.keyed("k", &format!("/api/v1/model/{id}/rebalance"), "").await.problem(), reused);
    let portfolio = format!("/api/v1/portfolio/{}/rebalance", portfolio_id(1));
    world.keyed("p", &portfolio, "").await.expect(200);
    assert_eq!(world.keyed("p", &format!("{portfolio}?model_id={id}"), "").await.problem(), reused);
    assert_eq!(stored(&world).await, 1);
}

#[actix_web::test]
async fn a_key_is_visible_ascii_of_limited_length() {
    let world = World::new().await;
    let (longest, too_long) = ("k".repeat(255), "k".repeat(256));
    for key in ["", "two words", &too_long, "na\u{ef}ve"] {
        let value = HeaderValue::from_bytes(key.as_bytes()).expect("a header value");
        let request = TestRequest::post().uri(MODELS).insert_header(("Idempotency-Key", value)).set_payload(growth());
        assert_eq!(world.send(request).await.problem(), (422, "idempotency_key_invalid".into()), "{key:?}");
    }
    world.keyed(&longest, MODELS, &growth()).await.expect(201);
}

#[actix_web::test]
async fn while_the_first_request_runs_others_under_its_key_are_told_to_wait() {
    let world = World::new().await;
    let gate = world.model_faults.block("insert");
    let body = growth();
    let second = async {
        while world.model_faults.calls("insert") == 0 {
            tokio::task::yield_now().await;
        }
        let answer = world.keyed("k", MODELS, &body).await;
        gate.open();
        answer
    };
    let (first, second) = futures::join!(world.keyed("k", MODELS, &body), second);
    assert_eq!(second.problem(), (409, "idempotency_key_running".into()));
    assert_eq!(second.header("retry-after"), "1");
    let first = first.expect(201).json();
    assert_eq!(world.keyed("k", MODELS, &body).await.expect(201).json(), first);
}

#[actix_web::test]
async fn a_caller_who_hangs_up_leaves_a_key_that_is_done() {
    let world = World::new().await;
    let gate = world.model_faults.block("insert");
    let body = growth();
    {
        let abandoned = world.keyed("k", MODELS, &body);
        let begun = async {
            while world.model_faults.calls("insert") == 0 {
                tokio::task::yield_now().await;
            }
        };
        futures::pin_mut!(abandoned, begun);
        futures::future::select(abandoned, begun).await;
    }
    gate.open();
    let mut again = world.keyed("k", MODELS, &body).await;
    while in_use(&again) {
        tokio::task::yield_now().await;
        again = world.keyed("k", MODELS, &body).await;
    }
    assert_eq!(again.expect(201).json()["name"], "Growth");
    assert_eq!(models(&world).await, 1);
}

#[actix_web::test]
async fn a_refused_request_frees_its_key() {
    let world = World::new().await;
    let id = world.create(growth()).await;
    assert_eq!(world.keyed("k", MODELS, &growth()).await.problem(), (409, "model_name_taken".into()));
    world.delete(&format!("/api/v1/model/{id}?version=1")).await.expect(204);
    world.keyed("k", MODELS, &growth()).await.expect(201);
    assert_eq!(world.keyed("v", MODELS, "{").await.problem().0, 422);
    world.keyed("v", MODELS, &model("Other", &[], &[1])).await.expect(201);
}

#[actix_web::test]
async fn a_key_is_forgotten_after_a_day() {
    let world = World::new().await;
    world.keyed("k", MODELS, &growth()).await.expect(201);
    world.clock.advance_ms(DAY_MS - 1);
    world.keyed("k", MODELS, &growth()).await.expect(201);
    world.clock.advance_ms(1);
    assert_eq!(world.keyed("k", MODELS, &growth()).await.problem(), (409, "model_name_taken".into()));
}

#[actix_web::test]
async fn a_repetition_reads_the_resource_as_it_is_now() {
    let world = World::new().await;
    let id = world.keyed("k", MODELS, &growth()).await.expect(201).json()["model_id"].clone();
    let path = format!("/api/v1/model/{}", id.as_str().expect("an id"));
    world.post(&format!("{path}/position"), position(2, "0.1", "0", "0")).await.expect(200);
    let again = world.keyed("k", MODELS, &growth()).await.expect(201);
    assert_eq!((again.json()["version"].clone(), again.header("etag")), (json!(2), "\"2\""));
    world.delete(&format!("{path}?version=2")).await.expect(204);
    assert_eq!(world.keyed("k", MODELS, &growth()).await.problem(), (410, "model_deleted".into()));
}

#[actix_web::test]
async fn an_interrupted_creation_is_looked_for_before_it_is_repeated() {
    let world = World::new().await;
    world.model_faults.fail_call("insert", 1, Fault::TimeoutAfterwards);
    assert_eq!(world.keyed("k", MODELS, &growth()).await.problem(), (503, "store_unavailable".into()));
    assert!(in_use(&world.keyed("k", MODELS, &growth()).await), "nobody knows yet what became of it");
    world.clock.advance_ms(BUSY_MS);
    let found = world.keyed("k", MODELS, &growth()).await.expect(201);
    assert_eq!((found.json()["name"].clone(), models(&world).await), (json!("Growth"), 1));
    assert_eq!(world.keyed("k", MODELS, &growth()).await.expect(201).json(), found.json());
}

#[actix_web::test]
async fn an_interrupted_creation_that_left_nothing_is_repeated_under_the_same_id() {
    let world = World::new().await;
    world.model_faults.fail_call("insert", 1, Fault::Unavailable);
    assert_eq!(world.keyed("k", MODELS, &growth()).await.problem().0, 503);
    world.clock.advance_ms(BUSY_MS);
    let made = world.keyed("k", MODELS, &growth()).await.expect(201).json();
    assert_eq!(made["model_id"], port_contracts::builders::model_id(1).to_string());
}

#[actix_web::test]
async fn an_answer_that_could_not_be_remembered_is_found_again() {
    let world = World::new().await;
    world.request_faults.fail_call("complete", 1, Fault::Unavailable);
    let first = world.keyed("k", MODELS, &growth()).await.expect(201).json();
    world.clock.advance_ms(BUSY_MS);
    assert_eq!(world.keyed("k", MODELS, &growth()).await.expect(201).json(), first);
}

#[actix_web::test]
async fn without_the_memory_of_keys_a_keyed_request_does_not_run() {
    let world = World::new().await;
    world.request_faults.fail_always("claim", Some(Fault::Unavailable));
    assert_eq!(world.keyed("k", MODELS, &growth()).await.problem(), (503, "store_unavailable".into()));
    assert_eq!(models(&world).await, 0);
    world.post(MODELS, growth()).await.expect(201);
}

#[actix_web::test]
async fn positions_and_portfolios_are_added_once_per_key() {
    let world = World::new().await;
    let path = format!("/api/v1/model/{}", world.create(model("M", &[], &[1])).await);
    let (at, body) = (format!("{path}/position"), position(1, "0.1", "0", "0"));
    let first = world.keyed("a", &at, &body).await.expect(200).json();
    assert_eq!(world.keyed("a", &at, &body).await.expect(200).json(), first);
    assert_eq!(world.post(&at, &body).await.problem(), (409, "position_exists".into()));
    let (at, body) = (format!("{path}/portfolio"), json!({"portfolios": [portfolio_id(2).to_string()]}).to_string());
    let first = world.keyed("b", &at, &body).await.expect(200).json();
    assert_eq!(world.keyed("b", &at, &body).await.expect(200).json(), first);
    assert_eq!(first["version"], 3);
}

#[actix_web::test]
async fn an_interrupted_addition_of_a_position_is_looked_for() {
    let world = World::new().await;
    let path = format!("/api/v1/model/{}", world.create(model("M", &[], &[1])).await);
    let (at, body) = (format!("{path}/position"), position(1, "0.1", "0", "0"));
    world.model_faults.fail_call("replace", 1, Fault::TimeoutAfterwards);
    assert_eq!(world.keyed("a", &at, &body).await.problem().0, 503);
    world.clock.advance_ms(BUSY_MS);
    let found = world.keyed("a", &at, &body).await.expect(200).json();
    assert_eq!((&found["version"], found["positions"].as_array().map(Vec::len)), (&json!(2), Some(1)));
}

/// The worked example's model with a portfolio that fails in front, in the middle and at the end.
async fn mixed_world() -> (World, String) {
    let world = World::new().await;
    world.with_worked_example();
    for n in [7, 8, 9] {
        world.accounting.set(portfolio_id(n), balances("100", &[(77, "1")]));
    }
    let id = world.create(worked_example(&[7, 1, 8, 2, 9])).await;
    (world, format!("/api/v1/model/{id}/rebalance"))
}

#[actix_web::test]
async fn a_repeated_rebalance_is_answered_from_its_record() {
    let (world, path) = mixed_world().await;
    let first = world.keyed("r", &path, "").await.expect(200).json();
    world.prices.set("A", "202.00");
    let again = world.keyed("r", &path, "").await.expect(200).json();
    assert_eq!(again, first);
    let failed: Vec<_> = first.as_array().expect("rows").iter().map(|row| row["status"] == "failed").collect();
    assert_eq!(failed, [true, false, true, false, true]);
    assert_eq!((world.prices.calls(), stored(&world).await), (1, 1));
}

#[actix_web::test]
async fn a_repeated_rebalance_of_a_deleted_model_still_has_all_portfolios() {
    let (world, path) = mixed_world().await;
    let first = world.keyed("r", &path, "").await.expect(200).json();
    let model = path.trim_end_matches("/rebalance");
    world.delete(&format!("{model}?version=1")).await.expect(204);
    let again = world.keyed("r", &path, "").await.expect(200).json();
    let sorted = |value: &Value| {
        let mut rows = value.as_array().expect("rows").clone();
        rows.sort_by_key(|row| row["portfolio_id"].to_string());
        rows
    };
    assert_eq!(sorted(&again), sorted(&first));
    world.delete(&format!("/api/v1/rebalance/{}?version=1", rebalance_id(1))).await.expect(200);
    assert_eq!(world.keyed("r", &path, "").await.problem(), (410, "rebalance_deleted".into()));
}

#[actix_web::test]
async fn a_repeated_rebalance_of_a_portfolio_is_one_object() {
    let (world, _) = mixed_world().await;
    let path = format!("/api/v1/portfolio/{}/rebalance", portfolio_id(1));
    let first = world.keyed("p", &path, "").await.expect(200).json();
    assert_eq!(world.keyed("p", &path, "").await.expect(200).json(), first);
    assert_eq!(stored(&world).await, 1);
}

#[actix_web::test]
async fn a_rebalance_that_stored_nothing_frees_its_key() {
    let (world, path) = mixed_world().await;
    world.prices.fail(Some(port_contracts::UpstreamFault::Unavailable));
    assert_eq!(world.keyed("r", &path, "").await.problem(), (503, "upstream_unavailable".into()));
    world.prices.fail(None);
    world.keyed("r", &path, "").await.expect(200);
    assert_eq!(stored(&world).await, 1);
}

#[actix_web::test]
async fn an_interrupted_rebalance_is_stored_once() {
    for fault in [Fault::Unavailable, Fault::TimeoutAfterwards] {
        let (world, path) = mixed_world().await;
        world.rebalance_faults.fail_call("append", 1, fault);
        // The record cannot be read back either: nobody knows whether it is there.
        world.rebalance_faults.fail_call("header", 1, Fault::Unavailable);
        assert_eq!(world.keyed("r", &path, "").await.problem(), (503, "store_unavailable".into()), "{fault:?}");
        world.clock.advance_ms(BUSY_MS);
        let answer = world.keyed("r", &path, "").await.expect(200).json();
        assert_eq!(answer[0]["rebalance_id"], rebalance_id(1).to_string(), "{fault:?}");
        assert_eq!(stored(&world).await, 1, "{fault:?}");
    }
}
