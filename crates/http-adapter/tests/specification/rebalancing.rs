//! `POST /model/{id}/rebalance` and `POST /portfolio/{id}/rebalance`

use crate::world::{World, balances, model, position, worked_example};
use domain::Reserve;
use port_contracts::builders::{decimal, portfolio_id, rebalance_id, security_id};
use port_contracts::{Fault, UpstreamFault};
use serde_json::{Value, json};
use std::time::Duration;

/// The worked example's market, and a model that these portfolios follow.
async fn world_of(portfolios: &[u32]) -> (World, String) {
    let world = World::new().await;
    world.with_worked_example();
    let id = world.create(worked_example(portfolios)).await;
    (world, format!("/api/v1/model/{id}"))
}

fn portfolio(n: u32) -> String {
    format!("/api/v1/portfolio/{}", portfolio_id(n))
}

async fn stored(world: &World) -> usize {
    let list = world.get("/api/v1/rebalances?limit=100&view=summary").await.expect(200).json();
    list.as_array().expect("an array").len()
}

fn drift(n: u32, figures: [&str; 6], reason: &str) -> Value {
    let [original, adjusted, target, low, high, actual] = figures;
    json!({
        "security_id": security_id(n).to_string(), "original_quantity": original, "adjusted_quantity": adjusted,
        "target": target, "low_drift": low, "high_drift": high, "actual": actual, "reason": reason,
    })
}

fn trade(kind: &str, n: u32, quantity: u32) -> Value {
    json!({"transaction_type": kind, "security_id": security_id(n).to_string(), "quantity": quantity, "trade_date": "2026-01-05"})
}

/// The worked example of the optimizer's documentation, as callers read it.
fn worked_answer() -> Value {
    json!({
        "portfolio_id": portfolio_id(1).to_string(), "portfolio_name": "Portfolio 1",
        "rebalance_id": rebalance_id(1).to_string(), "status": "rebalanced", "failure": null,
        "transactions": [trade("SELL", 1, 4), trade("SELL", 4, 3), trade("BUY", 2, 3), trade("BUY", 3, 7)],
        "drifts": [
            drift(1, ["10", "6", "0.40", "0.08", "0.08", "0.4040"], "WholeShareRounding"),
            drift(2, ["0", "3", "0.30", "0.10", "0.10", "0.2660"], "WholeShareRounding"),
            drift(3, ["0", "7", "0.25", "0.10", "0.10", "0.2660"], "WholeShareRounding"),
            drift(4, ["3.5", "0.5", "0", "0", "0", "0.0067"], "FractionalResidue"),
        ],
        "optimality": {"status": "proven", "proof": "separable", "objective": "91", "lower_bound": "91", "ties": "settled",
            "cut_short": false},
    })
}

/// Numbers that are equal in value: an objective may be written 91, 91.0 or 91.00.
fn with_plain_objective(mut answer: Value) -> Value {
    for name in ["objective", "lower_bound"] {
        let text = answer["optimality"][name].as_str().expect("a string").to_owned();
        answer["optimality"][name] = json!(decimal(&text).normalized().to_string());
    }
    answer
}

#[actix_web::test]
async fn the_worked_example_is_answered_in_full() {
    let (world, path) = world_of(&[1]).await;
    let answer = world.post(&format!("{path}/rebalance"), "").await.expect(200).json();
    let rows = answer.as_array().expect("an array").clone();
    assert_eq!(rows.len(), 1);
    assert_eq!(with_plain_objective(rows[0].clone()), worked_answer());
}

#[actix_web::test]
async fn a_portfolio_alone_gets_an_object() {
    let (world, _) = world_of(&[1, 2]).await;
    let answer = world.post(&format!("{}/rebalance", portfolio(1)), "").await.expect(200).json();
    assert_eq!(with_plain_objective(answer), worked_answer());
    let record = world.get(&format!("/api/v1/rebalance/{}", rebalance_id(1))).await.expect(200).json();
    assert_eq!(record["number_of_portfolios"], 1);
}

#[actix_web::test]
async fn actual_is_rounded_once_from_the_exact_value() {
    let world = World::new().await;
    world.securities.set(security_id(1), "A");
    world.prices.set("A", "0.12345");
    world.accounting.set(portfolio_id(1), balances("0.87655", &[(1, "1")]));
    let id = world.create(model("M", &[position(1, "0.10", "0.10", "0.90")], &[1])).await;
    let answer = world.post(&format!("/api/v1/model/{id}/rebalance/preview"), "").await.expect(200).json();
    // 0.12345 of 1: exactly half way between two values of four decimals, to the even one.
    assert_eq!(answer[0]["drifts"][0]["actual"], "0.1234");
}

