//! `POST …/rebalance/preview`

use crate::world::{World, balances, model, position, worked_example};
use port_contracts::UpstreamFault;
use port_contracts::builders::{portfolio_id, security_id};
use serde_json::{Value, json};

async fn world_of(portfolios: &[u32]) -> (World, String) {
    let world = World::new().await;
    world.with_worked_example();
    let id = world.create(worked_example(portfolios)).await;
    (world, format!("/api/v1/model/{id}"))
}

fn of_portfolio(n: u32) -> String {
    format!("/api/v1/portfolio/{}/rebalance/preview", portfolio_id(n))
}

async fn nothing_written(world: &World, path: &str) -> bool {
    let list = world.get("/api/v1/rebalances").await.json();
    list == json!([]) && world.get(path).await.json()["last_rebalance_date"] == json!(null)
}

fn trades(row: &Value) -> Vec<(String, u64)> {
    let rows = row["transactions"].as_array().expect("transactions");
    let name = |row: &Value| row["transaction_type"].as_str().expect("a side").to_owned();
    rows.iter().map(|row| (name(row), row["quantity"].as_u64().expect("a quantity"))).collect()
}

#[actix_web::test]
async fn a_preview_is_the_real_answer_without_a_record() {
    let (world, path) = world_of(&[1]).await;
    let preview = world.post(&format!("{path}/rebalance/preview"), "").await.expect(200).json();
    assert!(nothing_written(&world, &path).await);
    let mut real = world.post(&format!("{path}/rebalance"), "").await.expect(200).json();
    assert_eq!(preview[0]["rebalance_id"], json!(null));
    real[0]["rebalance_id"] = json!(null);
    assert_eq!(preview, real);
}

#[actix_web::test]
async fn a_portfolio_alone_gets_an_object() {
    let (world, path) = world_of(&[1, 2]).await;
    let answer = world.post(&of_portfolio(1), "").await.expect(200).json();
    assert_eq!(trades(&answer), [("SELL".into(), 4), ("SELL".into(), 3), ("BUY".into(), 3), ("BUY".into(), 7)]);
    assert!(nothing_written(&world, &path).await);
}

#[actix_web::test]
async fn nothing_assumed_is_said_in_many_ways() {
    let (world, _) = world_of(&[1]).await;
    let plain = world.post(&of_portfolio(1), "").await.expect(200).json();
    for body in [
        "{}",
        " \n",
        r#"{"cash_delta":null,"cash_reserve":null,"prices":null,"positions":null}"#,
        r#"{"cash_delta":0,"cash_reserve":{},"prices":{}}"#,
        r#"{"cash_reserve":{"amount":null,"fraction":0}}"#,
        r#"{"note":"unknown members are ignored"}"#,
    ] {
        let answer = world.post(&of_portfolio(1), body).await.expect(200).json();
        assert_eq!(trades(&answer), trades(&plain), "{body}");
    }
}

