//! `POST /models`, and `/model/{id}`

use crate::world::{Answer, World, model, position};
use actix_web::test::TestRequest;
use port_contracts::builders::{portfolio_id, security_id};
use port_contracts::rebalance_builder;
use serde_json::{Value, json};

const MODELS: &str = "/api/v1/models";
const NOBODY: &str = "/api/v1/model/ffffffffffffffffffffffff";

fn growth() -> String {
    model("Growth", &[position(1, "0.60", "0.02", "0.05")], &[1, 2])
}

async fn world_with_growth() -> (World, String) {
    let world = World::new().await;
    let id = world.create(growth()).await;
    (world, format!("/api/v1/model/{id}"))
}

/// The body of a PUT: growth with these members instead.
fn growth_with(changes: &Value) -> String {
    let mut body: Value = serde_json::from_str(&growth()).expect("JSON");
    for (member, value) in changes.as_object().expect("an object") {
        body[member] = value.clone();
    }
    body.to_string()
}

#[actix_web::test]
async fn a_last_rebalance_date_in_the_future_is_refused_since_no_rebalance_could_move_it() {
    let world = World::new().await;
    let id = world.create(model("Dated", &[], &[1])).await;
    let body = |date: &str| {
        let mut body: Value = serde_json::from_str(&model("Dated", &[], &[1])).expect("JSON");
        body["version"] = json!(1);
        body["last_rebalance_date"] = json!(date);
        body.to_string()
    };
    let answer = world.put(&format!("/api/v1/model/{id}"), body("2099-01-01T00:00:00Z")).await;
    assert_eq!(answer.problem(), (422, "invalid_date".into()));
    assert!(answer.text().contains("2099"), "{}", answer.text());
    world.put(&format!("/api/v1/model/{id}"), body("2026-01-05T00:00:30Z")).await.expect(200);
}

#[actix_web::test]
async fn a_new_model_is_answered_with_its_place_and_version() {
    let world = World::new().await;
    let answer = world.post(MODELS, growth()).await.expect(201);
    let id = answer.json()["model_id"].as_str().expect("an id").to_owned();
    assert_eq!(answer.header("location"), format!("/api/v1/model/{id}"));
    assert_eq!(answer.header("etag"), "\"1\"");
    let expected = json!({
        "model_id": id, "name": "Growth", "version": 1, "last_rebalance_date": null,
        "positions": [{"security_id": security_id(1).to_string(), "target": "0.60", "high_drift": "0.05", "low_drift": "0.02"}],
        "portfolios": [portfolio_id(1).to_string(), portfolio_id(2).to_string()],
    });
    assert_eq!(answer.json(), expected);
    assert_eq!(world.get(&format!("/api/v1/model/{id}")).await.expect(200).json(), expected);
}

#[actix_web::test]
async fn a_name_is_trimmed_and_unknown_members_are_ignored() {
    let world = World::new().await;
    let body = growth_with(&json!({"name": "  Ertrag & Zins – 60/40 \t", "colour": "blue", "version": 7}));
    let answer = world.post(MODELS, body).await.expect(201).json();
    assert_eq!(answer["name"], "Ertrag & Zins – 60/40");
    assert_eq!(answer["version"], 1);
}

#[actix_web::test]
async fn a_model_may_come_without_positions() {
    let world = World::new().await;
    for (name, positions) in [("absent", None), ("null", Some(Value::Null)), ("empty", Some(json!([])))] {
        let mut body = json!({"name": name, "portfolios": [portfolio_id(1).to_string()]});
        if let Some(positions) = positions {
            body["positions"] = positions;
        }
        assert_eq!(world.post(MODELS, body.to_string()).await.expect(201).json()["positions"], json!([]));
    }
}

