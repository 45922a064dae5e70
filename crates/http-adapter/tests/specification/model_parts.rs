//! `/model/{id}/position` and `/model/{id}/portfolio`

use crate::world::{World, model, position};
use port_contracts::builders::{portfolio_id, security_id};
use serde_json::{Value, json};

async fn world_with(positions: &[String], portfolios: &[u32]) -> (World, String) {
    let world = World::new().await;
    let id = world.create(model("M", positions, portfolios)).await;
    (world, format!("/api/v1/model/{id}"))
}

fn portfolios(numbers: &[u32]) -> String {
    let ids: Vec<_> = numbers.iter().map(|n| portfolio_id(*n).to_string()).collect();
    json!({ "portfolios": ids }).to_string()
}

fn securities(model: &Value) -> Vec<String> {
    let rows = model["positions"].as_array().expect("positions");
    rows.iter().map(|row| row["security_id"].as_str().expect("an id").to_owned()).collect()
}

#[actix_web::test]
async fn a_position_is_added_at_the_end() {
    let (world, path) = world_with(&[position(2, "0.1", "0", "0")], &[1]).await;
    let answer = world.post(&format!("{path}/position"), position(1, "\"0.050\"", "0.01", "0.02")).await.expect(200);
    assert_eq!(securities(&answer.json()), [security_id(2).to_string(), security_id(1).to_string()]);
    assert_eq!(answer.json()["positions"][1]["target"], "0.050");
    assert_eq!((answer.json()["version"].clone(), answer.header("etag")), (json!(2), "\"2\""));
    assert_eq!(world.get(&path).await.json(), answer.json());
}

#[actix_web::test]
async fn adding_refuses_what_is_there_what_is_too_much_and_what_says_nothing() {
    let (world, path) = world_with(&[position(1, "0.9", "0", "0")], &[1]).await;
    let at = format!("{path}/position");
    for (body, status, code, pointer) in [
        (position(1, "0.01", "0", "0"), 409, "position_exists", "/security_id"),
        (position(2, "0.055", "0", "0"), 422, "target_sum_exceeded", "/positions"),
        (position(2, "0", "0", "0"), 422, "zero_target", "/target"),
        (position(2, "0.001", "0", "0"), 422, "target_not_a_multiple", "/target"),
        (position(2, "0.01", "0.2", "0.1"), 422, "low_drift_above_high_drift", "/low_drift"),
    ] {
        let answer = world.post(&at, &body).await;
        assert_eq!(answer.problem(), (status, code.into()), "{body}");
        assert_eq!(answer.errors(), [(pointer.into(), code.into())], "{body}");
    }
    assert_eq!(world.get(&path).await.json()["version"], 1);
}

#[actix_web::test]
async fn a_position_is_changed_in_place() {
    let (world, path) = world_with(&[position(1, "0.1", "0", "0"), position(2, "0.2", "0", "0")], &[1]).await;
    let at = format!("{path}/position");
    let answer = world.put(&at, position(1, "0.15", "0.01", "0.02")).await.expect(200).json();
    assert_eq!(answer["positions"][0]["target"], "0.15");
    assert_eq!(answer["positions"][0]["high_drift"], "0.02");
    assert_eq!(answer["version"], 2);
    assert_eq!(world.put(&at, position(3, "0.1", "0", "0")).await.problem(), (404, "position_not_found".into()));
    assert_eq!(world.put(&at, position(1, "0.80", "0", "0")).await.problem(), (422, "target_sum_exceeded".into()));
    let answer = world.put(&at, position(1, "0", "0", "0")).await.expect(200).json();
    assert_eq!(securities(&answer), [security_id(2).to_string()], "a target of 0 is dropped on save");
}

