//! The outermost layer: names the request, tidies its path, completes the answer's headers, counts and logs.

use super::deadline::RequestDeadline;
use super::headers::{complete, correlation_id};
use super::record::{Record, Recorded};
use super::tracing_context::adopt;
use crate::context::RequestContext;
use crate::problem::{Code, PROBLEM_JSON, Problem};
use crate::state::HttpState;
use actix_cors::CorsError;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::{StatusCode, Uri, header};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse, ResponseError, web};
use tokio::time::Instant;
use tracing::Instrument;

/// See the module.
pub(crate) async fn edge(
    state: web::Data<HttpState>,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let record = begin(&state, &request);
    let (context, span) = (record.context.clone(), record.span.clone());
    trim_trailing_slash(&mut request);
    request.extensions_mut().insert(RequestDeadline(Instant::now() + state.config.request_timeout));
    let mut record = record;
    record.route = request.match_pattern();
    let answered = context.clone().scope(next.call(request).instrument(span)).await;
    match answered {
        Ok(response) => {
            let (request, response) = response.into_parts();
            Ok(ServiceResponse::new(request, finish(response.map_into_boxed_body(), record)))
        }
        Err(error) => {
            let response = context.scope_sync(|| {
                note(&error, &mut record);
                error.error_response()
            });
            let response = finish(response, record);
            Err(InternalError::from_response("answered at the edge", response).into())
        }
    }
}

fn begin(state: &HttpState, request: &ServiceRequest) -> Record {
    let correlation_id = correlation_id(request.headers());
    let span = tracing::info_span!(
        "http_request",
        otel.kind = "server",
        otel.name = tracing::field::Empty,
        otel.status_code = tracing::field::Empty,
        http.request.method = %request.method(),
        http.route = tracing::field::Empty,
        http.response.status_code = tracing::field::Empty,
        url.path = request.path(),
        correlation_id,
    );
    let trace_id = adopt(&span, request.headers()).unwrap_or_else(|| correlation_id.clone());
    let context = RequestContext { correlation_id, trace_id };
    let (method, path) = (request.method().clone(), request.path().to_owned());
    Record::new(state.metrics.clone(), context, span, method, path)
}

/// `/api/v1/models/` is `/api/v1/models`. The pages of the documentation keep theirs: their links are relative.
fn trim_trailing_slash(request: &mut ServiceRequest) {
    let uri = request.head().uri.clone();
    let trimmed = uri.path().trim_end_matches('/');
    if trimmed.is_empty() || trimmed.len() == uri.path().len() || trimmed == crate::routes::docs::PATH {
        return;
    }
    let target = uri.query().map_or_else(|| trimmed.to_owned(), |query| format!("{trimmed}?{query}"));
    let mut parts = uri.into_parts();
    // A path without its last slash is a path.
    parts.path_and_query = target.parse().ok();
    if let Ok(uri) = Uri::from_parts(parts) {
        request.match_info_mut().get_mut().update(&uri);
        request.head_mut().uri = uri;
    }
}

/// The answer with everything that every answer has.
fn finish(response: HttpResponse<BoxBody>, mut record: Record) -> HttpResponse<BoxBody> {
    if let Some(error) = response.error() {
        note(error, &mut record);
    }
    let mut response = record.context.clone().scope_sync(|| in_envelope(response));
    record.status = Some(response.status());
    complete(response.headers_mut(), &record.context.correlation_id);
    response.map_body(|_, body| Recorded::new(body, record).boxed())
}

/// Remembers which problem was answered, and what was behind it.
fn note(error: &Error, record: &mut Record) {
    match error.as_error::<Problem>() {
        Some(problem) => {
            record.problem = Some(problem.code().as_str());
            record.cause = problem.cause_chain();
        }
        None => record.cause = Some(error.to_string()),
    }
}

/// Errors that did not come from a handler (such as a refused preflight) get the envelope too.
fn in_envelope(response: HttpResponse<BoxBody>) -> HttpResponse<BoxBody> {
    let status = response.status();
    let enveloped = response.headers().get(header::CONTENT_TYPE).is_some_and(|value| {
        let value = value.as_bytes();
        value.starts_with(PROBLEM_JSON.as_bytes()) || value.starts_with(b"application/json")
    });
    if enveloped || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let code = match status {
        StatusCode::NOT_ACCEPTABLE => Code::NotAcceptable,
        StatusCode::PAYLOAD_TOO_LARGE => Code::BodyTooLarge,
        status if status.is_client_error() => Code::BadRequest,
        _ => Code::InternalError,
    };
    // What the CORS layer has against a preflight is fit for callers.
    let refusal = response.error().and_then(|error| error.as_error::<CorsError>()).map(|error| format!("{error}."));
    let detail = refusal.unwrap_or_else(|| code.row().remedy.to_owned());
    let mut problem = Problem::new(code, detail).error_response();
    for (name, value) in response.headers() {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
            problem.headers_mut().insert(name.clone(), value.clone());
        }
    }
    problem
}
