//! Every answer of every test is held against the OpenAPI document and the rules that all answers keep.

use crate::world::Answer;
use actix_web::http::Method;
use serde_json::Value;
use std::sync::LazyLock;

static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(&http_adapter::openapi_json()).expect("the document is JSON"));

/// Fails when an answer is not what the document says, or lacks what all answers have.
pub(crate) fn check(method: &Method, path: &str, answer: &Answer) {
    headers(answer);
    let operation = operation(method, path);
    if operation.is_null() {
        return;
    }
    let status = answer.status.as_u16();
    if [405, 404].contains(&status) && answer.text().contains("route_not_found") {
        return;
    }
    let described = &operation["responses"][status.to_string()];
    assert!(!described.is_null(), "{method} {path} answers {status}, which is not in the document: {}", answer.text());
    let media_type = answer.header("content-type").split(';').next().unwrap_or_default();
    if media_type.is_empty() {
        return;
    }
    let content = &described["content"][media_type];
    assert!(!content.is_null(), "{method} {path} answers {status} as {media_type}, which is not in the document");
    if media_type == "application/problem+json" && !answer.body.is_empty() {
        let code = answer.json()["code"].as_str().expect("a code").to_owned();
        let known = &content["examples"][&code];
        assert!(!known.is_null(), "{method} {path} answers {status} {code}, which is not in the document");
    }
}

fn headers(answer: &Answer) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "strict-origin-when-cross-origin"),
        ("strict-transport-security", "max-age=31536000; includeSubDomains"),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
    assert!(answer.header("content-security-policy").starts_with("default-src 'self'"));
    let id = answer.header("x-correlation-id");
    assert!((1..=128).contains(&id.len()), "{id:?}");
    if [429, 503].contains(&answer.status.as_u16()) {
        assert!(answer.header("retry-after").parse::<u32>().is_ok_and(|s| s > 0), "Retry-After");
    }
}

/// What the document says of this request; null when it says nothing.
fn operation(method: &Method, path: &str) -> &'static Value {
    let parts: Vec<_> = path.trim_end_matches('/').split('/').collect();
    let matches = |template: &str| {
        let template: Vec<_> = template.split('/').collect();
        template.len() == parts.len() && template.iter().zip(&parts).all(|(t, p)| t.starts_with('{') || t == p)
    };
    let method = if method == Method::HEAD { "get".to_owned() } else { method.as_str().to_lowercase() };
    let paths = DOCUMENT["paths"].as_object().expect("paths");
    // A template without parameters is the better match.
    let exact = paths.get(path);
    let found = exact.or_else(|| paths.iter().find(|(template, _)| matches(template)).map(|(_, item)| item));
    found.map_or(&Value::Null, |item| &item[method])
}
