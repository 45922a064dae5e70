//! HTTP clients of the GlobeCo services: what the upstream ports of this service are made of.
//!
//! Start at [`UpstreamClients::new`]; it gives one `Arc<dyn Port>` for each port.
//!
//! | room | what is in it |
//! |---|---|
//! | `accounting`, `pricing`, `securities`, `directory`, `health` | one client per port: paths, wire types, quirks |
//! | `channel` | one upstream: its address, its policy, its bound on parallel calls |
//! | `policy` | when a GET is tried again, and when it is given up |
//! | `breaker` | when a service is left alone, and how it is taken back |
//! | `http` | one exchange: connection pool, sizes, timeouts, headers |
//! | `failure` | what went wrong, in the terms that the policy decides by |
//! | `wire` | decimals straight from the text of the JSON token |
//! | `cache` | lists that are kept for a short time |
//!
//! # How a call runs
//! A client begins a *call* on its channel: it waits for one of the channel's permits and gets a deadline. Within the
//! call it makes one or more GETs; each is tried, judged, and tried again under the policy until it succeeds, fails for
//! good, or the deadline of the whole call is near. All requests are GETs, so that repeating one is always harmless.
//!
//! # How to add a service
//! 1. A variant of `ports::Upstream`, its address in [`UpstreamUrls`], its liveness path in `health`.
//! 2. A client module with private wire types, its quirks as tests beside it, answering from the loopback server of
//!    `testing`.
//! 3. A field and an accessor in [`UpstreamClients`].
//!
//! Metrics and spans stay outside: [`UpstreamObserver`] says what happened, [`RequestContext`] gives the headers that
//! tie an outbound request to its cause.

mod accounting;
mod base_url;
mod breaker;
mod cache;
mod channel;
mod clients;
mod config;
mod directory;
mod failure;
mod health;
mod hooks;
mod http;
mod pace;
mod policy;
mod pricing;
mod reply;
mod securities;
mod wire;

#[cfg(test)]
mod testing;

pub use base_url::{BaseUrl, BaseUrlError};
pub use breaker::BreakerState;
pub use clients::UpstreamClients;
pub use config::{UpstreamConfig, UpstreamUrls};
pub use hooks::{NoContext, NoObserver, Outcome, RequestContext, UpstreamHooks, UpstreamObserver};
pub use http::ClientBuildError;
pub use pace::{Pace, SystemPace};
