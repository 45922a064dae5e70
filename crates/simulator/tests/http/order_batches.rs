//! Orders: creating batches.

use serde_json::{Value, json};
use simulator::{Fault, FaultKind, Service, Simulator, SimulatorConfig};

use crate::support::{SEED, get, members, portfolio_of, post, security, start, start_with, try_post};

/// A well-formed order with some members replaced; a null takes a member away.
pub(crate) fn order(simulator: &Simulator, changes: &Value) -> Value {
    let mut order = json!({
        "blotterId": 1, "statusId": 1, "orderTypeId": 1, "quantity": 100, "limitPrice": null, "tradeOrderId": null,
        "portfolioId": portfolio_of(simulator, simulator::PortfolioKind::New),
        "securityId": security(simulator, "AAPL"),
        "orderTimestamp": "2026-01-05T14:30:00.123456Z", "version": 1,
    });
    for (name, value) in changes.as_object().unwrap() {
        order[name] = value.clone();
        if value.is_null() {
            order.as_object_mut().unwrap().remove(name);
        }
    }
    order
}

pub(crate) fn create(simulator: &Simulator, batch: &Value) -> (u16, Value) {
    post(simulator, Service::Order, "/api/v1/orders", batch).parts()
}

#[test]
fn a_created_order_is_answered_with_its_details_as_it_was_written() {
    let simulator = start();
    let batch = json!([order(&simulator, &json!({"unknown": true}))]);
    let (status, body) = create(&simulator, &batch);
    assert_eq!(status, 200);
    assert_eq!(
        members(&body),
        [
            "failed",
            "failure",
            "message",
            "orders",
            "partial",
            "status",
            "success",
            "successRate",
            "successful",
            "totalReceived"
        ]
    );
    assert_eq!((&body["status"], &body["message"]), (&json!("SUCCESS"), &json!("All 1 orders processed successfully")));
    let item = &body["orders"][0];
    assert_eq!(members(item), ["failure", "message", "order", "orderId", "requestIndex", "status", "success"]);
    assert_eq!(
        item["order"],
        json!({
            "id": 1,
            "blotter": {"id": 1, "abbreviation": null, "name": "Default", "version": 1},
            "status": {"id": 1, "abbreviation": "NEW", "description": "New", "version": 1},
            "portfolio": {"portfolioId": batch[0]["portfolioId"], "name": "Portfolio 0"},
            "orderType": {"id": 1, "abbreviation": "BUY", "description": "Buy", "version": 1},
            "security": {"securityId": batch[0]["securityId"], "ticker": "AAPL"},
            "quantity": 100, "limitPrice": null, "tradeOrderId": null,
            "orderTimestamp": "2026-01-05T14:30:00.123456Z", "version": 1,
        })
    );
}

#[test]
fn names_are_null_when_their_service_is_down_or_does_not_know_them() {
    let simulator = start();
    for service in [Service::Portfolio, Service::Security] {
        simulator.faults().inject(Fault::new(service, FaultKind::Html { status: 502 }));
    }
    let (_, body) = create(&simulator, &json!([order(&simulator, &json!({}))]));
    let created = &body["orders"][0]["order"];
    assert_eq!((&created["portfolio"]["name"], &created["security"]["ticker"]), (&json!(null), &json!(null)));
    simulator.faults().clear_all();
    let unknown = order(&simulator, &json!({"portfolioId": "000000000000000000000000"}));
    let (status, body) = create(&simulator, &json!([unknown]));
    assert_eq!((status, &body["orders"][0]["order"]["portfolio"]["name"]), (200, &json!(null)));
}

