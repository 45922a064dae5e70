//! Faults on the wire, and the counters.

use std::time::{Duration, Instant};

use serde_json::json;
use simulator::{Fault, FaultKind, PortfolioKind, Service};

use crate::support::{get, portfolio_of, start, try_get};

const PRICES: &str = "/api/v1/prices";

#[test]
fn each_service_fails_in_its_own_shape() {
    let simulator = start();
    let id = portfolio_of(&simulator, PortfolioKind::New);
    for service in Service::ALL {
        simulator.faults().inject(Fault::new(service, FaultKind::Status { status: 500 }));
    }
    let body = |service, path: &str| {
        let reply = get(&simulator, service, path);
        assert_eq!(reply.status, 500);
        reply
    };
    let summary = body(Service::Accounting, &format!("/api/v1/portfolios/{id}/summary")).json();
    assert_eq!(summary["error"]["message"], "Failed to retrieve portfolio summary");
    assert_eq!(body(Service::Accounting, "/api/v1/balances").json()["error"]["message"], "Failed to retrieve balances");
    assert_eq!(body(Service::Pricing, PRICES).json()["error"], "Internal Server Error");
    assert_eq!(body(Service::Portfolio, "/api/v1/portfolios").json(), json!({"detail": "Internal server error"}));
    assert_eq!(
        body(Service::Portfolio, "/api/v2/portfolios").json(),
        json!({"detail": "An unexpected error occurred while searching portfolios"})
    );
    assert_eq!(body(Service::Security, "/api/v1/securities").body, "Internal Server Error");
    assert_eq!(body(Service::Order, "/api/v1/orders").json()["code"], "INTERNAL_ERROR");
    assert!(simulator.faults().clear_service(Service::Order));
    assert_eq!(get(&simulator, Service::Order, "/api/v1/orders").status, 200);
    assert_eq!(get(&simulator, Service::Pricing, PRICES).status, 500);
}

#[test]
fn dropped_truncated_and_garbled_answers_are_what_they_are_called() {
    let simulator = start();
    let url = format!("{}{PRICES}", simulator.endpoints().pricing);
    let inject = |kind| simulator.faults().inject(Fault::new(Service::Pricing, kind).times(1));
    inject(FaultKind::Drop);
    assert!(try_get(&url).is_err(), "no answer at all");
    inject(FaultKind::Truncate);
    let error = try_get(&url).unwrap_err();
    assert!(matches!(error, ureq::Error::Io(_)), "the head came, the body did not: {error:?}");
    inject(FaultKind::Garbage);
    let reply = try_get(&url).unwrap();
    assert_eq!((reply.status, reply.content_type.as_str()), (200, "application/json"));
    assert!(serde_json::from_str::<serde_json::Value>(&reply.body).is_err());
    inject(FaultKind::Html { status: 502 });
    let reply = try_get(&url).unwrap();
    assert_eq!((reply.status, reply.content_type.as_str()), (502, "text/html"));
    assert!(reply.body.contains("502 Bad Gateway"));
    let headers = [("Retry-After".to_owned(), "9".to_owned())].into();
    inject(FaultKind::Answer {
        status: 429,
        content_type: "text/plain".to_owned(),
        headers,
        body: "slow down".to_owned(),
    });
    let reply = try_get(&url).unwrap();
    assert_eq!((reply.status, reply.retry_after.as_deref(), reply.body.as_str()), (429, Some("9"), "slow down"));
    assert_eq!(try_get(&url).unwrap().status, 200, "all of them are spent");
}

#[test]
fn a_delay_only_delays() {
    let simulator = start();
    simulator.faults().inject(Fault::new(Service::Pricing, FaultKind::Delay { ms: 60 }));
    let started = Instant::now();
    assert_eq!(get(&simulator, Service::Pricing, PRICES).status, 200);
    assert!(started.elapsed() >= Duration::from_millis(60));
}

#[test]
fn a_hanging_request_goes_on_hanging_until_the_fault_is_cleared() {
    let simulator = start();
    let url = format!("{}{PRICES}", simulator.endpoints().pricing);
    let fault = simulator.faults().inject(Fault::new(Service::Pricing, FaultKind::Hang));
    let client = std::thread::spawn(move || try_get(&url));
    let deadline = Instant::now() + Duration::from_secs(5);
    while simulator.counters().of(Service::Pricing) == 0 {
        assert!(Instant::now() < deadline, "the request never arrived");
        std::thread::yield_now();
    }
    assert!(!client.is_finished());
    assert!(simulator.faults().clear(fault));
    assert!(client.join().unwrap().is_err());
    assert_eq!(get(&simulator, Service::Pricing, PRICES).status, 200);
}

#[test]
fn a_simulator_stops_although_a_request_hangs() {
    let simulator = start();
    let url = format!("{}{PRICES}", simulator.endpoints().pricing);
    simulator.faults().inject(Fault::new(Service::Pricing, FaultKind::Hang));
    let client = std::thread::spawn(move || try_get(&url));
    let deadline = Instant::now() + Duration::from_secs(5);
    while simulator.counters().of(Service::Pricing) == 0 {
        assert!(Instant::now() < deadline, "the request never arrived");
        std::thread::yield_now();
    }
    let started = Instant::now();
    simulator.stop().unwrap();
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    assert!(client.join().unwrap().is_err());
}

#[test]
fn a_fault_of_one_portfolio_leaves_the_others_alone() {
    let simulator = start();
    let (struck, spared) =
        (portfolio_of(&simulator, PortfolioKind::New), portfolio_of(&simulator, PortfolioKind::Drifted));
    let template = "GET /api/v1/portfolios/{portfolioId}/summary";
    simulator
        .faults()
        .inject(Fault::new(Service::Accounting, FaultKind::Status { status: 503 }).at(template).containing(&struck));
    let status = |id: &str| get(&simulator, Service::Accounting, &format!("/api/v1/portfolios/{id}/summary")).status;
    assert_eq!((status(&struck), status(&spared)), (503, 200));
    assert_eq!(get(&simulator, Service::Accounting, &format!("/api/v1/balances?portfolio_id={struck}")).status, 200);
}

#[test]
fn requests_are_counted_per_service_and_path_template_struck_ones_included() {
    let simulator = start();
    simulator.faults().inject(Fault::new(Service::Pricing, FaultKind::Status { status: 500 }).times(1));
    for _ in 0..2 {
        get(&simulator, Service::Pricing, PRICES);
    }
    let template = "GET /api/v1/portfolios/{portfolioId}/summary";
    for kind in [PortfolioKind::New, PortfolioKind::Short, PortfolioKind::Unfunded] {
        let id = portfolio_of(&simulator, kind);
        get(&simulator, Service::Accounting, &format!("/api/v1/portfolios/{id}/summary?x=y"));
    }
    get(&simulator, Service::Accounting, "/no/such/path");
    let counters = simulator.counters();
    assert_eq!((counters.total(), counters.of(Service::Accounting), counters.of(Service::Order)), (6, 4, 0));
    assert_eq!(counters.endpoint(Service::Pricing, "GET /api/v1/prices"), 2);
    assert_eq!(counters.endpoint(Service::Accounting, template), 3);
    assert_eq!(counters.endpoint(Service::Accounting, "GET unmatched"), 1);
    counters.reset();
    assert_eq!(counters.total(), 0);
}