#[actix_web::test]
async fn cash_may_be_added_and_taken() {
    let (world, _) = world_of(&[1]).await;
    let more = world.post(&of_portfolio(1), r#"{"cash_delta":"15000.00"}"#).await.expect(200).json();
    let bought: u64 = trades(&more).iter().filter(|(side, _)| side == "BUY").map(|(_, quantity)| quantity).sum();
    assert!(bought > 50, "{more}");
    let less = world.post(&of_portfolio(1), r#"{"cash_delta":-100000}"#).await;
    assert_eq!(less.problem(), (422, "no_feasible_solution".into()));
}

#[actix_web::test]
async fn a_reserve_is_the_greater_of_amount_and_fraction() {
    let (world, _) = world_of(&[1]).await;
    for (body, proof, sold_c) in [
        (r#"{"cash_reserve":{"fraction":"0.08"}}"#, "search", 6),
        (r#"{"cash_reserve":{"amount":120,"fraction":0.01}}"#, "search", 6),
        (r#"{"cash_reserve":{"amount":86}}"#, "separable", 7),
    ] {
        let answer = world.post(&of_portfolio(1), body).await.expect(200).json();
        assert_eq!(answer["optimality"]["proof"], proof, "{body}");
        assert_eq!(trades(&answer).last(), Some(&("BUY".into(), sold_c)), "{body}");
    }
}

#[actix_web::test]
async fn prices_and_positions_may_be_assumed() {
    let (world, path) = world_of(&[1]).await;
    world.prices.unset("B");
    let body = json!({"prices": {security_id(2).to_string(): "133.00"}}).to_string();
    let answer = world.post(&of_portfolio(1), &body).await.expect(200).json();
    assert_eq!(answer["drifts"][1]["adjusted_quantity"], "3");
    let only_a = format!(r#"{{"positions":[{}]}}"#, position(1, "0.40", "0.08", "0.08"));
    let answer = world.post(&of_portfolio(1), &only_a).await.expect(200).json();
    assert_eq!(trades(&answer), [("SELL".into(), 4), ("SELL".into(), 3)]);
    let none = world.post(&format!("{path}/rebalance/preview"), r#"{"positions":[]}"#).await;
    assert_eq!(none.errors(), [(String::new(), "model_without_positions".into())]);
}

#[actix_web::test]
async fn assumptions_are_checked_and_all_faults_told() {
    let (world, _) = world_of(&[1]).await;
    let id = security_id(1).to_string();
    for (body, pointer, code) in [
        (json!({"cash_delta": "much"}), "/cash_delta".to_owned(), "invalid_decimal"),
        (json!({"cash_delta": "0.000000001"}), "/cash_delta".to_owned(), "too_many_decimals"),
        (json!({"cash_reserve": 5}), "/cash_reserve".to_owned(), "wrong_type"),
        (json!({"cash_reserve": {"amount": -1}}), "/cash_reserve/amount".to_owned(), "reserve_out_of_range"),
        (json!({"cash_reserve": {"amount": "0.000000001"}}), "/cash_reserve/amount".to_owned(), "too_many_decimals"),
        (json!({"cash_reserve": {"fraction": 1.5}}), "/cash_reserve/fraction".to_owned(), "reserve_out_of_range"),
        (json!({"cash_reserve": {"fraction": "0.0000001"}}), "/cash_reserve/fraction".to_owned(), "too_many_decimals"),
        (json!({"prices": []}), "/prices".to_owned(), "wrong_type"),
        (json!({"prices": {"short": 1}}), "/prices/short".to_owned(), "invalid_security_id"),
        (json!({"prices": {id.clone(): 0}}), format!("/prices/{id}"), "price_not_positive"),
        (json!({"prices": {id.clone(): "-1"}}), format!("/prices/{id}"), "price_not_positive"),
        (json!({"prices": {id.clone(): "1.123456789"}}), format!("/prices/{id}"), "too_many_decimals"),
        (json!({"prices": {id.clone(): null}}), format!("/prices/{id}"), "invalid_decimal"),
        (json!({"positions": [{}, {}]}), "/positions/0/security_id".to_owned(), "required"),
    ] {
        let answer = world.post(&of_portfolio(1), body.to_string()).await;
        assert_eq!(answer.problem(), (422, code.into()), "{body}");
        assert_eq!(answer.errors()[0], (pointer, code.into()), "{body}");
    }
    let many = json!({"cash_delta": "x", "cash_reserve": {"amount": -1}, "prices": {"a/b": 1}}).to_string();
    let answer = world.post(&of_portfolio(1), many).await;
    assert_eq!(answer.problem(), (422, "validation_failed".into()));
    let pointers: Vec<_> = answer.errors().into_iter().map(|(pointer, _)| pointer).collect();
    assert_eq!(pointers, ["/cash_delta", "/cash_reserve/amount", "/prices/a~1b"]);
    assert_eq!(world.post(&of_portfolio(1), "{").await.problem(), (422, "malformed_json".into()));
}

#[actix_web::test]
async fn amounts_beyond_what_is_computed_exactly_are_refused() {
    let (world, _) = world_of(&[1]).await;
    for body in [
        json!({"cash_delta": "1000000000000000"}),
        json!({"cash_delta": "9999999999999999999999999999"}),
        json!({"prices": {security_id(1).to_string(): "1000000000"}}),
    ] {
        let answer = world.post(&of_portfolio(1), body.to_string()).await;
        assert_eq!(answer.problem(), (422, "out_of_bounds".into()), "{body}");
    }
}

#[actix_web::test]
async fn failures_are_those_of_the_real_call() {
    let (world, path) = world_of(&[1, 2]).await;
    world.accounting.set(portfolio_id(2), balances("100", &[(77, "1")]));
    let answer = world.post(&format!("{path}/rebalance/preview"), "").await.expect(200).json();
    assert_eq!((&answer[1]["status"], &answer[1]["failure"]["code"]), (&json!("failed"), &json!("security_unknown")));
    assert_eq!(world.post(&of_portfolio(2), "").await.problem(), (422, "security_unknown".into()));
    world.prices.fail(Some(UpstreamFault::Timeout));
    assert_eq!(world.post(&of_portfolio(1), "").await.problem(), (503, "upstream_unavailable".into()));
    let missing = world.post("/api/v1/model/ffffffffffffffffffffffff/rebalance/preview", "").await;
    assert_eq!(missing.problem(), (404, "model_not_found".into()));
    assert_eq!(world.post(&of_portfolio(9), "").await.problem(), (404, "portfolio_in_no_model".into()));
}

#[actix_web::test]
async fn the_model_to_follow_may_be_named() {
    let (world, path) = world_of(&[1]).await;
    let other = world.create(model("Other", &[position(1, "0.10", "0.1", "0.1")], &[1])).await;
    assert_eq!(world.post(&of_portfolio(1), "").await.problem(), (409, "portfolio_in_several_models".into()));
    let answer = world.post(&format!("{}?model_id={other}", of_portfolio(1)), "").await.expect(200).json();
    assert_eq!(answer["drifts"][0]["target"], "0.10");
    let id = path.trim_start_matches("/api/v1/model/");
    let answer = world.post(&format!("{}?model_id={id}", of_portfolio(1)), "").await.expect(200).json();
    assert_eq!(answer["drifts"][0]["target"], "0.40");
    let not_in = world.post(&format!("{}?model_id={other}", of_portfolio(5)), "").await;
    assert_eq!(not_in.problem(), (404, "portfolio_not_in_model".into()));
}
