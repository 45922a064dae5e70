//! The document of a key.

use crate::fields::{FieldError, Fields, date_time};
use crate::schema;
use domain::Timestamp;
use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Binary, Bson, Document, doc, oid::ObjectId};
use ports::{Claim, ClaimRequest, Fingerprint, ResourceId};

/// What is stored under a key.
pub(super) struct Held {
    /// The id of the claim that holds it.
    pub(super) claim: ObjectId,
    fingerprint: Fingerprint,
    /// What its request creates, or created.
    pub(super) resource_id: ResourceId,
    status: Option<u16>,
    busy_until: Timestamp,
    expires_at: Timestamp,
}

/// Why a key may be claimed although something is stored under it.
pub(super) enum Free {
    /// It counts as never used.
    Expired,
    /// Its request was interrupted.
    Abandoned,
}

impl Held {
    /// What a request comes to that finds this, or why it may claim the key.
    pub(super) fn judge(&self, request: &ClaimRequest) -> Result<Claim, Free> {
        if self.expires_at <= request.now {
            return Err(Free::Expired);
        }
        if self.fingerprint != request.fingerprint {
            return Ok(Claim::Reused);
        }
        match self.status {
            Some(status) => Ok(Claim::Done { status, resource_id: self.resource_id }),
            None if self.busy_until > request.now => Ok(Claim::Running),
            None => Err(Free::Abandoned),
        }
    }
}

/// The update that makes `request` the holder of a key that was never used, by the claim `mine`.
pub(super) fn claimed(request: &ClaimRequest, mine: ObjectId) -> Document {
    let fingerprint = Binary { subtype: BinarySubtype::Generic, bytes: request.fingerprint.0.to_vec() };
    doc! {
        "$set": {
            "schema_version": schema::VERSION,
            "claim_id": mine,
            "fingerprint": fingerprint,
            "resource_id": ObjectId::from_bytes(request.resource_id.0),
            "status": Bson::Null,
            "busy_until": date_time(request.busy_until),
            "expires_at": date_time(request.expires_at),
        },
        "$currentDate": { "touched_at": true },
    }
}

/// The update that makes `request` the holder of an abandoned key, by the claim `mine`.
pub(super) fn taken_over(request: &ClaimRequest, mine: ObjectId) -> Document {
    doc! {
        "$set": {
            "claim_id": mine,
            "busy_until": date_time(request.busy_until),
            "expires_at": date_time(request.expires_at),
        },
        "$currentDate": { "touched_at": true },
    }
}

/// What a document describes.
pub(super) fn held_of(fields: Fields<'_>) -> Result<Held, FieldError> {
    crate::models::check_schema(fields)?;
    let fingerprint = fields.bytes("fingerprint")?.try_into();
    let status = fields.maybe("status", Fields::whole)?.map(u16::try_from).transpose();
    Ok(Held {
        claim: fields.object_id("claim_id")?,
        fingerprint: Fingerprint(fingerprint.map_err(|_| FieldError::invalid("fingerprint", "not 32 bytes"))?),
        resource_id: ResourceId(fields.object_id("resource_id")?.bytes()),
        status: status.map_err(|error| FieldError::invalid("status", error))?,
        busy_until: fields.instant("busy_until")?,
        expires_at: fields.instant("expires_at")?,
    })
}
