//! A panic is a defect of one request: it is answered and logged like any other.

use crate::problem::Problem;
use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use futures::FutureExt;
use std::any::Any;
use std::panic::AssertUnwindSafe;

/// Turns a panic into a problem. What a handler shares with others is behind locks that tolerate panics, so that going
/// on is sound.
pub(crate) async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let called = AssertUnwindSafe(next.call(request)).catch_unwind().await;
    called.unwrap_or_else(|panic| Err(Problem::internal(format!("a handler panicked: {}", text(&*panic))).into()))
}

/// What the panic said.
pub(crate) fn text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}
