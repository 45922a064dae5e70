//! What the values of the tables are: JSON objects, each with the version `v` of its form.
//!
//! Fields may be added with a default under the same version; any other change is a new version beside this one.
//! Decimals are texts, exact and with their scale; ids are texts; instants are milliseconds since 1970 UTC.

pub(crate) mod header;
pub(crate) mod model;
pub(crate) mod portfolio;
mod text;

use domain::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Why a value cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecordError {
    /// Not JSON of this form.
    #[error("it does not have the form of version {VERSION}")]
    Form(#[from] serde_json::Error),
    /// A later form.
    #[error("it has the form of version {0}, and this program reads version {VERSION}")]
    Version(u32),
    /// A value that its type does not admit.
    #[error("{field} is not valid: {cause}")]
    Value {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// The only form so far.
const VERSION: u32 = 1;

/// A record of any version.
#[derive(Serialize, serde::Deserialize)]
struct Versioned {
    v: u32,
}

fn value_error<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
    field: &'static str,
) -> impl FnOnce(E) -> RecordError {
    move |cause| RecordError::Value { field, cause: cause.into() }
}

/// The bytes of a record.
fn write(record: &impl Serialize) -> Result<Vec<u8>, RecordError> {
    Ok(serde_json::to_vec(record)?)
}

/// A record of this version.
fn read<R: DeserializeOwned>(bytes: &[u8], version_of: impl FnOnce(&R) -> u32) -> Result<R, RecordError> {
    let read: Result<R, _> = serde_json::from_slice(bytes);
    // A later form may lack what this one needs: its version is the better answer.
    let found = read
        .as_ref()
        .map_or_else(|_| serde_json::from_slice::<Versioned>(bytes).map(|record| record.v), |r| Ok(version_of(r)));
    match found {
        Ok(version) if version != VERSION => Err(RecordError::Version(version)),
        _ => Ok(read?),
    }
}

fn instant(field: &'static str, ms: i64) -> Result<Timestamp, RecordError> {
    Timestamp::from_timestamp_millis(ms).ok_or_else(|| value_error(field)("out of range"))
}
