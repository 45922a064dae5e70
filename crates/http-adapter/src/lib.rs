//! The inbound HTTP interface: routes, wire types, problems, OpenAPI.
//!
//! [`app`] is the whole of it, for production and for tests; it reaches the inside only through
//! [`application::Application`].
//!
//! | room | what is in it |
//! |---|---|
//! | `routes` | one file per endpoint: extract, convert, one use case, convert back |
//! | `extract` | path ids, query parameters, bodies, keys; every refusal is a problem |
//! | `wire` | requests and answers; decimals by their text |
//! | `problem` | the table of codes, and what each error means for the caller |
//! | `keyed`, `replay` | requests that are done once per `Idempotency-Key` |
//! | `json`, `stored` | long answers in bounded memory |
//! | `middleware` | names, headers, metrics, one log event; cross-origin rules; panics; deadlines |
//! | `openapi` | the document and what the macros cannot say |
//!
//! # How to add an endpoint
//! 1. A file under `routes` with the handler and its `#[utoipa::path]`; list its problem codes in `x-problem-codes`.
//! 2. A line in `routes::endpoints` and one in `openapi::Document`.
//! 3. `cargo run -p http-adapter --example docs` rewrites the generated documents.

mod app;
mod context;
mod endpoint;
mod extract;
mod json;
mod keyed;
mod metrics;
mod middleware;
mod openapi;
mod problem;
mod replay;
mod routes;
mod server;
mod state;
mod stored;
mod wire;

pub use app::app;
pub use openapi::openapi_json;
pub use problem::{Code, Effect, Problem, Row, errors_markdown};
pub use server::{Server, ServerConfig, Stopper};
pub use state::{HttpConfig, HttpState, MetricsText};