#[actix_web::test]
async fn positions_with_target_zero_are_dropped() {
    let world = World::new().await;
    let positions = [position(1, "0", "0", "0"), position(2, "0.10", "0", "0"), position(3, "0.000", "0", "0")];
    let answer = world.post(MODELS, model("M", &positions, &[1])).await.expect(201).json();
    assert_eq!(answer["positions"].as_array().expect("an array").len(), 1);
}

#[actix_web::test]
async fn a_hundred_positions_are_allowed_and_one_more_is_not() {
    let world = World::new().await;
    let positions = |count| (1..=count).map(|n| position(n, "0.005", "0", "0")).collect::<Vec<_>>();
    world.post(MODELS, model("A", &positions(100), &[1])).await.expect(201);
    let answer = world.post(MODELS, model("B", &positions(101), &[1])).await;
    assert_eq!(answer.problem(), (422, "too_many_positions".into()));
}

/// A body, where it is wrong, and how.
fn refusals() -> Vec<(Value, &'static str, &'static str)> {
    let p = || portfolio_id(1).to_string();
    let one = |changes: Value| {
        let mut position =
            json!({"security_id": security_id(1).to_string(), "target": 0.1, "high_drift": 0.05, "low_drift": 0.02});
        for (member, value) in changes.as_object().expect("an object") {
            if value == "absent" {
                position.as_object_mut().expect("an object").remove(member);
            } else {
                position[member] = value.clone();
            }
        }
        json!({"positions": [position]})
    };
    vec![
        (json!({"name": ""}), "/name", "invalid_name"),
        (json!({"name": " \t "}), "/name", "invalid_name"),
        (json!({"name": "x".repeat(256)}), "/name", "invalid_name"),
        (json!({"name": null}), "/name", "wrong_type"),
        (json!({"name": 7}), "/name", "wrong_type"),
        (json!({"portfolios": []}), "/portfolios", "no_portfolios"),
        (json!({"portfolios": null}), "/portfolios", "wrong_type"),
        (json!({"portfolios": "all"}), "/portfolios", "wrong_type"),
        (json!({"portfolios": [p(), p()]}), "/portfolios/1", "duplicate_portfolio"),
        (json!({"portfolios": [p(), "short"]}), "/portfolios/1", "invalid_portfolio_id"),
        (json!({"portfolios": [p(), 5]}), "/portfolios/1", "wrong_type"),
        (json!({"portfolios": ["680ad0a32a7a9a1b4c1d2f-1"]}), "/portfolios/0", "invalid_portfolio_id"),
        (json!({"positions": {}}), "/positions", "wrong_type"),
        (json!({"positions": [1]}), "/positions/0", "wrong_type"),
        (one(json!({"security_id": "absent"})), "/positions/0/security_id", "required"),
        (one(json!({"security_id": "ü"})), "/positions/0/security_id", "invalid_security_id"),
        (one(json!({"target": "absent"})), "/positions/0/target", "required"),
        (one(json!({"target": 0.955})), "/positions/0/target", "target_out_of_range"),
        (one(json!({"target": -0.005})), "/positions/0/target", "target_out_of_range"),
        (one(json!({"target": 0.001})), "/positions/0/target", "target_not_a_multiple"),
        (one(json!({"target": null})), "/positions/0/target", "invalid_decimal"),
        (one(json!({"target": "NaN"})), "/positions/0/target", "invalid_decimal"),
        (one(json!({"target": "a tenth"})), "/positions/0/target", "invalid_decimal"),
        (one(json!({"target": true})), "/positions/0/target", "invalid_decimal"),
        (one(json!({"high_drift": "absent"})), "/positions/0/high_drift", "required"),
        (one(json!({"high_drift": 1.01})), "/positions/0/high_drift", "drift_out_of_range"),
        (one(json!({"low_drift": -0.01})), "/positions/0/low_drift", "drift_out_of_range"),
        (one(json!({"low_drift": 0.06})), "/positions/0/low_drift", "low_drift_above_high_drift"),
        (one(json!({"high_drift": "0.0500001"})), "/positions/0/high_drift", "too_many_decimals"),
    ]
}

