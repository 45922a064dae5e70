//! Until when a request must have its answer.

use crate::problem::Problem;
use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest};
use application::Deadline;
use std::future::{Ready, ready};

/// The deadline of this request; extractable by handlers that pass it into a use case.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestDeadline(pub(crate) Deadline);

impl FromRequest for RequestDeadline {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let deadline = request.extensions().get::<Self>().copied();
        ready(deadline.ok_or_else(|| Problem::internal("the request has no deadline: the edge is missing")))
    }
}

/// Gives up when the deadline passes before the answer has begun.
pub(crate) async fn within_deadline(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let deadline = request.extensions().get::<RequestDeadline>().copied();
    match deadline {
        Some(RequestDeadline(at)) => {
            tokio::time::timeout_at(at, next.call(request)).await.unwrap_or_else(|_| Err(Problem::timed_out().into()))
        }
        None => next.call(request).await,
    }
}