#[test]
fn each_item_fails_with_its_own_message_and_the_others_are_created() {
    let simulator = start();
    let rolled_back = "Unexpected error: Transaction silently rolled back because it has been marked as rollback-only";
    let cases = [
        (json!({"blotterId": null}), "Blotter ID is required"),
        (json!({"statusId": null}), "Status ID is required"),
        (json!({"portfolioId": " "}), "Portfolio ID is required"),
        (json!({"orderTypeId": null}), "Order Type ID is required"),
        (json!({"securityId": null}), "Security ID is required"),
        (json!({"quantity": null}), "Quantity must be positive"),
        (json!({"quantity": 0}), "Quantity must be positive"),
        (json!({"quantity": -5}), "Quantity must be positive"),
        (json!({"limitPrice": 0.0}), "Limit price must be positive when provided"),
        (json!({"blotterId": 6}), "Blotter with ID 6 not found"),
        (json!({"statusId": 0}), "Status with ID 0 not found"),
        (json!({"orderTypeId": -1}), "Order Type with ID -1 not found"),
        (json!({"orderTimestamp": null}), rolled_back),
        (json!({"version": null}), rolled_back),
        (json!({"portfolioId": "0000000000000000000000000"}), rolled_back),
        (json!({"quantity": 10_000_000_000_u64}), rolled_back),
    ];
    let mut batch: Vec<_> = cases.iter().map(|(changes, _)| order(&simulator, changes)).collect();
    batch.push(json!(null));
    batch.push(order(&simulator, &json!({})));
    let (status, body) = create(&simulator, &json!(batch));
    assert_eq!(
        (status, &body["status"], &body["message"]),
        (207, &json!("PARTIAL"), &json!("1 of 18 orders processed successfully"))
    );
    let items = body["orders"].as_array().unwrap();
    let expected = cases.iter().map(|(_, message)| *message).chain(["Order data is required"]);
    for (index, message) in expected.enumerate() {
        assert_eq!(members(&items[index]), ["failure", "message", "requestIndex", "status", "success"]);
        assert_eq!((&items[index]["message"], &items[index]["requestIndex"]), (&json!(message), &json!(index)));
    }
    assert_eq!(simulator.orders().len(), 1);
    let (status, body) = create(&simulator, &json!([order(&simulator, &json!({"quantity": 0}))]));
    assert_eq!((status, &body["status"], &body["failed"]), (207, &json!("FAILURE"), &json!(1)));
}

#[test]
fn whole_batches_are_refused_for_their_size_or_their_text() {
    let simulator = start();
    let url = format!("{}/api/v1/orders", simulator.endpoints().order);
    let counters = |body: &Value| (body["totalReceived"].clone(), body["failed"].clone());
    let (status, body) = create(&simulator, &json!([]));
    assert_eq!(
        (status, &body["message"], counters(&body)),
        (400, &json!("No orders to process"), (json!(0), json!(0)))
    );
    let (status, body) = create(&simulator, &json!(vec![order(&simulator, &json!({})); 1_001]));
    let message = json!("Batch size 1001 exceeds maximum allowed size of 1000");
    assert_eq!((status, &body["message"], counters(&body)), (413, &message, (json!(0), json!(0))));
    for text in [
        "null",
        "{}",
        "[{",
        r#"[{"quantity": "ten"}]"#,
        r#"[{"blotterId": true}]"#,
        r#"[{"orderTimestamp": "2026-01-05T14:30:00.123456"}]"#,
    ] {
        let (status, body) = try_post(&url, text).unwrap().parts();
        assert_eq!((status, &body["code"]), (500, &json!("RUNTIME_ERROR")), "{text}");
        assert_eq!(members(&body), ["code", "message", "timestamp"]);
    }
    assert!(simulator.orders().is_empty());
}

#[test]
fn a_thousand_orders_are_one_batch_and_sending_it_again_doubles_them() {
    let simulator = start();
    let batch = json!(vec![order(&simulator, &json!({})); 1_000]);
    for count in [1_000, 2_000] {
        let (status, body) = create(&simulator, &batch);
        assert_eq!((status, &body["successful"]), (200, &json!(1_000)));
        assert_eq!(simulator.orders().len(), count);
    }
}

#[test]
fn numbers_may_come_in_quotes_and_in_any_notation() {
    let simulator = start();
    let changes = json!({"blotterId": "2", "quantity": "12.50", "limitPrice": 1e-8, "orderTypeId": 2.0});
    let (status, body) = create(&simulator, &json!([order(&simulator, &changes)]));
    assert_eq!(status, 200, "{body}");
    let read = get(&simulator, Service::Order, "/api/v1/order/1");
    assert!(read.body.contains(r#""quantity":12.50000000,"limitPrice":1E-8"#), "{}", read.body);
    assert_eq!((&read.json()["blotter"]["name"], &read.json()["orderType"]["id"]), (&json!("Equity"), &json!(2)));
}

#[test]
fn a_trade_order_belongs_to_one_order_only() {
    let simulator = start();
    let (status, body) = create(&simulator, &json!(vec![order(&simulator, &json!({"tradeOrderId": 5})); 2]));
    assert_eq!((status, &body["successful"]), (207, &json!(1)));
}

#[test]
fn a_paced_batch_pauses_between_chunks_of_fifty() {
    let config = SimulatorConfig { order_pacing: true, ..SimulatorConfig::reproducible(SEED).portfolios(1) };
    let simulator = start_with(&config);
    let batch = json!(vec![order(&simulator, &json!({})); 101]);
    let started = std::time::Instant::now();
    assert_eq!(create(&simulator, &batch).0, 200);
    assert!(started.elapsed() >= std::time::Duration::from_millis(200));
}