#[actix_web::test]
async fn each_rule_of_a_model_has_its_pointer_and_code() {
    let world = World::new().await;
    for (changes, pointer, code) in refusals() {
        let answer = world.post(MODELS, growth_with(&changes)).await;
        assert_eq!(answer.problem(), (422, code.into()), "{changes}");
        assert_eq!(answer.errors(), [(pointer.into(), code.into())], "{changes}");
    }
    assert_eq!(world.get(MODELS).await.expect(200).json(), json!([]), "nothing was stored");
}

#[actix_web::test]
async fn missing_members_are_named() {
    let world = World::new().await;
    let answer = world.post(MODELS, "{}").await;
    assert_eq!(answer.problem(), (422, "required".into()));
    assert_eq!(answer.errors(), [("/name".into(), "required".into()), ("/portfolios".into(), "required".into())]);
}

#[actix_web::test]
async fn a_security_stands_once() {
    let world = World::new().await;
    let positions = [position(1, "0.1", "0", "0"), position(2, "0.1", "0", "0"), position(1, "0.2", "0", "0")];
    let answer = world.post(MODELS, model("M", &positions, &[1])).await;
    assert_eq!(answer.errors(), [("/positions/2/security_id".into(), "duplicate_security".into())]);
}

#[actix_web::test]
async fn targets_above_95_percent_are_a_fault_of_the_positions() {
    let world = World::new().await;
    let positions = [position(1, "0.90", "0", "0"), position(2, "0.055", "0", "0")];
    let answer = world.post(MODELS, model("M", &positions, &[1])).await;
    assert_eq!(answer.problem(), (422, "target_sum_exceeded".into()));
    assert_eq!(answer.errors(), [("/positions".into(), "target_sum_exceeded".into())]);
    assert!(answer.text().contains("0.955"), "{}", answer.text());
}

#[actix_web::test]
async fn all_faults_are_told_at_once() {
    let world = World::new().await;
    let body = json!({"name": " ", "portfolios": ["x", "y"], "positions": [{"target": 2, "low_drift": 3, "high_drift": null}]});
    let answer = world.post(MODELS, body.to_string()).await;
    assert_eq!(answer.problem(), (422, "validation_failed".into()));
    let pointers: Vec<_> = answer.errors().into_iter().map(|(pointer, _)| pointer).collect();
    let expected = [
        "/name",
        "/portfolios/0",
        "/portfolios/1",
        "/positions/0/security_id",
        "/positions/0/target",
        "/positions/0/high_drift",
        "/positions/0/low_drift",
    ];
    assert_eq!(pointers, expected);
    assert!(answer.json()["detail"].as_str().is_some_and(|detail| detail.starts_with("7 things are wrong")));
}

#[actix_web::test]
async fn a_name_is_taken_once() {
    let (world, _) = world_with_growth().await;
    let answer = world.post(MODELS, growth_with(&json!({"name": " Growth "}))).await;
    assert_eq!(answer.problem(), (409, "model_name_taken".into()));
    world.post(MODELS, growth_with(&json!({"name": "growth"}))).await.expect(201);
}

#[actix_web::test]
async fn a_model_is_read_with_its_version_as_etag() {
    let (world, path) = world_with_growth().await;
    let answer = world.get(&path).await.expect(200);
    assert_eq!(answer.header("etag"), "\"1\"");
    let upper = format!("/api/v1/model/{}", path.trim_start_matches("/api/v1/model/").to_uppercase());
    assert_eq!(world.get(&upper).await.expect(200).json(), answer.json());
}

