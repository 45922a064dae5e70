//! One exchange: a GET and its whole answer, within bounds of time and size.

use crate::UpstreamConfig;
use crate::failure::{Cause, Failure};
use crate::hooks::{RequestContext, UpstreamHooks};
use crate::reply::{Reply, retry_after};
use reqwest::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Response, redirect};
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

/// The most time to reach a service; less than a try has, so that a lost packet costs a retry and not the try.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Idle connections are closed before the services do it (uvicorn after 5 s), so that no request meets a dying one.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(4);
/// How this service calls itself.
const USER_AGENT: &str = concat!("globeco-order-generation-service/", env!("CARGO_PKG_VERSION"));

/// The HTTP client could not be set up, such as when TLS is wanted and the machine trusts no certificates.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client cannot be set up")]
pub struct ClientBuildError(#[source] Cause);

/// The one configured client, shared by all services.
#[derive(Clone)]
pub(crate) struct HttpClient {
    client: Client,
    max_body_bytes: usize,
    context: Arc<dyn RequestContext>,
}

impl HttpClient {
    pub(crate) fn new(config: &UpstreamConfig, hooks: &UpstreamHooks) -> Result<Self, ClientBuildError> {
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            // Fails only when another thread was faster, which is as good.
            drop(rustls::crypto::ring::default_provider().install_default());
        }
        let mut builder = Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(CONNECT_TIMEOUT.min(config.timeout))
            .pool_idle_timeout(POOL_IDLE_TIMEOUT)
            .pool_max_idle_per_host(config.max_parallel.get())
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy();
        if !config.urls.any_https() {
            // Without TLS there is no need for trusted certificates, which a minimal image does not have.
            builder = builder.tls_certs_only([]);
        }
        let client = builder.build().map_err(|error| ClientBuildError(error.into()))?;
        Ok(Self { client, max_body_bytes: config.max_body_bytes, context: Arc::clone(&hooks.context) })
    }

    /// The answer to a GET, whatever its status, read to its end within `timeout`.
    pub(crate) async fn get(&self, url: &str, timeout: Duration) -> Result<Reply, Failure> {
        let request = self.client.get(url).timeout(timeout).headers(self.headers());
        let response = request.send().await.map_err(sending_failed)?;
        let (status, retry_after) = (response.status(), retry_after(response.headers()));
        let body = self.body(response).await?;
        Ok(Reply { status, retry_after, body })
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

    async fn body(&self, mut response: Response) -> Result<Vec<u8>, Failure> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(reading_failed)? {
            if chunk.len() > self.max_body_bytes - body.len() {
                return Err(Failure::invalid(format!("the answer is longer than {} bytes", self.max_body_bytes)));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

/// The request was not answered. The address stays out of the error: it may carry credentials.
fn sending_failed(error: reqwest::Error) -> Failure {
    let error = error.without_url();
    if error.is_builder() {
        Failure::invalid(error)
    } else if error.is_timeout() && !error.is_connect() {
        Failure::Timeout { cause: error.into() }
    } else {
        Failure::unavailable(error)
    }
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
