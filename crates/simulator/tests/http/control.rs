//! The control API, as a driver outside the process uses it.

use serde_json::{Value, json};
use simulator::{Service, Simulator};

use crate::order_batches::{create, order};
use crate::support::{Reply, delete, get, put, security, start, try_get, try_post};

fn url(simulator: &Simulator, path: &str) -> String {
    format!("{}/simulator{path}", simulator.endpoints().control)
}

fn read(simulator: &Simulator, path: &str) -> Value {
    let reply = try_get(&url(simulator, path)).unwrap();
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()
}

fn send(simulator: &Simulator, path: &str, body: &Value) -> Reply {
    try_post(&url(simulator, path), &body.to_string()).unwrap()
}

#[test]
fn faults_are_injected_listed_and_cleared() {
    let simulator = start();
    let fault =
        json!({"service": "pricing", "endpoint": "GET /api/v1/prices", "kind": "status", "status": 503, "times": 2});
    let reply = send(&simulator, "/faults", &fault);
    assert_eq!(reply.status, 201);
    let id = reply.json()["id"].as_u64().unwrap();
    assert_eq!(get(&simulator, Service::Pricing, "/api/v1/prices").status, 503);
    let listed = read(&simulator, "/faults");
    assert_eq!(
        listed,
        json!([{"id": id, "seen": 1, "service": "pricing", "endpoint": "GET /api/v1/prices", "skip": 0, "times": 2, "kind": "status", "status": 503}])
    );
    assert_eq!(delete(&url(&simulator, &format!("/faults/{id}"))).status, 204);
    assert_eq!(delete(&url(&simulator, &format!("/faults/{id}"))).status, 404);
    assert_eq!(get(&simulator, Service::Pricing, "/api/v1/prices").status, 200);
    send(&simulator, "/faults", &json!({"service": "order", "kind": "hang"}));
    assert_eq!(delete(&url(&simulator, "/faults")).status, 204);
    assert_eq!(read(&simulator, "/faults"), json!([]));
}

#[test]
fn every_kind_of_fault_has_a_name() {
    let simulator = start();
    for kind in [
        json!({"kind": "status", "status": 500}),
        json!({"kind": "answer", "status": 200, "contentType": "text/plain", "headers": {"x": "y"}, "body": "?"}),
        json!({"kind": "delay", "ms": 5}),
        json!({"kind": "drop"}),
        json!({"kind": "hang"}),
        json!({"kind": "garbage"}),
        json!({"kind": "truncate"}),
        json!({"kind": "html"}),
        json!({"kind": "lose_answer"}),
        json!({"kind": "lose_answer", "status": 504}),
        json!({"kind": "overload"}),
        json!({"kind": "fail_items", "items": [0], "message": "no", "unknown": true, "appearAfterMs": 5}),
        json!({"kind": "appear_later", "ms": 30_000}),
    ] {
        let mut fault = kind.clone();
        fault["service"] = json!("order");
        fault["contains"] = json!("nothing");
        assert_eq!(send(&simulator, "/faults", &fault).status, 201, "{kind}");
    }
    for bad in [
        json!({"service": "order", "kind": "explode"}),
        json!({"service": "trade", "kind": "drop"}),
        json!({"service": "order", "kind": "status", "status": 99}),
        json!({"service": "order", "kind": "delay"}),
        json!({"service": "order", "kind": "drop", "endpoints": "GET /api/v1/orders"}),
        json!({"service": "order", "kind": "drop", "status": 500}),
    ] {
        let reply = send(&simulator, "/faults", &bad);
        assert_eq!((reply.status, reply.json()["error"].is_string()), (400, true), "{bad}");
    }
}

#[test]
fn counters_are_read_and_reset() {
    let simulator = start();
    get(&simulator, Service::Security, "/api/v1/securities");
    assert_eq!(
        read(&simulator, "/counters"),
        json!({"total": 1, "services": {"security": {"GET /api/v1/securities": 1}}})
    );
    assert_eq!(delete(&url(&simulator, "/counters")).status, 204);
    assert_eq!(read(&simulator, "/counters"), json!({"total": 0, "services": {}}));
}