#[actix_web::test]
async fn a_caller_who_has_the_version_is_told_that_nothing_changed() {
    let (world, path) = world_with_growth().await;
    let rebalance = rebalance_builder(1).build();
    world.stores.rebalances.append(&rebalance).await.expect("room");
    let asking = |path: &str, tags: &str| TestRequest::get().uri(path).insert_header(("If-None-Match", tags));
    for path in [path, format!("/api/v1/rebalance/{}", rebalance.header.id)] {
        for tags in ["\"1\"", "W/\"1\"", "\"7\", \"1\"", "*"] {
            let answer = world.send(asking(&path, tags)).await.expect(304);
            assert_eq!((answer.text(), answer.header("etag")), ("", "\"1\""), "{tags}");
        }
        let whole = world.get(&path).await.expect(200);
        for tags in ["\"2\"", "1", "", "\"11\"", "\"1", "\"\""] {
            let answer = world.send(asking(&path, tags)).await.expect(200);
            assert_eq!((answer.text(), answer.header("etag")), (whole.text(), "\"1\""), "{tags}");
        }
    }
    let nobody = world.send(asking(NOBODY, "*")).await;
    assert_eq!(nobody.problem(), (404, "model_not_found".into()));
}

#[actix_web::test]
async fn a_malformed_id_is_400_and_an_unknown_one_404() {
    let world = World::new().await;
    for id in ["1", "zzzzzzzzzzzzzzzzzzzzzzzz", "680ad0a32a7a9a1b4c1d2e0", "680ad0a32a7a9a1b4c1d2e011", "%20"] {
        let answer = world.get(&format!("/api/v1/model/{id}")).await;
        assert_eq!(answer.problem(), (400, "invalid_id".into()), "{id}");
        assert_eq!(answer.errors(), [("/model_id".into(), "invalid_id".into())]);
    }
    assert_eq!(world.get(NOBODY).await.problem(), (404, "model_not_found".into()));
}

#[actix_web::test]
async fn an_update_replaces_the_definition_and_counts_the_version_up() {
    let (world, path) = world_with_growth().await;
    let body = growth_with(
        &json!({"name": "Income", "portfolios": [portfolio_id(9).to_string()], "positions": [], "version": 1}),
    );
    let answer = world.put(&path, body).await.expect(200);
    assert_eq!(answer.header("etag"), "\"2\"");
    let now = answer.json();
    assert_eq!((&now["name"], &now["version"], &now["positions"]), (&json!("Income"), &json!(2), &json!([])));
    assert_eq!(world.get(&path).await.expect(200).json(), now);
}

#[actix_web::test]
async fn an_update_of_an_old_version_changes_nothing() {
    let (world, path) = world_with_growth().await;
    world.put(&path, growth_with(&json!({"version": 1}))).await.expect(200);
    let before = world.get(&path).await.json();
    for stale in [1, 3] {
        let answer = world.put(&path, growth_with(&json!({"name": "Other", "version": stale}))).await;
        assert_eq!(answer.problem(), (409, "version_conflict".into()));
        assert!(answer.json()["detail"].as_str().is_some_and(|detail| detail.contains("version 2")));
    }
    assert_eq!(world.get(&path).await.json(), before);
}

#[actix_web::test]
async fn an_update_needs_a_version_that_is_one() {
    let (world, path) = world_with_growth().await;
    let code = |answer: Answer| answer.problem();
    assert_eq!(code(world.put(&path, growth()).await), (422, "required".into()));
    for (version, expected) in [
        (json!(0), "invalid_version"),
        (json!(-1), "invalid_version"),
        (json!(4_294_967_296_u64), "invalid_version"),
        (json!(1.5), "not_an_integer"),
        (json!("1"), "not_an_integer"),
        (json!(null), "not_an_integer"),
    ] {
        let answer = world.put(&path, growth_with(&json!({"version": version}))).await;
        assert_eq!(answer.problem(), (422, expected.into()), "{version}");
    }
}

