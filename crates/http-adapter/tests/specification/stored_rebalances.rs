//! `/rebalance/{id}` and what is below it

use crate::world::{World, worked_example};
use port_contracts::builders::{at, portfolio_id, rebalance_id, security_id};
use port_contracts::{Fault, rebalance_builder};
use serde_json::{Value, json};

const NOBODY: &str = "/api/v1/rebalance/ffffffffffffffffffffffff";

async fn world_with(rebalance: port_contracts::builders::RebalanceBuilder) -> World {
    let world = World::new().await;
    world.stores.rebalances.append(&rebalance.build()).await.expect("room");
    world
}

fn path(n: u32) -> String {
    format!("/api/v1/rebalance/{}", rebalance_id(n))
}

/// The worked example, rebalanced.
async fn worked() -> World {
    let world = World::new().await;
    world.with_worked_example();
    let id = world.create(worked_example(&[1])).await;
    world.post(&format!("/api/v1/model/{id}/rebalance"), "").await.expect(200);
    world
}

#[actix_web::test]
async fn the_worked_example_is_stored_with_all_its_figures() {
    let world = worked().await;
    let record = world.get(&path(1)).await.expect(200).json();
    for (member, value) in [
        ("rebalance_id", json!(rebalance_id(1).to_string())),
        ("model_name", json!("Worked example")),
        ("rebalance_date", json!("2026-01-05T00:00:00.000Z")),
        ("created_at", json!("2026-01-05T00:00:00.000Z")),
        ("number_of_portfolios", json!(1)),
        ("failures", json!([])),
        ("version", json!(1)),
    ] {
        assert_eq!(record[member], value, "{member}");
    }
    let portfolio = &record["portfolios"][0];
    assert_eq!(portfolio["portfolio_name"], "Portfolio 1");
    let figures =
        ["market_value", "cash_before_rebalance", "cash_after_rebalance"].map(|name| portfolio[name].as_f64());
    assert_eq!(figures, [Some(1500.0), Some(420.0), Some(86.0)]);
    let rows = portfolio["positions"].as_array().expect("positions");
    let figures: Vec<_> = rows
        .iter()
        .map(|row| {
            [
                "price",
                "original_quantity",
                "adjusted_quantity",
                "original_position_market_value",
                "adjusted_position_market_value",
                "target",
                "actual",
                "actual_drift",
            ]
            .map(|name| row[name].as_f64().expect("a number"))
        })
        .collect();
    assert_eq!(
        figures,
        [
            [101.0, 10.0, 6.0, 1010.0, 606.0, 0.4, 0.404, 0.01],
            [133.0, 0.0, 3.0, 0.0, 399.0, 0.3, 0.266, -0.113_333],
            [57.0, 0.0, 7.0, 0.0, 399.0, 0.25, 0.266, 0.064],
            [20.0, 3.5, 0.5, 70.0, 10.0, 0.0, 0.006_667, 0.0],
        ]
    );
    let trades: Vec<_> =
        rows.iter().map(|row| (row["transaction_type"].clone(), row["trade_quantity"].clone())).collect();
    let expected = [("SELL", 4), ("BUY", 3), ("BUY", 7), ("SELL", 3)].map(|(side, n)| (json!(side), json!(n)));
    assert_eq!(trades, expected);
    assert_eq!((&rows[0]["trade_date"], &rows[3]["reason"]), (&json!("2026-01-05"), &json!("FractionalResidue")));
}

#[actix_web::test]
async fn stored_numbers_are_json_numbers_with_their_scale_kept() {
    let world = worked().await;
    let text = world.get(&path(1)).await.expect(200).text().to_owned();
    for figure in ["\"price\":101.00,", "\"target\":0.40,", "\"actual\":0.404000,", "\"actual_drift\":-0.113333,"] {
        assert!(text.contains(figure), "{figure} in {text}");
    }
}

#[actix_web::test]
async fn positions_without_a_trade_say_so_with_nulls_and_stand_by_security() {
    let world = world_with(rebalance_builder(1).positions(5)).await;
    let record = world.get(&path(1)).await.expect(200).json();
    let rows = record["portfolios"][0]["positions"].as_array().expect("positions").clone();
    let ids: Vec<_> = rows.iter().map(|row| row["security_id"].as_str().expect("an id").to_owned()).collect();
    assert_eq!(ids, [1, 2, 3, 4, 5].map(|n| security_id(n).to_string()));
    for member in ["transaction_type", "trade_quantity", "trade_date"] {
        assert_eq!(rows[1].get(member), Some(&Value::Null), "{member}");
    }
}

#[actix_web::test]
async fn an_id_is_well_formed_and_known() {
    let world = World::new().await;
    for below in ["", "/failures", "/portfolios", "/portfolio/680ad0a32a7a9a1b4c1d2e01/positions"] {
        let answer = world.get(&format!("/api/v1/rebalance/short{below}")).await;
        assert_eq!(answer.problem(), (400, "invalid_id".into()), "{below}");
        assert_eq!(
            world.get(&format!("{NOBODY}{below}")).await.problem(),
            (404, "rebalance_not_found".into()),
            "{below}"
        );
    }
    let answer = world.get(&format!("{NOBODY}/portfolio/short/positions")).await;
    assert_eq!((answer.problem(), answer.errors()[0].0.as_str()), ((400, "invalid_id".into()), "/portfolio_id"));
}

