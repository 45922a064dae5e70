//! Headers that every answer has.

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

/// Echoed, or made up.
pub(crate) const CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");

const CONTENT_SECURITY_POLICY: HeaderName = HeaderName::from_static("content-security-policy");

/// What the pages of the documentation need besides `default-src 'self'`: Swagger UI sets style attributes and draws
/// its icons from `data:` images.
pub(crate) const DOCUMENTATION_CSP: (HeaderName, HeaderValue) = (
    CONTENT_SECURITY_POLICY,
    HeaderValue::from_static("default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"),
);

const ALWAYS: [(HeaderName, HeaderValue); 4] = [
    (HeaderName::from_static("x-content-type-options"), HeaderValue::from_static("nosniff")),
    (HeaderName::from_static("x-frame-options"), HeaderValue::from_static("DENY")),
    (HeaderName::from_static("referrer-policy"), HeaderValue::from_static("strict-origin-when-cross-origin")),
    (
        HeaderName::from_static("strict-transport-security"),
        HeaderValue::from_static("max-age=31536000; includeSubDomains"),
    ),
];

/// Adds what every answer has.
pub(crate) fn complete(headers: &mut HeaderMap, correlation_id: &str) {
    for (name, value) in ALWAYS {
        headers.insert(name, value);
    }
    if !headers.contains_key(&CONTENT_SECURITY_POLICY) {
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'self'"));
    }
    // A correlation id is visible ASCII, which every header value may be.
    if let Ok(value) = HeaderValue::from_str(correlation_id) {
        headers.insert(CORRELATION_ID, value);
    }
}

/// The caller's correlation id when it is 1 to 128 visible ASCII characters, else a new UUID.
pub(crate) fn correlation_id(headers: &HeaderMap) -> String {
    let given = headers.get(CORRELATION_ID).map(HeaderValue::as_bytes).unwrap_or_default();
    let usable = (1..=128).contains(&given.len()) && given.iter().all(u8::is_ascii_graphic);
    match std::str::from_utf8(given) {
        Ok(id) if usable => id.to_owned(),
        _ => new_id(),
    }
}

#[expect(clippy::disallowed_methods, reason = "it names one request in logs; nothing depends on it")]
fn new_id() -> String {
    uuid::Uuid::new_v4().to_string()
}
