//! Orders: lookups, reads, updates, submission, execution.

use serde_json::{Value, json};
use simulator::{Amount, PortfolioKind, Service, Simulator};

use crate::order_batches::{create, order};
use crate::support::{delete, get, portfolio_of, post, put, security, start};

fn list(simulator: &Simulator, query: &str) -> (u16, Value) {
    get(simulator, Service::Order, &format!("/api/v1/orders?{query}")).parts()
}

fn ids(simulator: &Simulator, query: &str) -> Vec<i64> {
    let (status, body) = list(simulator, query);
    assert_eq!(status, 200, "{body}");
    body["content"].as_array().unwrap().iter().map(|order| order["id"].as_i64().unwrap()).collect()
}

/// Four orders: quantities 30, 10, 20 and 40; the last one is a sale of MSFT of another time.
fn with_orders() -> Simulator {
    let simulator = start();
    let msft = security(&simulator, "MSFT");
    let other =
        json!({"quantity": 40, "securityId": msft, "orderTypeId": 2, "orderTimestamp": "2026-01-05T14:30:00.123457Z"});
    let batch: Vec<_> = [json!({"quantity": 30}), json!({"quantity": 10}), json!({"quantity": 20}), other]
        .iter()
        .map(|changes| order(&simulator, changes))
        .collect();
    assert_eq!(create(&simulator, &json!(batch)).0, 200);
    simulator
}

