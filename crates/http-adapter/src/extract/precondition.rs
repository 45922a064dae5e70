//! Conditional requests (RFC 9110, 13): entity tags are versions.

use actix_web::HttpResponse;
use actix_web::http::header::{ETAG, EntityTag, IfNoneMatch};
use domain::Version;

/// The entity tag of a version.
pub(crate) fn etag(version: Version) -> EntityTag {
    EntityTag::new_strong(version.number().to_string())
}

/// The answer to a caller who has this version already.
pub(crate) fn unchanged(known: &IfNoneMatch, version: Version) -> Option<HttpResponse> {
    let tag = etag(version);
    let is_known = match known {
        IfNoneMatch::Any => true,
        IfNoneMatch::Items(tags) => tags.iter().any(|known| known.weak_eq(&tag)),
    };
    is_known.then(|| HttpResponse::NotModified().insert_header((ETAG, tag)).finish())
}
