//! Accounting: summaries, single rows, health, errors.

use serde_json::json;
use simulator::{Amount, Fault, FaultKind, Holding, PortfolioKind, Service};

use crate::support::{delete, get, members, portfolio_of, security, start};

const PORTFOLIO: &str = "683b6d88a29ee10e8b499643";

fn path(portfolio_id: &str) -> String {
    format!("/api/v1/portfolios/{portfolio_id}/summary")
}

#[test]
fn a_summary_has_trimmed_strings_and_keeps_cash_out_of_the_securities() {
    let simulator = start();
    let (long, short) = (security(&simulator, "AAPL"), security(&simulator, "MSFT"));
    let holdings = [
        Holding::long(&long, Amount::parse("1200.50000000").unwrap()),
        Holding::short(&short, Amount::parse("35.5").unwrap()),
    ];
    simulator.edit(|book| book.upsert_portfolio(PORTFOLIO, None, Amount::parse("-250000.10").ok(), &holdings));
    let (status, body) = get(&simulator, Service::Accounting, &path(PORTFOLIO)).parts();
    assert_eq!(status, 200);
    assert_eq!(members(&body), ["cashBalance", "lastUpdated", "portfolioId", "securities", "securityCount"]);
    assert_eq!((&body["cashBalance"], &body["securityCount"]), (&json!("-250000.1"), &json!(2)));
    let positions = body["securities"].as_array().unwrap();
    let position = |id: &str| positions.iter().find(|position| position["securityId"] == id).unwrap();
    assert_eq!(members(&positions[0]), ["lastUpdated", "netQuantity", "quantityLong", "quantityShort", "securityId"]);
    let quantities = |id: &str| {
        ["quantityLong", "quantityShort", "netQuantity"].map(|name| position(id)[name].as_str().unwrap().to_owned())
    };
    assert_eq!(quantities(&long), ["1200.5", "0", "1200.5"]);
    assert_eq!(quantities(&short), ["0", "35.5", "-35.5"]);
}

#[test]
fn a_cash_only_portfolio_has_an_empty_list_and_zero_rows_are_counted() {
    let simulator = start();
    let body = get(&simulator, Service::Accounting, &path(&portfolio_of(&simulator, PortfolioKind::New))).json();
    assert_eq!((&body["securities"], &body["securityCount"]), (&json!([]), &json!(0)));
    let body = get(&simulator, Service::Accounting, &path(&portfolio_of(&simulator, PortfolioKind::ZeroRows))).json();
    let positions = body["securities"].as_array().unwrap();
    assert!(positions.iter().any(|position| position["netQuantity"] == "0"));
    assert_eq!(body["securityCount"], json!(positions.len()));
}

#[test]
fn a_portfolio_without_rows_is_a_500_that_cannot_be_told_from_an_outage() {
    let simulator = start();
    let unfunded = portfolio_of(&simulator, PortfolioKind::Unfunded);
    for id in [unfunded.as_str(), PORTFOLIO, "no-id-at-all"] {
        let (status, body) = get(&simulator, Service::Accounting, &path(id)).parts();
        assert_eq!(status, 500);
        assert_eq!(body["error"]["code"], "INTERNAL_ERROR");
        assert_eq!(body["error"]["message"], "Failed to retrieve portfolio summary");
        assert_eq!(members(&body["error"]), ["code", "message", "timestamp"]);
    }
    simulator.faults().inject(Fault::new(Service::Accounting, FaultKind::Status { status: 500 }));
    let (status, body) = get(&simulator, Service::Accounting, &path(&unfunded)).parts();
    assert_eq!((status, &body["error"]["message"]), (500, &json!("Failed to retrieve portfolio summary")));
}

#[test]
fn a_summary_is_cut_after_a_thousand_rows_and_cash_is_never_the_victim() {
    let simulator = start();
    let holdings: Vec<_> = (0..1_200).map(|index| Holding::long(&format!("{index:024x}"), Amount::whole(1))).collect();
    simulator.edit(|book| book.upsert_portfolio(PORTFOLIO, None, Some(Amount::whole(5)), &holdings));
    let body = get(&simulator, Service::Accounting, &path(PORTFOLIO)).json();
    assert_eq!((&body["cashBalance"], &body["securityCount"]), (&json!("5"), &json!(999)));
    simulator.edit(|book| book.upsert_portfolio(PORTFOLIO, None, None, &holdings));
    let body = get(&simulator, Service::Accounting, &path(PORTFOLIO)).json();
    assert_eq!((&body["cashBalance"], &body["securityCount"]), (&json!("0"), &json!(1000)));
}

