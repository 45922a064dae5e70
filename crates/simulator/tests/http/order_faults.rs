//! Orders under faults: what was created, and what the client learns of it.

use std::time::Duration;

use chrono::DateTime;
use serde_json::json;
use simulator::{Clock, Fault, FaultKind, Service, Simulator, SimulatorConfig};

use crate::order_batches::{create, order};
use crate::support::{SEED, get, post, start, start_with, try_post};

const CREATE: &str = "POST /api/v1/orders";

fn shown(simulator: &Simulator) -> usize {
    get(simulator, Service::Order, "/api/v1/orders").json()["content"].as_array().unwrap().len()
}

fn inject(simulator: &Simulator, kind: FaultKind) {
    simulator.faults().inject(Fault::new(Service::Order, kind).at(CREATE).times(1));
}

#[test]
fn an_overload_is_a_500_before_any_order_is_touched() {
    let simulator = start();
    let batch = json!([order(&simulator, &json!({}))]);
    inject(&simulator, FaultKind::Overload);
    let (status, body) = create(&simulator, &batch);
    assert_eq!((status, &body["status"], &body["totalReceived"]), (500, &json!("FAILURE"), &json!(0)));
    assert!(body["message"].as_str().unwrap().contains("System temporarily overloaded"));
    assert!(simulator.orders().is_empty());
    assert_eq!(create(&simulator, &batch).0, 200);
}

#[test]
fn a_repaired_service_would_answer_an_overload_with_503_and_retry_after() {
    let simulator = start();
    inject(&simulator, FaultKind::Status { status: 503 });
    let reply = post(&simulator, Service::Order, "/api/v1/orders", &json!([order(&simulator, &json!({}))]));
    assert_eq!((reply.status, reply.retry_after.as_deref()), (503, Some("120")));
    assert_eq!((&reply.json()["code"], &reply.json()["retryAfter"]), (&json!("SERVICE_OVERLOADED"), &json!(120)));
    assert!(simulator.orders().is_empty());
}

#[test]
fn an_answer_can_be_lost_after_the_orders_were_created() {
    let simulator = start();
    let url = format!("{}/api/v1/orders", simulator.endpoints().order);
    let batch = json!([order(&simulator, &json!({}))]).to_string();
    inject(&simulator, FaultKind::LoseAnswer { status: None });
    assert!(try_post(&url, &batch).is_err());
    assert_eq!(shown(&simulator), 1);
    inject(&simulator, FaultKind::LoseAnswer { status: Some(504) });
    let reply = try_post(&url, &batch).unwrap();
    assert_eq!((reply.status, reply.content_type.as_str()), (504, "text/html"));
    assert_eq!(shown(&simulator), 2);
}

#[test]
fn orders_can_appear_long_after_their_answer_was_lost() {
    let clock = Clock::manual(DateTime::from_timestamp(1_767_623_400, 0).unwrap());
    let config = SimulatorConfig { clock: clock.clone(), ..SimulatorConfig::reproducible(SEED).portfolios(1) };
    let simulator = start_with(&config);
    let url = format!("{}/api/v1/orders", simulator.endpoints().order);
    inject(&simulator, FaultKind::AppearLater { ms: 30_000, status: None });
    assert!(try_post(&url, &json!([order(&simulator, &json!({}))]).to_string()).is_err());
    assert_eq!(simulator.orders().len(), 1);
    clock.advance(Duration::from_millis(29_999));
    assert_eq!(shown(&simulator), 0);
    assert_eq!(get(&simulator, Service::Order, "/api/v1/order/1").status, 404);
    clock.advance(Duration::from_millis(1));
    assert_eq!(shown(&simulator), 1);
    assert_eq!(get(&simulator, Service::Order, "/api/v1/order/1").status, 200);
}

#[test]
fn chosen_items_fail_and_those_of_unknown_outcome_are_created_nevertheless() {
    let simulator = start();
    let batch = json!(vec![order(&simulator, &json!({})); 3]);
    let fail = |items: &[usize], message: Option<&str>, unknown| FaultKind::FailItems {
        items: items.to_vec(),
        message: message.map(str::to_owned),
        unknown,
        appear_after_ms: 0,
    };
    inject(&simulator, fail(&[1], None, false));
    let (status, body) = create(&simulator, &batch);
    assert_eq!((status, &body["successful"]), (207, &json!(2)));
    assert_eq!(body["orders"][1]["message"], "System overloaded - database operation timeout");
    assert_eq!((&body["orders"][1]["requestIndex"], simulator.orders().len()), (&json!(1), 2));
    inject(&simulator, fail(&[], Some("Order Type with ID 1 not found"), false));
    let (status, body) = create(&simulator, &batch);
    assert_eq!((status, &body["status"], simulator.orders().len()), (207, &json!("FAILURE"), 2));
    assert_eq!(body["orders"][2]["message"], "Order Type with ID 1 not found");
    inject(&simulator, fail(&[0], None, true));
    let (_, body) = create(&simulator, &batch);
    assert_eq!(body["orders"][0]["message"], "Future execution failed: null");
    assert_eq!((&body["orders"][0]["requestIndex"], simulator.orders().len()), (&json!(-1), 5));
}

#[test]
fn submission_fails_like_creation() {
    let simulator = start();
    assert_eq!(create(&simulator, &json!(vec![order(&simulator, &json!({})); 2])).0, 200);
    let submit =
        || post(&simulator, Service::Order, "/api/v1/orders/batch/submit", &json!({"orderIds": [1, 2]})).parts();
    let at = "/api/v1/orders/batch/submit";
    simulator.faults().inject(Fault::new(Service::Order, FaultKind::Overload).at(at).times(1));
    let (status, body) = submit();
    assert_eq!((status, body["message"].as_str().unwrap().contains("System temporarily overloaded")), (500, true));
    let fail = FaultKind::FailItems { items: vec![0], message: None, unknown: false, appear_after_ms: 0 };
    simulator.faults().inject(Fault::new(Service::Order, fail).at(at).times(1));
    let (status, body) = submit();
    assert_eq!((status, &body["results"][0]["status"]), (207, &json!("FAILURE")));
    assert_eq!(simulator.orders().iter().map(|order| order.status_id).collect::<Vec<_>>(), [1, 2]);
}