#[actix_web::test]
async fn there_is_one_entry_per_portfolio_in_the_models_order() {
    let (world, path) = world_of(&[3, 1, 2]).await;
    world.accounting.set(portfolio_id(3), balances("1000000", &[]));
    let answer = world.post(&format!("{path}/rebalance"), "").await.expect(200).json();
    let rows = answer.as_array().expect("an array");
    let ids: Vec<_> = rows.iter().map(|row| row["portfolio_id"].as_str().expect("an id").to_owned()).collect();
    assert_eq!(ids, [3, 1, 2].map(|n| portfolio_id(n).to_string()));
    assert!(rows.iter().all(|row| row["rebalance_id"] == rows[0]["rebalance_id"]));
    assert_eq!(rows[2]["transactions"], json!([]), "portfolio 2 was never funded: a success without trades");
    assert_eq!(rows[2]["status"], "rebalanced");
}

#[actix_web::test]
async fn a_rebalance_dates_the_model_and_leaves_its_version_alone() {
    let (world, path) = world_of(&[1]).await;
    world.post(&format!("{path}/rebalance"), "").await.expect(200);
    let now = world.get(&path).await.json();
    assert_eq!((&now["last_rebalance_date"], &now["version"]), (&json!("2026-01-05T00:00:00.000Z"), &json!(1)));
    world.clock.advance_ms(60_000);
    world.post(&format!("{}/rebalance", portfolio(1)), "").await.expect(200);
    assert_eq!(world.get(&path).await.json()["last_rebalance_date"], "2026-01-05T00:01:00.000Z");
}

#[actix_web::test]
async fn a_rebalance_reads_prices_securities_and_names_once() {
    let (world, path) = world_of(&[1, 2, 3]).await;
    world.post(&format!("{path}/rebalance"), "").await.expect(200);
    let calls = (world.prices.calls(), world.securities.calls().len(), world.directory.calls().len());
    assert_eq!((calls, world.accounting.calls().len()), ((1, 1, 1), 3));
}

#[actix_web::test]
async fn the_model_and_the_portfolio_must_be_there() {
    let (world, path) = world_of(&[1]).await;
    let missing = world.post("/api/v1/model/ffffffffffffffffffffffff/rebalance", "").await;
    assert_eq!(missing.problem(), (404, "model_not_found".into()));
    let nowhere = world.post(&format!("{}/rebalance", portfolio(9)), "").await;
    assert_eq!(nowhere.problem(), (404, "portfolio_in_no_model".into()));
    assert_eq!(world.post("/api/v1/portfolio/short/rebalance", "").await.problem(), (400, "invalid_id".into()));
    assert_eq!(world.post("/api/v1/model/short/rebalance", "").await.problem(), (400, "invalid_id".into()));
    let id = path.trim_start_matches("/api/v1/model/");
    let not_in = world.post(&format!("{}/rebalance?model_id={id}", portfolio(9)), "").await;
    assert_eq!(not_in.problem(), (404, "portfolio_not_in_model".into()));
    let no_id = world.post(&format!("{}/rebalance?model_id=x", portfolio(1)), "").await;
    assert_eq!(no_id.problem(), (422, "invalid_model_id".into()));
    let no_model = world.post(&format!("{}/rebalance?model_id=ffffffffffffffffffffffff", portfolio(1)), "").await;
    assert_eq!(no_model.problem(), (404, "model_not_found".into()));
    assert_eq!(stored(&world).await, 0);
}

#[actix_web::test]
async fn a_portfolio_in_two_models_needs_one_of_them_named() {
    let (world, path) = world_of(&[1]).await;
    let other = world.create(model("Other", &[position(1, "0.40", "0.2", "0.2")], &[1])).await;
    let answer = world.post(&format!("{}/rebalance", portfolio(1)), "").await;
    assert_eq!(answer.problem(), (409, "portfolio_in_several_models".into()));
    let id = path.trim_start_matches("/api/v1/model/");
    for named in [id, other.as_str(), "Worked example", "Other", "?model_id="] {
        assert!(answer.json()["detail"].as_str().is_some_and(|detail| detail.contains(named)), "{named}");
    }
    let answer = world.post(&format!("{}/rebalance?model_id={other}", portfolio(1)), "").await.expect(200).json();
    let record = world.get(&format!("/api/v1/rebalance/{}", answer["rebalance_id"].as_str().expect("an id"))).await;
    assert_eq!(record.json()["model_name"], "Other");
}

