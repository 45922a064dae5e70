//! Securities: lists, searches, errors.

use serde_json::json;
use simulator::{Service, is_object_id};

use crate::support::{get, members, security, start};

#[test]
fn the_first_version_lists_everything_with_its_type() {
    let simulator = start();
    let (status, body) = get(&simulator, Service::Security, "/api/v1/securities").parts();
    let all = body.as_array().unwrap();
    assert_eq!((status, all.len()), (200, 666));
    assert_eq!(members(&all[0]), ["description", "securityId", "securityType", "securityTypeId", "ticker", "version"]);
    assert_eq!(members(&all[0]["securityType"]), ["abbreviation", "description", "securityTypeId"]);
    assert!(all.iter().all(|one| is_object_id(one["securityId"].as_str().unwrap())));
    assert!(all.iter().any(|one| one["ticker"] == "ABNBB"), "the seed holds odd tickers");
}

#[test]
fn one_security_is_found_by_id_and_a_malformed_id_is_a_plain_500() {
    let simulator = start();
    let id = security(&simulator, "AAPL");
    let (status, body) = get(&simulator, Service::Security, &format!("/api/v1/security/{id}")).parts();
    assert_eq!((status, &body["ticker"], &body["description"]), (200, &json!("AAPL"), &json!("Apple Inc.")));
    let unknown = get(&simulator, Service::Security, "/api/v1/security/000000000000000000000000");
    assert_eq!(unknown.parts(), (404, json!({"detail": "Security not found"})));
    let malformed = get(&simulator, Service::Security, "/api/v1/security/AAPL");
    assert_eq!((malformed.status, malformed.body.as_str()), (500, "Internal Server Error"));
    assert!(malformed.content_type.starts_with("text/plain"));
}

#[test]
fn a_dangling_type_breaks_the_whole_list_but_hides_only_one_security() {
    let simulator = start();
    let gone = "0123456789abcdef01234567";
    let id = simulator.edit(|book| book.add_security("ZZZZ", "Dangling", Some(gone)));
    let detail = json!({"detail": format!("Invalid securityTypeId: {gone}")});
    assert_eq!(get(&simulator, Service::Security, "/api/v1/securities").parts(), (400, detail.clone()));
    assert_eq!(get(&simulator, Service::Security, "/api/v2/securities?ticker=ZZZZ").parts(), (400, detail));
    assert_eq!(get(&simulator, Service::Security, "/api/v2/securities?limit=10").status, 200);
    assert_eq!(get(&simulator, Service::Security, &format!("/api/v1/security/{id}")).status, 404);
}

#[test]
fn the_second_version_pages_by_ticker_from_page_zero() {
    let simulator = start();
    let body = get(&simulator, Service::Security, "/api/v2/securities?limit=100&offset=650").json();
    assert_eq!(body["securities"].as_array().unwrap().len(), 16);
    assert_eq!(
        body["pagination"],
        json!({"totalElements": 666, "totalPages": 7, "currentPage": 6, "pageSize": 100, "hasNext": false, "hasPrevious": true})
    );
    let body = get(&simulator, Service::Security, "/api/v2/securities?limit=1000").json();
    let tickers: Vec<_> =
        body["securities"].as_array().unwrap().iter().map(|one| one["ticker"].as_str().unwrap()).collect();
    assert_eq!(tickers.len(), 666);
    assert!(tickers.is_sorted());
    assert_eq!(body["securities"][0]["securityType"]["version"], json!(1));
}

#[test]
fn tickers_are_searched_as_regular_expressions_without_regard_to_case() {
    let simulator = start();
    simulator.edit(|book| book.add_security("BRKXB", "Not Berkshire", None));
    let tickers = |query: &str| {
        let body = get(&simulator, Service::Security, &format!("/api/v2/securities?{query}")).json();
        let list = body["securities"].as_array().unwrap();
        list.iter().map(|one| one["ticker"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(tickers("ticker=aapl"), ["AAPL"]);
    assert_eq!(tickers("ticker=BRK.B"), ["BRK.B", "BRKXB"]);
    assert_eq!(tickers("ticker=NOSUCH"), Vec::<String>::new());
    assert!(tickers("ticker_like=GOO").contains(&"GOOGL".to_owned()));
}

#[test]
fn refused_searches_have_texts_and_refused_pages_have_lists() {
    let simulator = start();
    for query in ["ticker=A&ticker_like=B", "ticker=", "ticker=A%20B"] {
        let (status, body) = get(&simulator, Service::Security, &format!("/api/v2/securities?{query}")).parts();
        assert_eq!(status, 400, "{query}");
        assert!(body["detail"].as_str().unwrap().starts_with("1 validation error for SecuritySearchParams\n"));
    }
    for (query, kind, limit) in [
        ("limit=1001", "less_than_equal", json!({"le": 1000})),
        ("limit=0", "greater_than_equal", json!({"ge": 1})),
        ("offset=-1", "greater_than_equal", json!({"ge": 0})),
        ("limit=x", "int_parsing", json!(null)),
    ] {
        let (status, body) = get(&simulator, Service::Security, &format!("/api/v2/securities?{query}")).parts();
        assert_eq!(
            (status, &body["detail"][0]["type"], &body["detail"][0]["ctx"]),
            (422, &json!(kind), &limit),
            "{query}"
        );
        assert_eq!(body["detail"][0]["loc"], json!(["query", query.split('=').next().unwrap()]));
    }
}

#[test]
fn health_and_unknown_routes() {
    let simulator = start();
    for (path, status) in
        [("/health/liveness", "alive"), ("/health/readiness", "ready"), ("/health/startup", "started")]
    {
        assert_eq!(get(&simulator, Service::Security, path).parts(), (200, json!({"status": status})));
    }
    assert_eq!(get(&simulator, Service::Security, "/nothing").parts(), (404, json!({"detail": "Not Found"})));
    let (status, body) = crate::support::post(&simulator, Service::Security, "/api/v2/securities", &json!({})).parts();
    assert_eq!((status, body), (405, json!({"detail": "Method Not Allowed"})));
}