#[actix_web::test]
async fn a_rebalance_is_deleted_in_the_version_that_was_read() {
    let world = world_with(rebalance_builder(1)).await;
    for (query, status, code) in [
        ("", 422, "required"),
        ("?version=x", 422, "not_an_integer"),
        ("?version=0", 422, "invalid_version"),
        ("?version=2", 409, "version_conflict"),
    ] {
        assert_eq!(world.delete(&format!("{}{query}", path(1))).await.problem(), (status, code.into()), "{query}");
    }
    assert_eq!(world.delete("/api/v1/rebalance/short?version=1").await.problem().0, 400);
    let answer = world.delete(&format!("{}?version=1", path(1))).await.expect(200).json();
    assert!(answer["message"].as_str().is_some_and(|text| text.contains(&rebalance_id(1).to_string())));
    assert_eq!(world.delete(&format!("{}?version=1", path(1))).await.problem(), (404, "rebalance_not_found".into()));
    assert_eq!(world.get(&path(1)).await.problem().0, 404);
    assert_eq!(world.get("/api/v1/rebalances").await.json(), json!([]));
}

#[actix_web::test]
async fn the_portfolios_of_a_rebalance_are_paged_and_counted() {
    let world = world_with(rebalance_builder(1).portfolios([5, 3, 9]).positions(4)).await;
    let whole = world.get(&path(1)).await.json()["portfolios"].clone();
    for (query, range) in [
        ("", 0..3),
        ("?limit=2", 0..2),
        ("?offset=1", 1..3),
        ("?offset=1&limit=1", 1..2),
        ("?limit=0", 0..0),
        ("?offset=3", 3..3),
        ("?offset=99999999999999999999", 3..3),
    ] {
        let answer = world.get(&format!("{}/portfolios{query}", path(1))).await.expect(200);
        assert_eq!(answer.json(), json!(whole.as_array().expect("an array")[range]), "{query}");
        assert_eq!((answer.header("x-total-portfolios"), answer.header("x-total-positions")), ("3", "12"), "{query}");
    }
    for (query, code) in
        [("?offset=-1", "paging_out_of_range"), ("?limit=-1", "paging_out_of_range"), ("?limit=x", "not_an_integer")]
    {
        let answer = world.get(&format!("{}/portfolios{query}", path(1))).await;
        assert_eq!(answer.problem(), (422, code.into()), "{query}");
    }
}

#[actix_web::test]
async fn positions_of_one_portfolio_are_sorted_as_asked() {
    let world = worked().await;
    let at = format!("{}/portfolio/{}/positions", path(1), portfolio_id(1));
    // Market values 606, 399, 399, 10; drifts |actual − target| 0.004, 0.034, 0.016, 0.006667.
    for (sort, expected) in [
        ("", [1, 2, 3, 4]),
        ("security_id", [1, 2, 3, 4]),
        ("-security_id", [4, 3, 2, 1]),
        ("market_value", [4, 2, 3, 1]),
        ("-market_value", [1, 2, 3, 4]),
        ("drift", [1, 4, 3, 2]),
        ("-drift", [2, 3, 4, 1]),
    ] {
        let rows = world.get(&format!("{at}?sort_by={sort}")).await.expect(200).json();
        let ids: Vec<_> = rows.as_array().expect("rows").iter().map(|row| row["security_id"].clone()).collect();
        assert_eq!(ids, expected.map(|n| json!(security_id(n).to_string())), "{sort}");
    }
    let rows = world.get(&at).await.json();
    assert_eq!(rows, world.get(&path(1)).await.json()["portfolios"][0]["positions"]);
    for sort in ["colour", "drift,market_value"] {
        let answer = world.get(&format!("{at}?sort_by={sort}")).await;
        assert_eq!(answer.problem(), (400, "unknown_sort_field".into()), "{sort}");
        assert!(answer.text().contains("market_value, drift, security_id"));
    }
}

#[actix_web::test]
async fn a_missing_rebalance_and_a_missing_portfolio_are_told_apart() {
    let world = world_with(rebalance_builder(1).failed([7])).await;
    for n in [7, 8] {
        let answer = world.get(&format!("{}/portfolio/{}/positions", path(1), portfolio_id(n))).await;
        assert_eq!(answer.problem(), (404, "portfolio_not_in_rebalance".into()));
    }
    let answer = world.get(&format!("{}/portfolio/{}/positions", path(2), portfolio_id(1))).await;
    assert_eq!(answer.problem(), (404, "rebalance_not_found".into()));
}

#[actix_web::test]
async fn failures_are_part_of_the_record() {
    let world = world_with(rebalance_builder(1).date(at(5)).failed([7])).await;
    let record = world.get(&path(1)).await.expect(200).json();
    let failure = &record["failures"][0];
    assert_eq!(failure["portfolio_id"], portfolio_id(7).to_string());
    assert_eq!(failure["code"], "no_feasible_solution");
    assert_eq!(failure["details"][0]["code"], "cash_short");
    assert_eq!(failure["portfolio_name"], json!(null));
    assert_eq!(record["number_of_portfolios"], 1);
}

#[actix_web::test]
async fn what_fails_before_the_first_byte_is_a_problem() {
    let world = world_with(rebalance_builder(1)).await;
    for below in ["", "/portfolios"] {
        world.rebalance_faults.fail_call("portfolios", 1, Fault::Unavailable);
        let answer = world.get(&format!("{}{below}", path(1))).await;
        assert_eq!(answer.problem(), (503, "store_unavailable".into()), "{below}");
        world.rebalance_faults.fail_call("portfolios", 1, Fault::TimeoutAfterwards);
        let answer = world.get(&format!("{}{below}", path(1))).await;
        assert_eq!(answer.problem(), (503, "store_unavailable".into()), "{below}");
    }
}