#[test]
fn lookups_have_the_ids_of_a_new_database() {
    let simulator = start();
    let names = |path: &str, member: &str| -> Vec<String> {
        let body = get(&simulator, Service::Order, path).json();
        let rows = body.as_array().unwrap().clone();
        assert!(rows.iter().enumerate().all(|(index, row)| row["id"] == json!(index + 1)));
        rows.iter().map(|row| row[member].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names("/api/v1/blotters", "name"), ["Default", "Equity", "Fixed Income", "Hold", "Crypto"]);
    assert_eq!(names("/api/v1/orderTypes", "abbreviation"), ["BUY", "SELL", "SHORT", "COVER", "EXRC"]);
    assert_eq!(
        names("/api/v1/statuses", "abbreviation"),
        ["NEW", "SENT", "WORK", "FULL", "PART", "HOLD", "CNCL", "CNCLD", "CPART", "DEL"]
    );
    assert_eq!(get(&simulator, Service::Order, "/api/v1/orderTypes/3").json()["description"], "Sell to Open");
    assert_eq!(get(&simulator, Service::Order, "/api/v1/status/2").json()["abbreviation"], "SENT");
    let missing = get(&simulator, Service::Order, "/api/v1/blotter/9");
    assert_eq!((missing.status, missing.body.as_str()), (404, ""));
    assert_eq!(get(&simulator, Service::Order, "/api/v1/status/x").json()["code"], "RUNTIME_ERROR");
}

#[test]
fn a_batch_is_read_back_by_its_exact_timestamp_with_eight_decimals() {
    let simulator = with_orders();
    assert_eq!(ids(&simulator, "orderTimestamp=2026-01-05T14:30:00.123456Z&limit=1000"), [1, 2, 3]);
    assert_eq!(ids(&simulator, "orderTimestamp=2026-01-05T15:30:00.123456%2B01:00"), [1, 2, 3]);
    assert_eq!(ids(&simulator, "orderTimestamp=2026-01-05T14:30:00.123Z"), Vec::<i64>::new());
    let reply = get(&simulator, Service::Order, "/api/v1/orders?limit=1");
    assert!(reply.body.contains(r#""quantity":30.00000000,"limitPrice":null"#));
    assert_eq!(
        reply.json()["pagination"],
        json!({"totalElements": 4, "totalPages": 4, "currentPage": 0, "pageSize": 1, "hasNext": true, "hasPrevious": false})
    );
    assert_eq!(list(&simulator, "orderTimestamp=yesterday").0, 400);
}

#[test]
fn timestamps_are_rounded_to_microseconds_when_stored() {
    let simulator = start();
    let (_, body) =
        create(&simulator, &json!([order(&simulator, &json!({"orderTimestamp": "2026-01-05T14:30:00.1234567Z"}))]));
    assert_eq!(body["orders"][0]["order"]["orderTimestamp"], "2026-01-05T14:30:00.1234567Z");
    let read = get(&simulator, Service::Order, "/api/v1/order/1").json();
    assert_eq!(read["orderTimestamp"], "2026-01-05T14:30:00.123457Z");
}

#[test]
fn filters_add_up_and_values_are_alternatives() {
    let simulator = with_orders();
    assert_eq!(ids(&simulator, "security.ticker=MSFT"), [4]);
    assert_eq!(ids(&simulator, "security.ticker=MSFT,AAPL&orderType.abbreviation=BUY"), [1, 2, 3]);
    assert_eq!(
        ids(&simulator, "portfolio.name=Portfolio%200&status.abbreviation=NEW,SENT&blotter.name=Default").len(),
        4
    );
    assert_eq!(ids(&simulator, "status.abbreviation=SENT"), Vec::<i64>::new());
}

#[test]
fn a_name_that_nobody_knows_is_dropped_from_the_filter() {
    let simulator = with_orders();
    assert_eq!(ids(&simulator, "security.ticker=NOSUCH").len(), 4);
    assert_eq!(ids(&simulator, "portfolio.name=Nobody").len(), 4);
    assert_eq!(ids(&simulator, "security.ticker=NOSUCH,MSFT"), [4]);
}

#[test]
fn orders_are_sorted_and_paged_by_whole_pages() {
    let simulator = with_orders();
    assert_eq!(ids(&simulator, "sort=quantity"), [2, 3, 1, 4]);
    assert_eq!(ids(&simulator, "sort=-orderTimestamp,-quantity"), [4, 1, 3, 2]);
    assert_eq!(ids(&simulator, "sort=-orderType.abbreviation,id"), [4, 1, 2, 3]);
    assert_eq!(ids(&simulator, "limit=3&offset=3"), [4]);
    assert_eq!(ids(&simulator, "limit=3&offset=2"), [1, 2, 3], "an offset between pages is rounded down");
}

#[test]
fn bad_queries_are_named() {
    let simulator = start();
    for (query, error, fields) in [
        ("limit=0", "Invalid limit parameter", None),
        ("limit=1001", "Invalid limit parameter", None),
        ("offset=-1", "Invalid offset parameter", None),
        ("sort=ticker", "Invalid sort parameter", Some("validSortFields")),
        ("portfolioId=x", "Invalid filter parameter", Some("validFilterFields")),
    ] {
        let (status, body) = list(&simulator, query);
        assert_eq!((status, &body["error"]), (400, &json!(error)), "{query}");
        assert!(body["message"].is_string());
        assert!(fields.is_none_or(|name| body[name].is_array()));
    }
    assert_eq!(list(&simulator, "limit=ten").1["code"], "RUNTIME_ERROR");
}

#[test]
fn one_order_is_read_replaced_and_deleted_without_regard_to_versions() {
    let simulator = with_orders();
    let url = |path: &str| format!("{}/api/v1/{path}", simulator.endpoints().order);
    let changed = order(&simulator, &json!({"quantity": 7, "version": 9, "blotterId": 77}));
    let reply = put(&url("order/1"), &changed);
    assert_eq!((reply.status, &reply.json()["version"], &reply.json()["blotter"]), (200, &json!(9), &json!(null)));
    assert_eq!(get(&simulator, Service::Order, "/api/v1/order/1").json(), reply.json());
    assert_eq!(put(&url("order/99"), &changed).status, 404);
    assert_eq!(delete(&url("order/1")).json()["code"], "INTERNAL_ERROR");
    assert_eq!(delete(&url("order/1?version=1234")).status, 204);
    assert_eq!(delete(&url("order/1?version=1234")).status, 409);
    let missing = get(&simulator, Service::Order, "/api/v1/order/1");
    assert_eq!((missing.status, missing.body.as_str()), (404, ""));
    assert_eq!(get(&simulator, Service::Order, "/api/v1/order/x").json()["code"], "RUNTIME_ERROR");
}

#[test]
fn unknown_routes_and_methods_are_500s() {
    let simulator = start();
    for reply in [
        get(&simulator, Service::Order, "/api/v1/nothing"),
        delete(&format!("{}/api/v1/orders", simulator.endpoints().order)),
    ] {
        assert_eq!((reply.status, &reply.json()["code"]), (500, &json!("INTERNAL_ERROR")));
    }
    let (status, body) = get(&simulator, Service::Order, "/api/v1/system/health").parts();
    assert_eq!((status, &body["status"], &body["circuitBreaker"]["open"]), (200, &json!("HEALTHY"), &json!(false)));
}

#[test]
fn only_new_orders_are_sent_and_only_once() {
    let simulator = with_orders();
    let submit =
        |path: &str, body: &Value| post(&simulator, Service::Order, &format!("/api/v1/orders/{path}"), body).parts();
    let (status, body) = submit("1/submit", &json!(null));
    assert_eq!((status, &body["statusId"], &body["tradeOrderId"]), (200, &json!(2), &json!(1)));
    assert_eq!(submit("1/submit", &json!(null)), (400, json!({"status": "not submitted"})));
    assert_eq!(submit("99/submit", &json!(null)).0, 500);
    let (status, body) = submit("batch/submit", &json!({"orderIds": [1, 2, 99]}));
    assert_eq!((status, &body["status"]), (207, &json!("PARTIAL")));
    assert_eq!((&body["totalRequested"], &body["successful"], &body["failed"]), (&json!(3), &json!(1), &json!(2)));
    assert_eq!(
        body["results"][1],
        json!({"orderId": 2, "status": "SUCCESS", "message": "Order submitted successfully", "tradeOrderId": 2, "requestIndex": 1})
    );
    assert_eq!(submit("batch/submit", &json!({"orderIds": [3, 4]})).0, 200);
    let nothing_left = submit("batch/submit", &json!({"orderIds": [3, 4]}));
    assert_eq!((nothing_left.0, &nothing_left.1["totalRequested"]), (400, &json!(0)));
    for (ids, status) in [(json!([]), 400), (json!([null]), 400), (json!(null), 400), (json!(vec![1; 101]), 413)] {
        assert_eq!(submit("batch/submit", &json!({"orderIds": ids})).0, status);
    }
    assert_eq!(submit("batch/submit", &json!({"orderIds": ["x"]})).1["code"], "RUNTIME_ERROR");
}

#[test]
fn executed_orders_change_the_balances_they_were_made_for() {
    let simulator = start();
    let portfolio = portfolio_of(&simulator, PortfolioKind::New);
    let (aapl, tsla) = (security(&simulator, "AAPL"), security(&simulator, "TSLA"));
    let before = simulator.book(|book| book.account(&portfolio).unwrap().cash_balance());
    let batch = [
        json!({"quantity": 10}),
        json!({"quantity": 4, "orderTypeId": 2, "limitPrice": 180}),
        json!({"quantity": 1, "securityId": tsla}),
        json!({"quantity": 1, "orderTypeId": 5}),
    ];
    let batch: Vec<_> = batch.iter().map(|changes| order(&simulator, changes)).collect();
    assert_eq!(create(&simulator, &json!(batch)).0, 200);
    let executions = simulator.execute_orders();
    let executed: Vec<_> = executions.executed.iter().map(|one| (one.order_id, one.price.to_string())).collect();
    assert_eq!(executed, [(1, "177".to_owned()), (2, "180".to_owned())]);
    assert_eq!(executions.refused.iter().map(|one| one.order_id).collect::<Vec<_>>(), [3], "no price");
    let (cash, units) = simulator.book(|book| {
        let account = book.account(&portfolio).unwrap();
        (account.cash_balance(), account.net(&aapl))
    });
    assert_eq!((cash, units), (before - Amount::whole(1_770 - 720), Amount::whole(6)));
    assert_eq!(ids(&simulator, "status.abbreviation=FULL"), [1, 2]);
    assert!(simulator.execute_orders().executed.is_empty(), "an order is filled once");
}
