//! The `Idempotency-Key` header.

use super::canonical::canonical;
use crate::problem::{Code, Problem};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use application::{Fingerprint, IdempotencyKey};
use sha2::{Digest, Sha256};
use std::future::{Ready, ready};

/// The caller's key, if there is one, and what the request asks besides its body.
#[derive(Clone, Debug)]
pub(crate) struct IdempotencyHeader {
    key: Option<IdempotencyKey>,
    target: String,
}

impl IdempotencyHeader {
    /// The key, and what makes another request the same one: method, path with query, and body as JSON.
    pub(crate) fn with_body(self, body: &[u8]) -> Option<(IdempotencyKey, Fingerprint)> {
        let mut hash = Sha256::new();
        hash.update(self.target.as_bytes());
        hash.update([0]);
        hash.update(canonical(body));
        self.key.map(|key| (key, Fingerprint(hash.finalize().into())))
    }
}

impl FromRequest for IdempotencyHeader {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let target = format!("{} {}?{}", request.method(), request.path(), request.query_string());
        let key = request.headers().get("idempotency-key").map(|value| {
            value.to_str().ok().and_then(|text| IdempotencyKey::new(text).ok()).ok_or_else(|| {
                let detail = "The Idempotency-Key must have 1 to 255 visible ASCII characters.";
                Problem::about(Code::IdempotencyKeyInvalid, "/Idempotency-Key", detail)
            })
        });
        ready(key.transpose().map(|key| Self { key, target }))
    }
}
