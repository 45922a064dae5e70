//! The body of a request, whole, up to the limit of bytes and of time.

mod inflate;

use crate::middleware::RequestDeadline;
use crate::problem::{Code, Problem};
use crate::state::HttpState;
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures::StreamExt;
use futures::future::{FutureExt, LocalBoxFuture};
use inflate::{Fault, Inflating};

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
        let encoding = request.headers().get(header::CONTENT_ENCODING).map(|value| value.as_bytes().to_vec());
        let deadline = request.extensions().get::<RequestDeadline>().copied();
        let body = read(payload.take(), limit, declared.unwrap_or(0), encoding);
        async move {
            match deadline {
                // Nothing was begun: the body comes before everything else.
                Some(RequestDeadline(at)) => tokio::time::timeout_at(at, body)
                    .await
                    .unwrap_or_else(|_| Err(Problem::timed_out().without_effect())),
                None => body.await,
            }
        }
        .boxed_local()
    }
}

async fn read(mut stream: Payload, limit: usize, declared: usize, encoding: Option<Vec<u8>>) -> Result<Body, Problem> {
    if declared > limit {
        return Err(too_large(limit));
    }
    let mut inflating = Inflating::new(encoding.as_deref().unwrap_or_default(), limit).ok_or_else(|| {
        let detail = "The Content-Encoding of the body is none of gzip, deflate, br and identity.";
        Problem::new(Code::UnsupportedEncoding, detail)
    })?;
    let unreadable =
        |error: String| Problem::new(Code::BadRequest, "The body cannot be read to its end.").caused_by(error);
    let refused = |fault| match fault {
        Fault::TooLong => too_large(limit),
        Fault::Unreadable(error) => unreadable(error.to_string()),
    };
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|error| unreadable(error.to_string()))?;
        inflating.add(&chunk).map_err(refused)?;
    }
    inflating.finish().map(|bytes| Body(Bytes::from(bytes))).map_err(refused)
}

fn too_large(limit: usize) -> Problem {
    Problem::new(Code::BodyTooLarge, format!("The body has more than {limit} bytes, the most that is read."))
}
