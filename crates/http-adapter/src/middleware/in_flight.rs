//! How many requests are in progress at the most. Further ones are refused at once, so that no crowd of callers keeps those
//! who ask for the service's health from being answered.

use crate::problem::{Code, Problem};
use crate::state::HttpState;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, web};

/// Lets a request in when there is room, and questions about health and metrics always.
pub(crate) async fn limit_in_flight(
    state: web::Data<HttpState>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if request.path().starts_with("/health/") || request.path() == "/metrics" {
        return next.call(request).await;
    }
    let Ok(_place) = state.in_flight.try_acquire() else {
        let detail =
            format!("{} requests are in progress, the most that are taken at a time.", state.config.max_in_flight);
        return Err(Problem::new(Code::Overloaded, detail).into());
    };
    next.call(request).await
}