#[actix_web::test]
async fn an_omitted_date_stays_null_clears_it_and_times_are_read_in_three_forms() {
    let (world, path) = world_with_growth().await;
    // The dates below are in the past.
    world.clock.advance_ms(100 * 24 * 3_600_000);
    let mut version = 1;
    for (change, date) in [
        (json!({"last_rebalance_date": "2026-01-05T14:30:00.5Z"}), json!("2026-01-05T14:30:00.500Z")),
        (json!({}), json!("2026-01-05T14:30:00.500Z")),
        (json!({"last_rebalance_date": "2026-01-05T14:30:00+02:00"}), json!("2026-01-05T12:30:00.000Z")),
        (json!({"last_rebalance_date": null}), json!(null)),
        (json!({"last_rebalance_date": "2026-01-05T14:30:00"}), json!("2026-01-05T14:30:00.000Z")),
    ] {
        let mut body = change.clone();
        body["version"] = json!(version);
        let answer = world.put(&path, growth_with(&body)).await.expect(200).json();
        assert_eq!(answer["last_rebalance_date"], date, "{change}");
        version += 1;
    }
    for date in [json!("yesterday"), json!("2026-01-05"), json!("")] {
        let answer = world.put(&path, growth_with(&json!({"version": version, "last_rebalance_date": date}))).await;
        assert_eq!(answer.problem(), (422, "invalid_date".into()), "{date}");
    }
}

#[actix_web::test]
async fn an_update_cannot_take_another_models_name_but_keeps_its_own() {
    let (world, path) = world_with_growth().await;
    world.post(MODELS, growth_with(&json!({"name": "Income"}))).await.expect(201);
    let answer = world.put(&path, growth_with(&json!({"name": "Income", "version": 1}))).await;
    assert_eq!(answer.problem(), (409, "model_name_taken".into()));
    world.put(&path, growth_with(&json!({"version": 1}))).await.expect(200);
}

#[actix_web::test]
async fn the_path_is_looked_at_before_the_body_and_the_body_before_the_store() {
    let world = World::new().await;
    assert_eq!(world.put("/api/v1/model/short", "{").await.problem().0, 400);
    assert_eq!(world.put(NOBODY, "{").await.problem(), (422, "malformed_json".into()));
    assert_eq!(world.put(NOBODY, growth_with(&json!({"version": 1}))).await.problem(), (404, "model_not_found".into()));
}

#[actix_web::test]
async fn a_model_is_deleted_in_the_version_that_was_read() {
    let (world, path) = world_with_growth().await;
    for (query, status, code) in [
        ("", 422, "required"),
        ("?version=", 422, "not_an_integer"),
        ("?version=one", 422, "not_an_integer"),
        ("?version=1.0", 422, "not_an_integer"),
        ("?version=0", 422, "invalid_version"),
        ("?version=-1", 422, "invalid_version"),
        ("?version=99999999999999999999", 422, "invalid_version"),
        ("?version=2", 409, "version_conflict"),
    ] {
        assert_eq!(world.delete(&format!("{path}{query}")).await.problem(), (status, code.into()), "{query}");
    }
    let gone = world.delete(&format!("{path}?version=1")).await.expect(204);
    assert!(gone.body.is_empty());
    assert_eq!(world.delete(&format!("{path}?version=1")).await.problem(), (404, "model_not_found".into()));
    world.post(MODELS, growth()).await.expect(201);
}

#[actix_web::test]
async fn a_store_that_fails_is_503_and_its_words_stay_inside() {
    let (world, path) = world_with_growth().await;
    for (fault, status, code) in [
        (port_contracts::Fault::Unavailable, 503, "store_unavailable"),
        (port_contracts::Fault::Timeout, 503, "store_unavailable"),
        (port_contracts::Fault::Full, 503, "store_full"),
        (port_contracts::Fault::Corrupt, 500, "stored_data_unreadable"),
    ] {
        world.model_faults.fail_always("get", Some(fault));
        let answer = world.put(&path, growth_with(&json!({"version": 1}))).await;
        assert_eq!(answer.problem(), (status, code.into()), "{fault:?}");
        assert!(!answer.text().contains("a test said"), "{}", answer.text());
    }
}
