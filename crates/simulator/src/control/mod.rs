//! The control API: faults, counters and the book, for drivers outside the process.

use actix_web::web::ServiceConfig;

/// All routes of the control API.
pub(crate) fn routes(_: &mut ServiceConfig) {}
