//! JSON over HTTP, with failures that show what was answered.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A server that speaks JSON.
pub(super) struct Client {
    base: String,
    agent: ureq::Agent,
}

impl Client {
    pub(super) fn new(base: String) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_mins(1)))
            .build();
        Self { base, agent: config.into() }
    }

    /// The URL that paths are appended to.
    pub(super) fn base(&self) -> &str {
        &self.base
    }

    /// Reads a resource.
    pub(super) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        let url = format!("{}{path}", self.base);
        let answer = self.agent.get(&url).call();
        read(&format!("GET {url}"), answer)
    }

    /// Sends a body, or none.
    pub(super) fn post<T: DeserializeOwned>(&self, path: &str, body: Option<&Value>) -> Result<T> {
        let url = format!("{}{path}", self.base);
        let request = self.agent.post(&url);
        let answer = match body {
            Some(body) => request.send_json(body),
            None => request.send_empty(),
        };
        read(&format!("POST {url}"), answer)
    }
}

fn read<T: DeserializeOwned>(what: &str, answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<T> {
    let mut answer = answer.with_context(|| format!("{what} failed"))?;
    let status = answer.status();
    let text = answer.body_mut().read_to_string().with_context(|| format!("{what}: the answer cannot be read"))?;
    if !status.is_success() {
        bail!("{what} answered {status}: {text}");
    }
    serde_json::from_str(&text).with_context(|| format!("{what} answered something unexpected: {text:.300}"))
}