#[actix_web::test]
async fn a_model_without_positions_aims_at_nothing() {
    let world = World::new().await;
    world.with_worked_example();
    let id = world.create(model("Empty", &[], &[1])).await;
    for path in [format!("/api/v1/model/{id}/rebalance"), format!("{}/rebalance", portfolio(1))] {
        let answer = world.post(&path, "").await;
        assert_eq!(answer.problem(), (422, "no_feasible_solution".into()));
        assert_eq!(answer.errors(), [(String::new(), "model_without_positions".into())]);
    }
}

#[actix_web::test]
async fn what_cannot_be_solved_is_422_with_its_reasons() {
    let world = World::new().await;
    world.with_worked_example();
    world.accounting.set(portfolio_id(1), balances("150", &[]));
    let id = world.create(model("Narrow", &[position(1, "0.10", "0.01", "0.01")], &[1])).await;
    let answer = world.post(&format!("/api/v1/model/{id}/rebalance"), "").await;
    assert_eq!(answer.problem(), (422, "no_feasible_solution".into()));
    assert_eq!(answer.json()["detail"], "no feasible solution exists");
    let first = answer.json()["errors"][0].clone();
    assert_eq!(first["security_id"], security_id(1).to_string());
    assert!(first["message"].as_str().is_some_and(|text| text.len() > 30), "{first}");
    assert_eq!(stored(&world).await, 0);
    assert_eq!(world.get(&format!("/api/v1/model/{id}")).await.json()["last_rebalance_date"], json!(null));
}

#[actix_web::test]
async fn a_negative_market_value_has_no_solution() {
    let (world, path) = world_of(&[1]).await;
    world.accounting.set(portfolio_id(1), balances("-5000", &[(1, "10")]));
    let answer = world.post(&format!("{path}/rebalance"), "").await;
    assert_eq!(answer.problem(), (422, "no_feasible_solution".into()));
    assert!(!answer.errors().is_empty());
}

#[actix_web::test]
async fn negative_cash_shorts_and_fractions_are_valid_input() {
    let (world, path) = world_of(&[1, 2, 3]).await;
    world.accounting.set(portfolio_id(1), balances("-300", &[(1, "100")]));
    world.accounting.set(portfolio_id(2), balances("10000", &[(2, "-35.5")]));
    world.accounting.set(portfolio_id(3), balances("50000", &[(3, "10.12345678")]));
    let answer = world.post(&format!("{path}/rebalance"), "").await.expect(200).json();
    for row in answer.as_array().expect("an array") {
        assert_eq!(row["status"], "rebalanced", "{row}");
    }
    assert_eq!(answer[1]["drifts"][1]["original_quantity"], "-35.5");
}

#[actix_web::test]
async fn a_security_without_a_price_or_a_name_is_named() {
    let (world, path) = world_of(&[1]).await;
    world.prices.unset("B");
    let answer = world.post(&format!("{path}/rebalance"), "").await;
    assert_eq!(answer.problem(), (422, "price_missing".into()));
    assert!(answer.json()["detail"].as_str().is_some_and(|text| text.contains(&security_id(2).to_string())));
    assert_eq!(answer.json()["errors"][0]["security_id"], security_id(2).to_string());
    world.prices.set("B", "133.00");
    world.accounting.set(portfolio_id(1), balances("420", &[(77, "1")]));
    let answer = world.post(&format!("{}/rebalance", portfolio(1)), "").await;
    assert_eq!(answer.problem(), (422, "security_unknown".into()));
    assert!(answer.text().contains(&security_id(77).to_string()));
    assert_eq!(stored(&world).await, 0);
}

