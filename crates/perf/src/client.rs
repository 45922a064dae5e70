//! JSON over HTTP, for setting the scene and for the measured requests.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A server; clones share their connections.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    base: String,
    agent: ureq::Agent,
}

/// A request that is sent again and again.
#[derive(Clone, Debug)]
pub(crate) enum Request {
    Get(String),
    Post(String, Option<Value>),
    Put(String, Value),
}

impl Client {
    pub(crate) fn new(base: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_mins(2)))
            .max_idle_connections_per_host(128)
            .max_idle_connections(256)
            .build();
        Self { base: base.to_owned(), agent: config.into() }
    }

    /// Sends the request, reads the whole answer, and tells its status and its length in bytes.
    ///
    /// # Errors
    /// When there is no answer, or it is cut.
    pub(crate) fn send(&self, request: &Request) -> Result<(u16, u64)> {
        let mut answer = self.answer(request)?;
        let status = answer.status().as_u16();
        let length = std::io::copy(&mut answer.body_mut().as_reader(), &mut std::io::sink())?;
        Ok((status, length))
    }

    /// Sends the request and reads its JSON.
    ///
    /// # Errors
    /// When there is no answer, or it is not a success.
    pub(crate) fn read<T: DeserializeOwned>(&self, request: &Request) -> Result<T> {
        let mut answer = self.answer(request)?;
        let status = answer.status();
        let text = answer.body_mut().with_config().limit(u64::MAX).read_to_string()?;
        if !status.is_success() {
            bail!("{request:?} was answered {status}: {text:.500}");
        }
        serde_json::from_str(&text).with_context(|| format!("{request:?} was answered {text:.300}"))
    }

    fn answer(&self, request: &Request) -> Result<ureq::http::Response<ureq::Body>> {
        let url = |path: &str| format!("{}{path}", self.base);
        let answer = match request {
            Request::Get(path) => self.agent.get(&url(path)).call(),
            Request::Post(path, Some(body)) => self.agent.post(&url(path)).send_json(body),
            Request::Post(path, None) => self.agent.post(&url(path)).send_empty(),
            Request::Put(path, body) => self.agent.put(&url(path)).send_json(body),
        };
        answer.with_context(|| format!("{request:?} was not answered"))
    }
}
