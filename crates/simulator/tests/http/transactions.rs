//! Accounting: booking transactions.

use serde_json::{Value, json};
use simulator::{Amount, Service, Simulator};

use crate::support::{post, security, start};

const PORTFOLIO: &str = "683b6d88a29ee10e8b499643";

fn transaction(kind: &str, security: Option<&str>, quantity: &Value, price: &Value, source: &str) -> Value {
    let mut body = json!({
        "portfolioId": PORTFOLIO, "sourceId": source, "transactionType": kind,
        "quantity": quantity, "price": price, "transactionDate": "20260105",
    });
    if let Some(security) = security {
        body["securityId"] = json!(security);
    }
    body
}

fn book(simulator: &Simulator, batch: &Value) -> (u16, Value) {
    post(simulator, Service::Accounting, "/api/v1/transactions", batch).parts()
}

fn state(simulator: &Simulator, security: &str) -> [String; 3] {
    simulator.book(|book| {
        let account = book.account(PORTFOLIO).unwrap();
        let row = account.positions.get(security);
        let amounts =
            [account.cash_balance(), row.map_or(Amount::ZERO, |r| r.long), row.map_or(Amount::ZERO, |r| r.short)];
        amounts.map(|amount| amount.to_string())
    })
}

#[test]
fn every_kind_moves_what_it_says() {
    let simulator = start();
    let id = security(&simulator, "AAPL");
    for (index, (kind, quantity, price, expected)) in [
        ("DEP", json!("1000.00"), json!(1), ["1000", "0", "0"]),
        ("BUY", json!(3), json!("100.10"), ["699.7", "3", "0"]),
        ("SELL", json!("1.5"), json!(200), ["999.7", "1.5", "0"]),
        ("SHORT", json!(2), json!(50), ["1099.7", "1.5", "2"]),
        ("COVER", json!(1), json!(49.5), ["1050.2", "1.5", "1"]),
        ("IN", json!(10), json!(1), ["1050.2", "11.5", "1"]),
        ("OUT", json!(12), json!(1), ["1050.2", "-0.5", "1"]),
        ("WD", json!(2000), json!("1.0"), ["-949.8", "-0.5", "1"]),
    ]
    .into_iter()
    .enumerate()
    {
        let cash = matches!(kind, "DEP" | "WD");
        let batch =
            json!([transaction(kind, (!cash).then_some(id.as_str()), &quantity, &price, &format!("source-{index}"))]);
        let (status, body) = book(&simulator, &batch);
        assert_eq!((status, &body["successful"][0]["status"]), (201, &json!("PROC")), "{body}");
        assert_eq!(state(&simulator, &id), expected, "{kind}");
    }
    let versions = simulator.book(|book| {
        let account = book.account(PORTFOLIO).unwrap();
        (account.cash.as_ref().unwrap().version, account.positions[&id].version)
    });
    assert_eq!(versions, (6, 6));
}

#[test]
fn bad_items_fail_alone_and_change_nothing() {
    let simulator = start();
    let id = security(&simulator, "AAPL");
    let good = transaction("DEP", None, &json!(5), &json!(1), "once");
    let without = |name: &str| {
        let mut body = transaction("BUY", Some(&id), &json!(1), &json!(1), "other");
        body.as_object_mut().unwrap().remove(name);
        body
    };
    let batch = json!([
        good,
        good,
        transaction("DEP", Some(&id), &json!(5), &json!(1), "a"),
        transaction("BUY", None, &json!(5), &json!(1), "b"),
        transaction("BUY", Some(&id), &json!(5), &json!(0), "c"),
        transaction("GIVE", Some(&id), &json!(5), &json!(1), "d"),
        transaction("BUY", Some(&id), &json!("9999999999"), &json!("9999999999"), "e"),
        without("portfolioId"),
        without("sourceId"),
        without("quantity"),
        without("transactionDate"),
    ]);
    let (status, body) = book(&simulator, &batch);
    assert_eq!(status, 207);
    assert_eq!(body["summary"]["totalRequested"], json!(11));
    assert_eq!((&body["summary"]["successful"], &body["summary"]["failed"]), (&json!(1), &json!(10)));
    let fields: Vec<_> =
        body["failed"].as_array().unwrap().iter().map(|item| item["errors"][0]["field"].as_str().unwrap()).collect();
    assert_eq!(
        fields,
        [
            "repository",
            "securityId",
            "securityId",
            "price",
            "transactionType",
            "repository",
            "portfolioId",
            "sourceId",
            "quantity",
            "transactionDate"
        ]
    );
    assert_eq!(state(&simulator, &id), ["5", "0", "0"]);
}

#[test]
fn a_batch_that_is_no_batch_is_a_400() {
    let simulator = start();
    let many = vec![transaction("DEP", None, &json!(5), &json!(1), "x"); 1_001];
    for (body, code) in [
        (json!({}), "INVALID_JSON"),
        (json!([]), "EMPTY_BATCH"),
        (json!(many), "BATCH_TOO_LARGE"),
        (json!([{"quantity": "x"}]), "INVALID_JSON"),
    ] {
        let (status, answer) = book(&simulator, &body);
        assert_eq!((status, &answer["error"]["code"]), (400, &json!(code)));
    }
}