#[actix_web::test]
async fn some_failures_leave_the_others_alone_and_are_listed() {
    let (world, path) = world_of(&[2, 1, 3]).await;
    world.accounting.set(portfolio_id(2), balances("100", &[(77, "1")]));
    world.accounting.fail_for(portfolio_id(3), UpstreamFault::Invalid);
    let answer = world.post(&format!("{path}/rebalance"), "").await.expect(200).json();
    let failed = &answer[0];
    assert_eq!((&failed["status"], &failed["failure"]["code"]), (&json!("failed"), &json!("security_unknown")));
    assert_eq!(failed["failure"]["details"][0]["security_id"], security_id(77).to_string());
    for (member, empty) in [("transactions", json!([])), ("drifts", json!([])), ("optimality", json!(null))] {
        assert_eq!(failed[member], empty, "{member}");
    }
    assert_eq!(failed["rebalance_id"], answer[1]["rebalance_id"]);
    assert_eq!(answer[1]["status"], "rebalanced");
    assert_eq!(answer[2]["failure"]["code"], "upstream_invalid");
    let record = world.get(&format!("/api/v1/rebalance/{}", rebalance_id(1))).await.expect(200).json();
    assert_eq!((&record["number_of_portfolios"], record["failures"].as_array().map(Vec::len)), (&json!(1), Some(2)));
    let first = &record["failures"][0];
    assert_eq!(
        (&first["portfolio_id"], &first["code"]),
        (&json!(portfolio_id(2).to_string()), &json!("security_unknown"))
    );
}

#[actix_web::test]
async fn when_all_fail_the_code_is_theirs_if_they_agree() {
    let (world, path) = world_of(&[1, 2]).await;
    for n in [1, 2] {
        world.accounting.set(portfolio_id(n), balances("-5000", &[(1, "10")]));
    }
    let answer = world.post(&format!("{path}/rebalance"), "").await;
    assert_eq!(answer.problem(), (422, "no_feasible_solution".into()));
    let errors = answer.json()["errors"].as_array().cloned().expect("errors");
    for n in [1, 2] {
        assert!(errors.iter().any(|error| error["portfolio_id"] == portfolio_id(n).to_string()), "portfolio {n}");
    }
    world.accounting.set(portfolio_id(2), balances("100", &[(77, "1")]));
    let answer = world.post(&format!("{path}/rebalance"), "").await;
    assert_eq!(answer.problem(), (422, "all_portfolios_failed".into()));
    let codes: Vec<_> = answer.errors().into_iter().map(|(_, code)| code).collect();
    assert!(codes.contains(&"no_feasible_solution".into()) && codes.contains(&"security_unknown".into()), "{codes:?}");
    assert_eq!(stored(&world).await, 0);
    assert_eq!(world.get(&path).await.json()["last_rebalance_date"], json!(null));
}

#[actix_web::test]
async fn unusable_data_of_an_upstream_is_502() {
    let (world, path) = world_of(&[1]).await;
    world.accounting.fail_for(portfolio_id(1), UpstreamFault::Invalid);
    let answer = world.post(&format!("{}/rebalance", portfolio(1)), "").await;
    assert_eq!(answer.problem(), (502, "upstream_invalid".into()));
    world.prices.fail(Some(UpstreamFault::Invalid));
    let answer = world.post(&format!("{path}/rebalance"), "").await;
    assert_eq!(answer.problem(), (502, "upstream_invalid".into()));
    assert!(answer.text().contains("pricing_service") && !answer.text().contains("a test said"));
}

#[actix_web::test]
async fn an_outage_ends_the_run_and_stores_nothing() {
    type Break = fn(&World, Option<UpstreamFault>);
    let (world, path) = world_of(&[1, 2]).await;
    let services: [(&str, Break); 3] = [
        ("portfolio_accounting", |world, fault| world.accounting.fail(fault)),
        ("pricing_service", |world, fault| world.prices.fail(fault)),
        ("security_service", |world, fault| world.securities.fail(fault)),
    ];
    let faults = [
        (UpstreamFault::Unavailable, "5"),
        (UpstreamFault::UnavailableFor(Duration::from_millis(1500)), "2"),
        (UpstreamFault::Timeout, "5"),
        (UpstreamFault::CircuitOpen(Duration::from_secs(17)), "17"),
    ];
    for (service, break_it) in services {
        for (fault, retry_after) in faults {
            break_it(&world, Some(fault));
            let answer = world.post(&format!("{path}/rebalance"), "").await;
            assert_eq!(answer.problem(), (503, "upstream_unavailable".into()), "{service} {fault:?}");
            assert_eq!(answer.header("retry-after"), retry_after, "{service} {fault:?}");
            assert!(answer.text().contains(service) && !answer.text().contains("a test said"), "{}", answer.text());
        }
        break_it(&world, None);
    }
    assert_eq!(stored(&world).await, 0);
    assert_eq!(world.get(&path).await.json()["last_rebalance_date"], json!(null));
}