#[test]
fn a_row_with_a_malformed_id_passes_for_cash_and_wipes_it_out() {
    let simulator = start();
    let holdings = [Holding::long("683b69d4-0f302c879a5fef1", Amount::whole(10))];
    simulator.edit(|book| book.upsert_portfolio(PORTFOLIO, None, Some(Amount::whole(900)), &holdings));
    let body = get(&simulator, Service::Accounting, &path(PORTFOLIO)).json();
    assert_eq!((&body["cashBalance"], &body["securities"]), (&json!("0"), &json!([])));
    let list = get(&simulator, Service::Accounting, &format!("/api/v1/balances?portfolio_id={PORTFOLIO}")).json();
    let row = &list["balances"][0];
    assert_eq!((&row["portfolioId"], &row["quantityLong"], &row["version"]), (&json!(""), &json!("0"), &json!(0)));
}

#[test]
fn timestamps_have_the_resolution_of_their_place() {
    let simulator = start();
    let id = portfolio_of(&simulator, PortfolioKind::Drifted);
    let summary = get(&simulator, Service::Accounting, &path(&id)).json();
    let row =
        &get(&simulator, Service::Accounting, &format!("/api/v1/balances?portfolio_id={id}")).json()["balances"][0];
    let length = |value: &serde_json::Value| value.as_str().unwrap().len();
    assert_eq!(length(&row["lastUpdated"]), "2026-01-02T09:00:00Z".len());
    assert!(length(&summary["securities"][0]["lastUpdated"]) <= "2026-01-02T09:00:00.123456Z".len());
    assert!(summary["securities"][0]["lastUpdated"].as_str().unwrap().contains('.'));
    assert_ne!(summary["lastUpdated"], summary["securities"][0]["lastUpdated"]);
}

#[test]
fn one_balance_is_found_by_its_number() {
    let simulator = start();
    let reply = get(&simulator, Service::Accounting, "/api/v1/balance/1");
    assert_eq!((reply.status, &reply.json()["id"]), (200, &json!(1)));
    for (id, status, code) in [("x", 400, "INVALID_ID"), ("99999999", 404, "NOT_FOUND")] {
        let (actual, body) = get(&simulator, Service::Accounting, &format!("/api/v1/balance/{id}")).parts();
        assert_eq!((actual, &body["error"]["code"]), (status, &json!(code)));
    }
}

#[test]
fn readiness_falls_with_the_portfolio_and_security_services() {
    let simulator = start();
    for (path, status) in [("/health", "healthy"), ("/health/live", "alive"), ("/api/v1/health/ready", "ready")] {
        let (code, body) = get(&simulator, Service::Accounting, path).parts();
        assert_eq!((code, &body["status"], &body["version"]), (200, &json!(status), &json!("1.0.0")));
    }
    let fault = simulator.faults().inject(Fault::new(Service::Security, FaultKind::Drop));
    for (path, status) in [("/health/ready", "not_ready"), ("/health/detailed", "degraded")] {
        let (code, body) = get(&simulator, Service::Accounting, path).parts();
        assert_eq!((code, &body["status"]), (503, &json!(status)));
        assert_eq!(body["checks"]["security_service"]["status"], "unhealthy");
    }
    assert_eq!(get(&simulator, Service::Accounting, "/health/live").status, 200);
    assert!(simulator.faults().clear(fault));
    assert_eq!(get(&simulator, Service::Accounting, "/health/ready").status, 200);
}

#[test]
fn unknown_routes_answer_plain_text() {
    let simulator = start();
    let reply = get(&simulator, Service::Accounting, "/api/v1/nothing");
    assert_eq!((reply.status, reply.body.as_str()), (404, "404 page not found\n"));
    assert!(reply.content_type.starts_with("text/plain"));
    let reply = delete(&format!("{}/api/v1/balances", simulator.endpoints().accounting));
    assert_eq!((reply.status, reply.body.as_str()), (405, ""));
}
