//! A simulator of its own for each test, and a client that takes every status for an answer.

use std::time::Duration;

use serde_json::Value;
use simulator::{Service, Simulator, SimulatorConfig};

/// The seed of all tests that do not choose one.
pub(crate) const SEED: u64 = 7;

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) retry_after: Option<String>,
    pub(crate) cache_control: Option<String>,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Status and body.
    pub(crate) fn parts(&self) -> (u16, Value) {
        (self.status, self.json())
    }
}

pub(crate) fn start() -> Simulator {
    start_with(&SimulatorConfig::reproducible(SEED).portfolios(20))
}

pub(crate) fn start_with(config: &SimulatorConfig) -> Simulator {
    Simulator::start(config).unwrap()
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().http_status_as_error(false);
    // A new connection each time: what one test cuts is no other request's connection.
    config.timeout_global(Some(Duration::from_secs(10))).max_idle_connections(0).build().into()
}

fn reply(result: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<Reply, ureq::Error> {
    let mut response = result?;
    let header = |name| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    let (content_type, retry_after) = (header("content-type").unwrap_or_default(), header("retry-after"));
    let cache_control = header("cache-control");
    Ok(Reply {
        status: response.status().as_u16(),
        content_type,
        retry_after,
        cache_control,
        body: response.body_mut().read_to_string()?,
    })
}

pub(crate) fn try_get(url: &str) -> Result<Reply, ureq::Error> {
    reply(agent().get(url).call())
}

pub(crate) fn get(simulator: &Simulator, service: Service, path: &str) -> Reply {
    try_get(&format!("{}{path}", simulator.endpoints().of(service))).unwrap()
}

pub(crate) fn try_post(url: &str, body: &str) -> Result<Reply, ureq::Error> {
    reply(agent().post(url).content_type("application/json").send(body))
}

pub(crate) fn post(simulator: &Simulator, service: Service, path: &str, body: &Value) -> Reply {
    try_post(&format!("{}{path}", simulator.endpoints().of(service)), &body.to_string()).unwrap()
}

pub(crate) fn put(url: &str, body: &Value) -> Reply {
    reply(agent().put(url).content_type("application/json").send(body.to_string())).unwrap()
}

pub(crate) fn delete(url: &str) -> Reply {
    reply(agent().delete(url).call()).unwrap()
}

/// The id of the first portfolio of a kind.
pub(crate) fn portfolio_of(simulator: &Simulator, kind: simulator::PortfolioKind) -> String {
    simulator.book(|book| book.portfolios().iter().find(|p| p.kind == Some(kind)).unwrap().id.clone())
}

/// The id of the security with this ticker.
pub(crate) fn security(simulator: &Simulator, ticker: &str) -> String {
    simulator.book(|book| book.security_by_ticker(ticker).unwrap().id.clone())
}

/// The members of an object, sorted.
pub(crate) fn members(value: &Value) -> Vec<&str> {
    let mut names: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}
