//! The gate in front of each service: counts the request and lets faults strike it.

use actix_web::body::{BoxBody, MessageBody, SizedStream, to_bytes};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error, HttpMessage as _, HttpRequest, HttpResponse};
use futures::stream;

use crate::connection;
use crate::faults::{FaultKind, Strike, Target};
use crate::suite::Service;
use crate::world::Shared;

/// Writes an error body in the shape of one service: status, path of the request, shared state.
pub(crate) type OwnError = fn(StatusCode, &HttpRequest, &Shared) -> HttpResponse;

/// A fault that the order service acts out itself, found in the extensions of the request.
#[derive(Clone, Debug)]
pub(crate) struct OrderFault(pub(crate) FaultKind);

/// As [`pass`], with the headers that a service adds to whatever it answers.
pub(crate) async fn enter<B: MessageBody + 'static>(
    service: Service,
    own_error: OwnError,
    world: Shared,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let mut response = pass(service, own_error, world, request, next).await?;
    if service == Service::Portfolio {
        for (name, value) in PORTFOLIO_HEADERS {
            response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
    }
    Ok(response)
}

/// Headers of all answers of the portfolio service. The first is no ban on a client's own cache.
const PORTFOLIO_HEADERS: [(&str, &str); 3] =
    [("cache-control", "no-cache"), ("x-content-type-options", "nosniff"), ("x-frame-options", "DENY")];

/// Counts `request`, lets faults strike it, and else passes it on.
async fn pass<B: MessageBody + 'static>(
    service: Service,
    own_error: OwnError,
    world: Shared,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let method = request.method().as_str().to_owned();
    let template = request.match_pattern().unwrap_or_else(|| "unmatched".to_owned());
    world.counters.record(service, &format!("{method} {template}"));
    let uri = request.uri().to_string();
    let strike = world.faults.strike(&Target { service, method: &method, template: &template, uri: &uri });
    let Strike { delay, kind } = strike;
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    let Some((id, kind)) = kind else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    tracing::debug!(%service, endpoint = %template, fault = ?kind, "a fault strikes");
    match kind {
        FaultKind::Status { status } => {
            let response = own_error(status_code(status), request.request(), &world);
            Ok(request.into_response(response))
        }
        FaultKind::Answer { status, content_type, headers, body } => {
            let mut response = HttpResponse::build(status_code(status));
            response.content_type(content_type);
            for header in headers {
                response.insert_header(header);
            }
            Ok(request.into_response(response.body(body)))
        }
        FaultKind::Html { status } => Ok(request.into_response(proxy_page(status))),
        FaultKind::Garbage => Ok(request.into_response(
            HttpResponse::Ok().content_type("application/json").body("{\"portfolioId\": \u{fffd}\u{0} [}"),
        )),
        FaultKind::Drop => Ok(hang_up(request)),
        FaultKind::Hang => {
            world.faults.cleared(id).await;
            Ok(hang_up(request))
        }
        FaultKind::Truncate => truncated(next.call(request).await?).await,
        FaultKind::LoseAnswer { status } => Ok(lost(next.call(request).await?, status)),
        FaultKind::AppearLater { status, .. } => {
            request.extensions_mut().insert(OrderFault(kind));
            Ok(lost(next.call(request).await?, status))
        }
        FaultKind::Overload if service != Service::Order => {
            let response = own_error(StatusCode::INTERNAL_SERVER_ERROR, request.request(), &world);
            Ok(request.into_response(response))
        }
        FaultKind::Overload | FaultKind::FailItems { .. } => {
            request.extensions_mut().insert(OrderFault(kind));
            Ok(next.call(request).await?.map_into_boxed_body())
        }
        // Delays were taken out of the strike before.
        FaultKind::Delay { .. } => Ok(next.call(request).await?.map_into_boxed_body()),
    }
}

fn status_code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The page of a proxy whose upstream fails.
fn proxy_page(status: u16) -> HttpResponse {
    let status = status_code(status);
    let page =
        format!("<html>\r\n<head><title>{status}</title></head>\r\n<body><h1>{status}</h1></body>\r\n</html>\r\n");
    HttpResponse::build(status).content_type("text/html").body(page)
}

/// The connection is gone; the response goes nowhere.
fn hang_up(request: ServiceRequest) -> ServiceResponse<BoxBody> {
    connection::cut(request.request());
    request.into_response(HttpResponse::ServiceUnavailable().force_close().finish())
}

/// Drops the answer to work that was done.
fn lost<B>(response: ServiceResponse<B>, status: Option<u16>) -> ServiceResponse<BoxBody> {
    let (request, _) = response.into_parts();
    if let Some(status) = status {
        return ServiceResponse::new(request, proxy_page(status));
    }
    connection::cut(&request);
    ServiceResponse::new(request, HttpResponse::ServiceUnavailable().force_close().finish())
}

/// Announces the whole body, sends half of it, and cuts the connection.
async fn truncated<B: MessageBody + 'static>(response: ServiceResponse<B>) -> Result<ServiceResponse<BoxBody>, Error> {
    let (request, response) = response.into_parts();
    let (response, body) = response.into_parts();
    let body = to_bytes(body).await.map_err(|error| actix_web::error::ErrorInternalServerError(error.into()))?;
    let (length, half) = (body.len() as u64, body.slice(..body.len() / 2));
    let socket = request.clone();
    let rest = stream::once(async move { Ok::<Bytes, std::io::Error>(half) });
    let rest = futures::StreamExt::chain(
        rest,
        stream::once(async move {
            // Until the first half has left: the stream is polled again only after it was handed to the socket.
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            connection::cut(&socket);
            Err(std::io::Error::from(std::io::ErrorKind::ConnectionAborted))
        }),
    );
    let response = response.set_body(SizedStream::new(length, Box::pin(rest))).map_into_boxed_body();
    Ok(ServiceResponse::new(request, response))
}
