//! Accounting: lists of balance rows.

use serde_json::{Value, json};
use simulator::{PortfolioKind, Service, Simulator};

use crate::support::{get, members, portfolio_of, start};

fn page(simulator: &Simulator, query: &str) -> Value {
    let reply = get(simulator, Service::Accounting, &format!("/api/v1/balances{query}"));
    assert_eq!(reply.status, 200, "bad parameters are never refused");
    reply.json()
}

fn total_rows(simulator: &Simulator) -> usize {
    simulator.book(|book| {
        book.portfolios()
            .iter()
            .filter_map(|portfolio| book.account(&portfolio.id))
            .map(simulator::book::Account::len)
            .sum()
    })
}

#[test]
fn the_cash_row_comes_last_and_has_no_security_id() {
    let simulator = start();
    let id = portfolio_of(&simulator, PortfolioKind::Drifted);
    let body = page(&simulator, &format!("?portfolio_id={id}&limit=1000"));
    let rows = body["balances"].as_array().unwrap();
    let (cash, positions) = rows.split_last().unwrap();
    assert_eq!(members(cash), ["id", "lastUpdated", "portfolioId", "quantityLong", "quantityShort", "version"]);
    assert!(positions.iter().all(|row| row["securityId"].is_string() && row["portfolioId"] == json!(id)));
    assert!(positions.is_sorted_by_key(|row| row["securityId"].as_str().unwrap()));
    let total = rows.len();
    assert_eq!(
        body["pagination"],
        json!({"limit": 1000, "offset": 0, "total": total, "hasMore": false, "page": 1, "totalPages": 1})
    );
}

#[test]
fn an_unknown_portfolio_is_an_empty_page() {
    let simulator = start();
    let unfunded = portfolio_of(&simulator, PortfolioKind::Unfunded);
    for id in [unfunded.as_str(), "nonsense"] {
        let body = page(&simulator, &format!("?portfolio_id={id}&limit=1"));
        assert_eq!(body["balances"], json!([]));
        assert_eq!(
            body["pagination"],
            json!({"limit": 1, "offset": 0, "total": 0, "hasMore": false, "page": 1, "totalPages": 0})
        );
    }
}

#[test]
fn pages_add_up_to_the_whole_table_without_gaps() {
    let simulator = start();
    let total = total_rows(&simulator);
    let mut seen = Vec::new();
    let mut offset = 0;
    loop {
        let body = page(&simulator, &format!("?limit=97&offset={offset}"));
        let rows = body["balances"].as_array().unwrap().clone();
        assert_eq!(body["pagination"]["total"], json!(total));
        assert_eq!(body["pagination"]["page"], json!(offset / 97 + 1));
        offset += rows.len();
        seen.extend(rows);
        if body["pagination"]["hasMore"] == json!(false) {
            break;
        }
    }
    assert_eq!(seen.len(), total);
    let mut ids: Vec<_> = seen.iter().map(|row| row["id"].as_i64().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), total);
    assert_eq!(page(&simulator, &format!("?offset={}", total + 5))["balances"], json!([]));
}

#[test]
fn bad_limits_and_offsets_fall_back_in_silence() {
    let simulator = start();
    for (query, limit, offset) in [
        ("", 50, 0),
        ("?limit=1001", 50, 0),
        ("?limit=0", 50, 0),
        ("?limit=-1&offset=-1", 50, 0),
        ("?limit=ten&offset=two", 50, 0),
        ("?limit=1000&offset=3", 1000, 3),
        ("?limit=7&limit=9", 7, 0),
    ] {
        let body = page(&simulator, query);
        assert_eq!(
            (&body["pagination"]["limit"], &body["pagination"]["offset"]),
            (&json!(limit), &json!(offset)),
            "{query}"
        );
        let expected = limit.min(total_rows(&simulator) - offset);
        assert_eq!(body["balances"].as_array().unwrap().len(), expected, "{query}");
    }
}

#[test]
fn some_filters_work_and_others_only_seem_to() {
    let simulator = start();
    let id = portfolio_of(&simulator, PortfolioKind::ZeroRows);
    let total = |query: &str| page(&simulator, query)["pagination"]["total"].as_u64().unwrap();
    let everything = total("");
    let of_portfolio = total(&format!("?portfolio_id={id}"));
    assert!((1..everything).contains(&of_portfolio));
    let first = page(&simulator, &format!("?portfolio_id={id}"))["balances"][0].clone();
    let security = first["securityId"].as_str().unwrap().to_owned();
    assert_eq!(total(&format!("?portfolio_id={id}&security_id={security}")), 1);
    assert!(total(&format!("?portfolio_id={id}&zero_balances_only=true")) >= 1);
    assert!(total(&format!("?portfolio_id={id}&zero_balances_only=true")) < of_portfolio);
    assert_eq!(total(&format!("?portfolio_id={id}&cash_only=true")), of_portfolio);
    assert_eq!(total(&format!("?portfolio_id={id}&non_zero_balances_only=true")), of_portfolio);
    assert_eq!(total("?security_id=null"), 0);
    assert_eq!(total("?last_updated_from=2100-01-01"), 0);
    assert_eq!(total("?last_updated_to=2000-01-01"), 0);
    assert_eq!(total("?last_updated_from=2000-01-01&last_updated_to=2100-01-01"), everything);
    assert_eq!(total("?last_updated_from=yesterday"), everything);
}

#[test]
fn sorting_is_always_ascending_and_unknown_fields_are_dropped() {
    let simulator = start();
    let longs = |query: &str| -> Vec<f64> {
        let body = page(&simulator, query);
        let rows = body["balances"].as_array().unwrap();
        rows.iter().map(|row| row["quantityLong"].as_str().unwrap().parse().unwrap()).collect()
    };
    assert!(longs("?limit=1000&sortby=nonsense,quantity_long").is_sorted());
    assert_eq!(longs("?limit=1000&sortby=-quantity_long"), longs("?limit=1000"));
    let body = page(&simulator, "?limit=1000&sortby=security_id");
    let rows = body["balances"].as_array().unwrap();
    let cash = rows.iter().position(|row| row.get("securityId").is_none()).unwrap_or(rows.len());
    assert!(rows[cash..].iter().all(|row| row.get("securityId").is_none()), "rows without a security come last");
}