#[actix_web::test]
async fn a_position_is_removed_when_all_values_are_numerically_equal() {
    let (world, path) = world_with(&[position(1, "0.1", "0.01", "0.02")], &[1]).await;
    let at = format!("{path}/position");
    for other in
        [position(1, "0.105", "0.01", "0.02"), position(1, "0.1", "0.011", "0.02"), position(1, "0.1", "0.01", "0.03")]
    {
        assert_eq!(world.delete_with(&at, other).await.problem(), (409, "position_differs".into()));
    }
    let absent = world.delete_with(&at, position(9, "0.1", "0.01", "0.02")).await;
    assert_eq!(absent.problem(), (404, "position_not_found".into()));
    let answer = world.delete_with(&at, position(1, "\"0.100\"", "1e-2", "\"0.0200\"")).await.expect(200).json();
    assert_eq!((&answer["positions"], &answer["version"]), (&json!([]), &json!(2)));
}

#[actix_web::test]
async fn a_position_in_a_body_is_whole() {
    let (world, path) = world_with(&[position(1, "0.1", "0.01", "0.02")], &[1]).await;
    let at = format!("{path}/position");
    let part = json!({"security_id": security_id(1).to_string()}).to_string();
    for answer in [world.post(&at, &part).await, world.put(&at, &part).await, world.delete_with(&at, &part).await] {
        assert_eq!(answer.problem(), (422, "required".into()));
        let pointers: Vec<_> = answer.errors().into_iter().map(|(pointer, _)| pointer).collect();
        assert_eq!(pointers, ["/target", "/high_drift", "/low_drift"]);
    }
}

#[actix_web::test]
async fn portfolios_are_added_and_those_there_are_ignored() {
    let (world, path) = world_with(&[], &[1, 2]).await;
    let at = format!("{path}/portfolio");
    let answer = world.post(&at, portfolios(&[2, 3])).await.expect(200).json();
    let expected = json!([portfolio_id(1).to_string(), portfolio_id(2).to_string(), portfolio_id(3).to_string()]);
    assert_eq!((&answer["portfolios"], &answer["version"]), (&expected, &json!(2)));
    let answer = world.post(&at, portfolios(&[1])).await.expect(200).json();
    assert_eq!(answer["version"], 2, "nothing changed");
}

#[actix_web::test]
async fn portfolios_are_removed_and_absent_ones_are_ignored() {
    let (world, path) = world_with(&[], &[1, 2]).await;
    let at = format!("{path}/portfolio");
    let answer = world.delete_with(&at, portfolios(&[2, 9])).await.expect(200).json();
    assert_eq!(answer["portfolios"], json!([portfolio_id(1).to_string()]));
    let last = world.delete_with(&at, portfolios(&[1])).await;
    assert_eq!(last.problem(), (400, "last_portfolio".into()));
    assert_eq!(world.get(&path).await.json()["portfolios"], json!([portfolio_id(1).to_string()]));
}

#[actix_web::test]
async fn a_list_of_portfolios_has_at_least_one_and_none_twice() {
    let (world, path) = world_with(&[], &[1]).await;
    let at = format!("{path}/portfolio");
    for (body, code) in [
        (portfolios(&[]), "no_portfolios"),
        (portfolios(&[5, 5]), "duplicate_portfolio"),
        ("{}".to_owned(), "required"),
        (json!({"portfolios": ["x"]}).to_string(), "invalid_portfolio_id"),
        (json!({"portfolios": {}}).to_string(), "wrong_type"),
    ] {
        assert_eq!(world.post(&at, &body).await.problem(), (422, code.into()), "{body}");
        assert_eq!(world.delete_with(&at, &body).await.problem(), (422, code.into()), "{body}");
    }
}

#[actix_web::test]
async fn parts_of_unknown_models_are_404_and_of_malformed_ids_400() {
    let world = World::new().await;
    for (id, status) in [("ffffffffffffffffffffffff", 404), ("short", 400)] {
        let (at, body) = (format!("/api/v1/model/{id}/position"), position(1, "0.1", "0", "0"));
        assert_eq!(world.post(&at, &body).await.problem().0, status);
        assert_eq!(world.put(&at, &body).await.problem().0, status);
        assert_eq!(world.delete_with(&at, &body).await.problem().0, status);
        let (at, body) = (format!("/api/v1/model/{id}/portfolio"), portfolios(&[1]));
        assert_eq!(world.post(&at, &body).await.problem().0, status);
        assert_eq!(world.delete_with(&at, &body).await.problem().0, status);
    }
}