#[actix_web::test]
async fn names_are_not_needed() {
    let (world, path) = world_of(&[1]).await;
    world.directory.fail(Some(UpstreamFault::Unavailable));
    let answer = world.post(&format!("{path}/rebalance"), "").await.expect(200).json();
    assert_eq!((&answer[0]["portfolio_name"], &answer[0]["status"]), (&json!(null), &json!("rebalanced")));
}

#[actix_web::test]
async fn a_record_that_cannot_be_written_is_503_and_no_date_moves() {
    let (world, path) = world_of(&[1]).await;
    world.rebalance_faults.fail_call("append", 1, Fault::Unavailable);
    let answer = world.post(&format!("{path}/rebalance"), "").await;
    assert_eq!(answer.problem(), (503, "store_unavailable".into()));
    assert_eq!((stored(&world).await, &world.get(&path).await.json()["last_rebalance_date"]), (0, &json!(null)));
}

#[actix_web::test]
async fn a_record_that_was_written_although_the_store_failed_is_a_success() {
    let (world, path) = world_of(&[1]).await;
    world.rebalance_faults.fail_call("append", 1, Fault::TimeoutAfterwards);
    world.post(&format!("{path}/rebalance"), "").await.expect(200);
    assert_eq!(stored(&world).await, 1);
}

#[actix_web::test]
async fn time_that_is_up_before_the_write_is_503_and_nothing_is_stored() {
    let world = World::with(|config| config.request_timeout = Duration::ZERO).await;
    world.with_worked_example();
    let model = port_contracts::model_builder(1).position(1, "0.40", "0.2", "0.2").build();
    world.stores.models.insert(&model).await.expect("an empty store");
    let path = format!("/api/v1/model/{}", model.id);
    for path in
        [format!("{path}/rebalance"), format!("{path}/rebalance/preview"), format!("{}/rebalance", portfolio(1))]
    {
        assert_eq!(world.post(&path, "").await.problem(), (503, "request_timeout".into()), "{path}");
    }
    assert!(world.stores.rebalances.header(rebalance_id(1)).await.expect("works").is_none());
}

#[actix_web::test]
async fn a_write_that_has_begun_is_finished_although_the_time_is_up() {
    let world = World::with(|config| config.request_timeout = Duration::from_secs(2)).await;
    world.with_worked_example();
    let id = world.create(worked_example(&[1])).await;
    let gate = world.rebalance_faults.block("append");
    let path = format!("/api/v1/model/{id}/rebalance");
    let late = async {
        while world.rebalance_faults.calls("append") == 0 {
            tokio::task::yield_now().await;
        }
        // The deadline is one of real time: nothing else shows that it has passed.
        tokio::time::sleep(Duration::from_millis(2100)).await;
        gate.open();
    };
    let (answer, ()) = futures::join!(world.post(&path, ""), late);
    answer.expect(200);
    assert_eq!(stored(&world).await, 1);
}

#[actix_web::test]
async fn the_configured_reserve_is_kept() {
    let reserve = Reserve::new(decimal("0"), decimal("0.08")).expect("valid");
    let world = World::configured(|_| (), |settings| settings.reserve = reserve).await;
    world.with_worked_example();
    let id = world.create(worked_example(&[1])).await;
    let answer = world.post(&format!("/api/v1/model/{id}/rebalance"), "").await.expect(200).json();
    assert_eq!(answer[0]["optimality"]["proof"], "search");
    let record = world.get(&format!("/api/v1/rebalance/{}", rebalance_id(1))).await.json();
    assert_eq!(record["portfolios"][0]["cash_after_rebalance"].as_f64(), Some(143.0));
}

#[actix_web::test]
async fn overlapping_rebalances_of_one_model_are_two_records() {
    let (world, path) = world_of(&[1, 2, 3]).await;
    let path = format!("{path}/rebalance");
    let answers = futures::future::join_all((0..8).map(|_| world.post(&path, ""))).await;
    let ids: std::collections::HashSet<_> =
        answers.into_iter().map(|answer| answer.expect(200).json()[0]["rebalance_id"].to_string()).collect();
    assert_eq!((ids.len(), stored(&world).await), (8, 8));
}
