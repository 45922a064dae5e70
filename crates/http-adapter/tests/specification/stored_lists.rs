//! `GET /rebalances` and `POST /rebalances/portfolios`

use crate::world::World;
use port_contracts::builders::{at, portfolio_id, rebalance_id};
use port_contracts::{Fault, rebalance_builder};
use serde_json::json;

const LIST: &str = "/api/v1/rebalances";
const FIND: &str = "/api/v1/rebalances/portfolios";

/// Rebalances 1 to 12, one second apart; the `n`th has the portfolios 1 to `n`, and every model name comes thrice.
async fn world_of_twelve() -> World {
    let world = World::new().await;
    for n in 1..=12_u32 {
        let rebalance = rebalance_builder(n)
            .date(at(i64::from(n) * 1000))
            .model_name(["Alpha", "beta", "Gamma", "delta"][(n % 4) as usize])
            .portfolios(1..=n)
            .build();
        world.stores.rebalances.append(&rebalance).await.expect("room");
    }
    world
}

/// The numbers of the rebalances that are answered.
fn numbers(answer: &crate::world::Answer) -> Vec<u32> {
    let number = |id: &str| u32::from_str_radix(&id[2..], 16).expect("a number");
    let rows = answer.json();
    let rows = rows.as_array().expect("a bare array");
    rows.iter().map(|row| number(row["rebalance_id"].as_str().expect("an id"))).collect()
}

fn portfolios(numbers: &[u32]) -> String {
    json!({ "portfolios": numbers.iter().map(|n| portfolio_id(*n).to_string()).collect::<Vec<_>>() }).to_string()
}

#[actix_web::test]
async fn an_empty_list_is_an_empty_array() {
    let world = World::new().await;
    let answer = world.get(LIST).await.expect(200);
    assert_eq!((answer.json(), answer.header("x-total-count")), (json!([]), "0"));
}

