//! One exchange: a GET and its whole answer, within bounds of time and size.

use crate::UpstreamConfig;
use crate::failure::{Cause, Failure};
use crate::hooks::{RequestContext, UpstreamHooks};
use crate::reply::{Reply, retry_after};
use ports::Upstream;
use reqwest::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Response, redirect};
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The most time to reach a service; less than a try has, so that a lost packet costs a retry and not the try.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long connections to a service are kept when they are idle: less than the service keeps them (portfolio 2 s, security
/// 5 s, pricing 60 s, accounting 120 s), so that hardly a request meets a dying one.
const fn idle_timeout(service: Upstream) -> Duration {
    match service {
        Upstream::Portfolio => Duration::from_millis(1_500),
        Upstream::Security => Duration::from_secs(4),
        Upstream::Pricing | Upstream::PortfolioAccounting => Duration::from_secs(50),
    }
}

/// Bytes that are counted as one against those held in all.
const BYTES_PER_PERMIT: usize = 16 * 1024;
/// How this service calls itself.
const USER_AGENT: &str = concat!("globeco-order-generation-service/", env!("CARGO_PKG_VERSION"));

/// The HTTP client could not be set up, such as when TLS is wanted and the machine trusts no certificates.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client cannot be set up")]
pub struct ClientBuildError(#[source] Cause);

/// What answers of all services may hold together, in [`BYTES_PER_PERMIT`].
pub(crate) fn held_in_all(config: &UpstreamConfig) -> Arc<Semaphore> {
    Arc::new(Semaphore::new((config.max_bytes_in_all / BYTES_PER_PERMIT).clamp(1, Semaphore::MAX_PERMITS)))
}

/// The configured client of one service.
#[derive(Clone)]
pub(crate) struct HttpClient {
    client: Client,
    max_body_bytes: usize,
    held_in_all: Arc<Semaphore>,
    context: Arc<dyn RequestContext>,
}

impl HttpClient {
    pub(crate) fn new(
        service: Upstream,
        held_in_all: &Arc<Semaphore>,
        config: &UpstreamConfig,
        hooks: &UpstreamHooks,
    ) -> Result<Self, ClientBuildError> {
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            // Fails only when another thread was faster, which is as good.
            drop(rustls::crypto::ring::default_provider().install_default());
        }
        let mut builder = Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(CONNECT_TIMEOUT.min(config.timeout))
            .pool_idle_timeout(idle_timeout(service))
            .pool_max_idle_per_host(config.max_parallel.get())
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy();
        if !config.urls.any_https() {
            // Without TLS there is no need for trusted certificates, which a minimal image does not have.
            builder = builder.tls_certs_only([]);
        }
        let client = builder.build().map_err(|error| ClientBuildError(error.into()))?;
        let max_body_bytes = match service {
            Upstream::PortfolioAccounting => config.max_book_bytes,
            Upstream::Pricing | Upstream::Portfolio | Upstream::Security => config.max_list_bytes,
        };
        Ok(Self { client, max_body_bytes, held_in_all: Arc::clone(held_in_all), context: Arc::clone(&hooks.context) })
    }

    /// The answer to a GET, whatever its status, read to its end within `timeout`.
    pub(crate) async fn get(&self, url: &str, timeout: Duration) -> Result<Reply, Failure> {
        let request = self.client.get(url).timeout(timeout).headers(self.headers());
        let response = request.send().await.map_err(sending_failed)?;
        let (status, retry_after) = (response.status(), retry_after(response.headers()));
        let (body, held) = self.body(response).await?;
        Ok(Reply { status, retry_after, body, held })
    }

    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        for (name, value) in self.context.headers() {
            if let (Ok(key), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                headers.insert(key, value);
            } else {
                tracing::debug!(name, "a context header that HTTP does not allow is left out");
            }
        }
        headers
    }

    /// The body, decompressed, and its part of what may be held in all: both grow together, and when either bound is
    /// reached the rest is not read.
    async fn body(&self, mut response: Response) -> Result<(Vec<u8>, Option<OwnedSemaphorePermit>), Failure> {
        let mut body = Vec::new();
        let mut held: Option<OwnedSemaphorePermit> = None;
        while let Some(chunk) = response.chunk().await.map_err(reading_failed)? {
            if chunk.len() > self.max_body_bytes - body.len() {
                return Err(Failure::invalid(format!("the answer is longer than {} bytes", self.max_body_bytes)));
            }
            body.extend_from_slice(&chunk);
            let wanted =
                body.len().div_ceil(BYTES_PER_PERMIT) - held.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
            if wanted > 0 {
                let more = u32::try_from(wanted).ok();
                let more = more.and_then(|more| Arc::clone(&self.held_in_all).try_acquire_many_owned(more).ok());
                let more = more.ok_or_else(|| Failure::unavailable("too many large answers are being read"))?;
                match &mut held {
                    Some(held) => held.merge(more),
                    None => held = Some(more),
                }
            }
        }
        Ok((body, held))
    }
}

/// The request was not answered. The address stays out of the error: it may carry credentials.
fn sending_failed(error: reqwest::Error) -> Failure {
    let error = error.without_url();
    if error.is_builder() {
        Failure::invalid(error)
    } else if error.is_timeout() && !error.is_connect() {
        Failure::Timeout { cause: error.into() }
    } else if !error.is_connect() && was_closed(&error) {
        Failure::Dropped { cause: error.into() }
    } else {
        Failure::unavailable(error)
    }
}

/// Whether the other side closed the connection instead of answering. The HTTP library says so in words only.
fn was_closed(error: &reqwest::Error) -> bool {
    use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    let mut cause = error.source();
    while let Some(inner) = cause {
        let io = inner.downcast_ref::<std::io::Error>();
        if io.is_some_and(|io| matches!(io.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof))
            || inner.to_string().contains("connection closed before message completed")
        {
            return true;
        }
        cause = inner.source();
    }
    false
}

/// The answer did not arrive whole: too slow, cut off, or not what its encoding promised.
fn reading_failed(error: reqwest::Error) -> Failure {
    let error = error.without_url();
    if error.is_timeout() {
        Failure::Timeout { cause: error.into() }
    } else if is_bad_encoding(&error) {
        Failure::invalid(error)
    } else {
        Failure::unavailable(error)
    }
}

/// Whether decompression failed, and not the connection.
fn is_bad_encoding(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(io) = inner.downcast_ref::<std::io::Error>() {
            return matches!(io.kind(), std::io::ErrorKind::InvalidData | std::io::ErrorKind::InvalidInput);
        }
        cause = inner.source();
    }
    false
}

#[cfg(test)]
mod tests;
