//! Portfolios: lists, searches, creation.

use serde_json::json;
use simulator::{Service, SimulatorConfig};

use crate::support::{SEED, get, members, post, start, start_with};

#[test]
fn the_first_version_lists_everything_and_dates_have_no_zone() {
    let simulator = start();
    let body = get(&simulator, Service::Portfolio, "/api/v1/portfolios").json();
    let all = body.as_array().unwrap();
    assert_eq!(all.len(), 20);
    assert_eq!(members(&all[0]), ["dateCreated", "name", "portfolioId", "version"]);
    assert_eq!(
        (&all[0]["name"], &all[0]["dateCreated"]),
        (&json!("Portfolio 0"), &json!("2025-06-01T12:00:00.123000"))
    );
    let id = all[3]["portfolioId"].as_str().unwrap();
    assert_eq!(get(&simulator, Service::Portfolio, &format!("/api/v1/portfolio/{id}")).json(), all[3]);
    let none = start_with(&SimulatorConfig::reproducible(SEED).portfolios(0));
    assert_eq!(get(&none, Service::Portfolio, "/api/v1/portfolios").body, "[]");
}

#[test]
fn unknown_and_malformed_ids_are_the_same_404() {
    let simulator = start();
    for id in ["000000000000000000000000", "x"] {
        let reply = get(&simulator, Service::Portfolio, &format!("/api/v1/portfolio/{id}"));
        assert_eq!(reply.parts(), (404, json!({"detail": "Portfolio not found"})));
    }
}

#[test]
fn the_second_version_searches_names_and_its_flags_follow_the_page_not_the_offset() {
    let simulator = start();
    let search = |query: &str| get(&simulator, Service::Portfolio, &format!("/api/v2/portfolios?{query}"));
    let body = search("name=portfolio%203").json();
    assert_eq!(
        (&body["portfolios"][0]["name"], &body["pagination"]["totalElements"]),
        (&json!("Portfolio 3"), &json!(1))
    );
    assert_eq!(search("name_like=FOLIO%201&limit=1000").json()["pagination"]["totalElements"], json!(11));
    assert_eq!(
        search("name=none").json(),
        json!({"portfolios": [], "pagination": {"totalElements": 0, "totalPages": 0, "currentPage": 0, "pageSize": 50, "hasNext": false, "hasPrevious": false}})
    );
    let body = search("limit=10&offset=9").json();
    assert_eq!(body["portfolios"].as_array().unwrap().len(), 10);
    assert_eq!((&body["pagination"]["hasNext"], &body["pagination"]["hasPrevious"]), (&json!(true), &json!(false)));
}

#[test]
fn refused_searches() {
    let simulator = start();
    let search = |path: &str, query: &str| get(&simulator, Service::Portfolio, &format!("{path}?{query}")).parts();
    let (v2, fast) = ("/api/v2/portfolios", "/api/fast/portfolios/search");
    let detail = |text: &str| (400, json!({"detail": text}));
    assert_eq!(search(v2, "name=a&name_like=b"), detail("Only one search parameter allowed: name or name_like"));
    assert_eq!(search(v2, "name="), detail("Search parameter cannot be empty"));
    assert_eq!(search(v2, "name=a%2Fb").0, 400);
    let (status, body) = search(v2, "limit=1001");
    assert_eq!((status, body["detail"].is_array()), (422, true));
    let (status, body) = search(fast, "limit=1001");
    assert_eq!((status, body["detail"].is_string()), (400, true));
    assert!(search(fast, "limit=5").1["processingTimeMs"].is_number());
}

#[test]
fn created_portfolios_appear_everywhere_but_are_not_funded() {
    let simulator = start();
    let batch = json!([{"name": "New one"}, {"name": "Old one", "dateCreated": "2020-01-02T03:04:05Z"}]);
    let (status, body) = post(&simulator, Service::Portfolio, "/api/v2/portfolios", &batch).parts();
    assert_eq!((status, &body[1]["dateCreated"]), (201, &json!("2020-01-02T03:04:05Z")));
    let id = body[1]["portfolioId"].as_str().unwrap();
    let read = get(&simulator, Service::Portfolio, &format!("/api/v1/portfolio/{id}")).json();
    assert_eq!((&read["name"], &read["dateCreated"]), (&json!("Old one"), &json!("2020-01-02T03:04:05")));
    assert_eq!(get(&simulator, Service::Accounting, &format!("/api/v1/portfolios/{id}/summary")).status, 500);
    assert_eq!(post(&simulator, Service::Portfolio, "/api/v1/portfolios", &json!({"name": "Single"})).status, 201);
    for body in [json!([]), json!(vec![json!({"name": "x"}); 101])] {
        assert_eq!(post(&simulator, Service::Portfolio, "/api/v2/portfolios", &body).status, 400);
    }
    assert_eq!(post(&simulator, Service::Portfolio, "/api/v2/portfolios", &json!({})).status, 422);
}

#[test]
fn health_is_json_everywhere_but_at_its_own_path() {
    let simulator = start();
    for path in ["/", "/health/live", "/health/ready", "/health/startup", "/health/detailed", "/health/metrics"] {
        let reply = get(&simulator, Service::Portfolio, path);
        assert_eq!((reply.status, reply.json().is_object()), (200, true), "{path}");
    }
    let health = get(&simulator, Service::Portfolio, "/health");
    assert_eq!((health.body.as_str(), health.cache_control.as_deref()), ("OK", Some("no-cache")));
    assert_eq!(get(&simulator, Service::Portfolio, "/nothing").parts(), (404, json!({"detail": "Not Found"})));
}