#[actix_web::test]
async fn the_newest_ten_come_first_with_everything_in_them() {
    let world = world_of_twelve().await;
    let answer = world.get(LIST).await.expect(200);
    assert_eq!(numbers(&answer), [12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
    assert_eq!(answer.header("x-total-count"), "12");
    let first = &answer.json()[0];
    assert_eq!(first["portfolios"].as_array().map(Vec::len), Some(12));
    assert_eq!(first["portfolios"][0]["positions"].as_array().map(Vec::len), Some(2));
    assert_eq!(*first, world.get(&format!("/api/v1/rebalance/{}", rebalance_id(12))).await.json());
}

#[actix_web::test]
async fn pages_are_cut_as_asked() {
    let world = world_of_twelve().await;
    for (query, expected) in [
        ("?limit=2", vec![12, 11]),
        ("?offset=10", vec![2, 1]),
        ("?offset=1&limit=1", vec![11]),
        ("?offset=12", vec![]),
        ("?offset=99999999999999999999999", vec![]),
        ("?limit=100&offset=9", vec![3, 2, 1]),
        ("?offset=11&colour=blue", vec![1]),
    ] {
        assert_eq!(numbers(&world.get(&format!("{LIST}{query}")).await.expect(200)), expected, "{query}");
    }
}

#[actix_web::test]
async fn pages_out_of_range_are_422() {
    let world = World::new().await;
    for (query, code) in [
        ("?limit=0", "paging_out_of_range"),
        ("?limit=101", "paging_out_of_range"),
        ("?limit=-1", "paging_out_of_range"),
        ("?offset=-1", "paging_out_of_range"),
        ("?limit=ten", "not_an_integer"),
        ("?offset=1.0", "not_an_integer"),
        ("?limit=", "not_an_integer"),
        ("?view=tiny", "unknown_view"),
    ] {
        let (get, find) =
            (world.get(&format!("{LIST}{query}")).await, world.post(&format!("{FIND}{query}"), portfolios(&[1])).await);
        assert_eq!(get.problem(), (422, code.into()), "{query}");
        assert_eq!(find.problem(), (422, code.into()), "{query}");
    }
}

#[actix_web::test]
async fn lists_are_sorted_as_asked() {
    let world = world_of_twelve().await;
    for (sort, expected) in [
        ("rebalance_id", [1, 2, 3]),
        ("-rebalance_id", [12, 11, 10]),
        ("rebalance_date", [1, 2, 3]),
        ("-rebalance_date", [12, 11, 10]),
        ("+rebalance_date", [1, 2, 3]),
        ("number_of_portfolios", [1, 2, 3]),
        ("-number_of_portfolios", [12, 11, 10]),
        ("model_name", [4, 8, 12]),
        ("-model_name", [3, 7, 11]),
        ("", [12, 11, 10]),
    ] {
        assert_eq!(
            numbers(&world.get(&format!("{LIST}?limit=3&sort_by={sort}")).await.expect(200)),
            expected,
            "{sort}"
        );
    }
    for sort in ["colour", "rebalance_id,model_name", "market_value", "--rebalance_id"] {
        let answer = world.get(&format!("{LIST}?sort_by={sort}")).await;
        assert_eq!(answer.problem(), (400, "unknown_sort_field".into()), "{sort}");
        for field in ["rebalance_id", "model_name", "rebalance_date", "number_of_portfolios"] {
            assert!(answer.text().contains(field), "{field} is named");
        }
    }
}

#[actix_web::test]
async fn a_summary_leaves_the_portfolios_out_and_reads_none() {
    let world = world_of_twelve().await;
    let answer = world.get(&format!("{LIST}?view=summary&limit=1")).await.expect(200);
    let row = &answer.json()[0];
    assert!(row.get("portfolios").is_none());
    assert!(row.get("failures").is_none());
    assert_eq!(
        (&row["number_of_portfolios"], &row["failure_counts"], &row["version"]),
        (&json!(12), &json!({}), &json!(1))
    );
    assert_eq!(world.rebalance_faults.calls("portfolios"), 0);
    let full = world.get(&format!("{LIST}?view=full&limit=1")).await.expect(200).json();
    assert!(full[0].get("portfolios").is_some());
}

#[actix_web::test]
async fn rebalances_are_found_by_any_of_their_portfolios() {
    let world = world_of_twelve().await;
    for (wanted, query, expected, total) in [
        (&[11][..], "", vec![12, 11], "2"),
        (&[12, 10], "", vec![12, 11, 10], "3"),
        (&[12, 99], "?sort_by=rebalance_date", vec![12], "1"),
        (&[99], "", vec![], "0"),
        (&[9], "?limit=2&offset=1&sort_by=rebalance_id", vec![10, 11], "4"),
    ] {
        let answer = world.post(&format!("{FIND}{query}"), portfolios(wanted)).await.expect(200);
        assert_eq!((numbers(&answer), answer.header("x-total-count")), (expected, total), "{wanted:?}{query}");
    }
    let whole = world.post(FIND, portfolios(&[12])).await.expect(200).json();
    assert_eq!(whole[0]["portfolios"].as_array().map(Vec::len), Some(12), "whole rebalances, not only the portfolio");
    let summary = world.post(&format!("{FIND}?view=summary"), portfolios(&[12])).await.expect(200).json();
    assert!(summary[0].get("portfolios").is_none());
}

#[actix_web::test]
async fn a_search_names_at_least_one_portfolio() {
    let world = World::new().await;
    for (body, code) in [
        (portfolios(&[]), "no_portfolios"),
        (portfolios(&[1, 1]), "duplicate_portfolio"),
        ("{}".into(), "required"),
        (r#"{"portfolios":["x"]}"#.into(), "invalid_portfolio_id"),
        (String::new(), "malformed_json"),
    ] {
        assert_eq!(world.post(FIND, &body).await.problem(), (422, code.into()), "{body}");
    }
}

#[actix_web::test]
async fn a_search_needs_no_key_and_ignores_one() {
    let world = world_of_twelve().await;
    for _ in 0..2 {
        world.keyed("search", FIND, &portfolios(&[1])).await.expect(200);
    }
    assert_eq!(world.request_faults.calls("claim"), 0);
}

#[actix_web::test]
async fn what_fails_before_the_first_byte_is_a_problem() {
    let world = world_of_twelve().await;
    world.rebalance_faults.fail_call("list", 1, Fault::Timeout);
    assert_eq!(world.get(LIST).await.problem(), (503, "store_unavailable".into()));
    world.rebalance_faults.fail_call("portfolios", 3, Fault::Corrupt);
    assert_eq!(world.get(LIST).await.problem(), (500, "stored_data_unreadable".into()));
}

#[actix_web::test]
async fn a_summary_counts_failures_by_code_and_the_record_lists_them_in_pages() {
    let world = World::new().await;
    let rebalance = rebalance_builder(1).portfolios(1..=2).failed(10..=49).build();
    world.stores.rebalances.append(&rebalance).await.expect("room");
    let answer = world.get(&format!("{LIST}?view=summary")).await.expect(200);
    let code = rebalance.header.failures[0].code.code();
    assert_eq!(answer.json()[0]["failure_counts"], json!({ code: 40 }));
    assert!(answer.text().len() < 400, "{}", answer.text());

    let failures = format!("/api/v1/rebalance/{}/failures", rebalance.header.id);
    let ids = |answer: &crate::world::Answer| -> Vec<String> {
        let rows = answer.json();
        let rows = rows.as_array().expect("an array");
        rows.iter().map(|row| row["portfolio_id"].as_str().expect("an id").to_owned()).collect()
    };
    let expected: Vec<_> = (10..=49).map(|n| portfolio_id(n).to_string()).collect();
    let whole = world.get(&failures).await.expect(200);
    assert_eq!((ids(&whole), whole.header("x-total-count")), (expected.clone(), "40"));
    let record = world.get(&format!("/api/v1/rebalance/{}", rebalance.header.id)).await.expect(200).json();
    assert_eq!(record["failures"], whole.json());
    for (query, rows) in
        [("?offset=38", 38..40), ("?limit=3", 0..3), ("?offset=5&limit=2", 5..7), ("?offset=40", 40..40)]
    {
        let page = world.get(&format!("{failures}{query}")).await.expect(200);
        assert_eq!((ids(&page), page.header("x-total-count")), (expected[rows].to_vec(), "40"), "{query}");
    }
    assert_eq!(world.get(&format!("{failures}?limit=-1")).await.problem(), (422, "paging_out_of_range".into()));
}
