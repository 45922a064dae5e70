//! The body of a request, whole, up to the limit.

use crate::problem::{Code, Problem};
use crate::state::HttpState;
use actix_web::dev::{Decompress, Payload};
use actix_web::http::header;
use actix_web::web::{Bytes, BytesMut, Data};
use actix_web::{FromRequest, HttpRequest};
use futures::StreamExt;
use futures::future::{FutureExt, LocalBoxFuture};

/// The bytes of a body, of any media type: what they mean is for the reader to say.
#[derive(Clone, Debug)]
pub(crate) struct Body(pub(crate) Bytes);

impl FromRequest for Body {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let limit = request.app_data::<Data<HttpState>>().map_or(0, |state| state.config.body_limit);
        let declared =
            request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        let stream = Decompress::from_headers(payload.take(), request.headers());
        read(stream, limit, declared.unwrap_or(0)).boxed_local()
    }
}

async fn read(mut stream: Decompress<Payload>, limit: usize, declared: usize) -> Result<Body, Problem> {
    if declared > limit {
        return Err(too_large(limit));
    }
    let mut bytes = BytesMut::with_capacity(declared);
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|error| {
            Problem::new(Code::BadRequest, "The body cannot be read to its end.").caused_by(error.to_string())
        })?;
        if bytes.len() + chunk.len() > limit {
            return Err(too_large(limit));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Body(bytes.freeze()))
}

fn too_large(limit: usize) -> Problem {
    Problem::new(Code::BodyTooLarge, format!("The body has more than {limit} bytes, the most that is read."))
}
