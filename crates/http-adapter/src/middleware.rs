//! What surrounds every request, outermost first: [`edge`] (names, headers, metrics, one log event), cross-origin
//! rules ([`cors`]), compression, the number of requests in progress
//! ([`limit_in_flight`]), and [`guard`] (panics).

mod cors;
mod deadline;
mod edge;
mod guard;
mod headers;
mod in_flight;
mod record;
mod tracing_context;

pub(crate) use cors::cors;
pub(crate) use deadline::{RequestDeadline, within_deadline};
pub(crate) use edge::edge;
pub(crate) use guard::guard;
pub(crate) use headers::DOCUMENTATION_CSP;
pub(crate) use in_flight::limit_in_flight;