#[test]
fn portfolios_are_listed_added_and_replaced() {
    let simulator = start();
    let all = read(&simulator, "/portfolios");
    assert_eq!(all.as_array().unwrap().len(), 20);
    assert_eq!((&all[0]["kind"], &all[0]["strategy"], &all[0]["positions"]), (&json!("new"), &json!(0), &json!(0)));
    let shorts = read(&simulator, "/portfolios?kind=short");
    assert!(shorts.as_array().unwrap().iter().all(|one| one["kind"] == "short") && shorts[0].is_object());
    let aapl = security(&simulator, "AAPL");
    let reply = send(
        &simulator,
        "/portfolios",
        &json!({"name": "Mine", "cash": "10.5", "holdings": [{"securityId": aapl, "long": 3, "short": "0.5"}]}),
    );
    assert_eq!(reply.status, 201);
    let id = reply.json()["portfolioId"].as_str().unwrap().to_owned();
    let path = format!("/portfolios/{id}");
    assert_eq!(read(&simulator, &path)["holdings"], json!([{"securityId": aapl, "long": "3", "short": "0.5"}]));
    let summary = get(&simulator, Service::Accounting, &format!("/api/v1/portfolios/{id}/summary")).json();
    assert_eq!((&summary["cashBalance"], &summary["securities"][0]["netQuantity"]), (&json!("10.5"), &json!("2.5")));
    let replaced = put(&url(&simulator, &path), &json!({"cash": 7}));
    assert_eq!(
        (replaced.status, &replaced.json()["cash"], &replaced.json()["name"]),
        (200, &json!("7"), &json!("Mine"))
    );
    assert_eq!(put(&url(&simulator, &path), &json!({})).json()["cash"], json!(null));
    assert_eq!(get(&simulator, Service::Accounting, &format!("/api/v1/portfolios/{id}/summary")).status, 500);
    let new = "0123456789abcdef01234567";
    assert_eq!(put(&url(&simulator, &format!("/portfolios/{new}")), &json!({"cash": 1})).status, 200);
    assert_eq!(get(&simulator, Service::Portfolio, &format!("/api/v1/portfolio/{new}")).status, 200);
    assert_eq!(put(&url(&simulator, "/portfolios/short"), &json!({"cash": 1})).status, 400);
    assert_eq!(put(&url(&simulator, &path), &json!({"money": 1})).status, 400);
    assert_eq!(try_get(&url(&simulator, "/portfolios/unknown")).unwrap().status, 404);
}

#[test]
fn securities_and_prices_are_added_and_removed() {
    let simulator = start();
    let reply = send(&simulator, "/securities", &json!({"ticker": "NEWCO", "description": "New Company"}));
    let id = reply.json()["securityId"].as_str().unwrap().to_owned();
    assert_eq!(get(&simulator, Service::Security, &format!("/api/v1/security/{id}")).json()["ticker"], "NEWCO");
    let price = url(&simulator, "/prices/NEWCO");
    assert_eq!(put(&price, &json!({"price": "12.34", "deviation": 0.5})).status, 204);
    assert_eq!(get(&simulator, Service::Pricing, "/api/v1/price/NEWCO").json()["close"], json!(12.34));
    let all = read(&simulator, "/securities");
    assert_eq!(all.as_array().unwrap().last().unwrap()["price"], json!("12.34"));
    assert_eq!(read(&simulator, "/prices").as_array().unwrap().len(), 472);
    assert_eq!((delete(&price).status, delete(&price).status), (204, 404));
    assert_eq!(get(&simulator, Service::Pricing, "/api/v1/price/NEWCO").status, 404);
    for bad in [json!({"price": 0}), json!({"price": "x"}), json!({"price": 1, "deviation": -1}), json!({})] {
        assert_eq!(put(&price, &bad).status, 400, "{bad}");
    }
}

#[test]
fn orders_are_listed_and_executed() {
    let simulator = start();
    assert_eq!(create(&simulator, &json!([order(&simulator, &json!({}))])).0, 200);
    let listed = read(&simulator, "/orders");
    assert_eq!((&listed[0]["orderId"], &listed[0]["quantity"]), (&json!(1), &json!("100")));
    let executed = send(&simulator, "/orders/execute", &json!({})).json();
    assert_eq!(executed, json!({"executed": [{"orderId": 1, "price": "177"}], "refused": []}));
}

#[test]
fn a_reset_brings_the_first_state_back() {
    let simulator = start();
    let first = (read(&simulator, "/portfolios"), read(&simulator, "/prices"));
    let id = first.0[0]["portfolioId"].as_str().unwrap().to_owned();
    put(&url(&simulator, &format!("/portfolios/{id}")), &json!({"cash": 1}));
    delete(&url(&simulator, "/prices/AAPL"));
    create(&simulator, &json!([order(&simulator, &json!({}))]));
    send(&simulator, "/faults", &json!({"service": "order", "kind": "drop"}));
    assert_eq!(send(&simulator, "/reset", &json!({})).status, 204);
    assert_eq!((read(&simulator, "/portfolios"), read(&simulator, "/prices")), first);
    assert!(simulator.orders().is_empty());
    let overview = read(&simulator, "");
    assert_eq!((&overview["faults"], &overview["requests"], &overview["seed"]), (&json!(0), &json!(0), &json!(7)));
}

#[test]
fn strategies_are_what_drifted_portfolios_hold() {
    let simulator = start();
    let strategies = read(&simulator, "/strategies");
    let positions = strategies[0]["positions"].as_array().unwrap();
    assert_eq!(positions.len(), 50);
    let target = |position: &Value| position["target"].as_str().unwrap().parse::<f64>().unwrap();
    assert!((positions.iter().map(target).sum::<f64>() - 0.95).abs() < 1e-9);
    let drifted = &read(&simulator, "/portfolios?kind=drifted")[0];
    let held = read(&simulator, &format!("/portfolios/{}", drifted["portfolioId"].as_str().unwrap()));
    let held = held["holdings"].as_array().unwrap();
    let listed = held.iter().filter(|one| positions.iter().any(|position| position["securityId"] == one["securityId"]));
    assert!(listed.count() >= 30, "most holdings are of the strategy");
}

#[test]
fn unknown_paths_and_methods_are_told_so() {
    let simulator = start();
    assert_eq!(try_get(&url(&simulator, "/nothing")).unwrap().parts(), (404, json!({"error": "no such path"})));
    assert_eq!(delete(&url(&simulator, "/orders")).status, 405);
}
