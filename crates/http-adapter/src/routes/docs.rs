//! `/docs` and `/openapi.json`

pub(crate) mod openapi;
pub(crate) mod ui;

/// Where the documentation is. Its links are relative, so that it also works behind a gateway that adds a prefix.
pub(crate) const PATH: &str = "/docs";
/// The pages and files of the documentation.
pub(crate) const FILES: &str = "/docs/{file:.*}";
