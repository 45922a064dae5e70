//! `/api/v1/models`

pub(crate) mod create;
pub(crate) mod list;
