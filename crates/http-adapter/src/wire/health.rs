//! Whether the service works, as probes and people read it.

use super::time;
use crate::state::HttpState;
use application::{Component, HealthReport, Standing, Upstream};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What all health answers say first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HealthHead)]
pub(crate) struct HeadResponse {
    /// `healthy`, `degraded`, `unhealthy`, `ready` or `not_ready`.
    #[schema(pattern = "^(healthy|degraded|unhealthy|ready|not_ready)$")]
    status: &'static str,
    /// The service.
    service: String,
    /// Its version.
    version: String,
    /// Now.
    #[schema(format = DateTime)]
    timestamp: String,
    /// Names this request in logs.
    correlation_id: String,
}

/// Whether something works, and what it said when it does not.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HealthCheck)]
pub(crate) struct CheckResponse {
    /// `healthy`, `unhealthy`, or `unknown` before the first try.
    #[schema(pattern = "^(healthy|unhealthy|unknown)$")]
    status: &'static str,
    /// What is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    message: Option<String>,
}

/// The process lives.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Liveness)]
pub(crate) struct LiveResponse {
    #[serde(flatten)]
    head: HeadResponse,
    checks: LiveChecks,
}

/// What the liveness answer looks at.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LivenessChecks)]
pub(crate) struct LiveChecks {
    optimization_engine: CheckResponse,
}

/// Whether requests should come here.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Readiness)]
pub(crate) struct ReadyResponse {
    #[serde(flatten)]
    head: HeadResponse,
    dependencies: ReadyDependencies,
}

/// What readiness is made of; an outage of a called service does not take it away.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReadinessDependencies)]
pub(crate) struct ReadyDependencies {
    /// The store.
    #[schema(pattern = "^(healthy|unhealthy|unknown)$")]
    database: &'static str,
    /// The called services.
    external_services: BTreeMap<&'static str, &'static str>,
    /// The optimizer.
    #[schema(pattern = "^(healthy|unhealthy|unknown)$")]
    optimization_engine: &'static str,
}

/// The full picture.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Health)]
pub(crate) struct FullResponse {
    #[serde(flatten)]
    head: HeadResponse,
    /// Seconds since the process began to serve.
    uptime_seconds: f64,
    checks: FullChecks,
}

/// Everything that was looked at.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HealthChecks)]
pub(crate) struct FullChecks {
    /// The store.
    database: DatabaseCheck,
    /// The called services, as they were when last tried in the background.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    external_services: Option<BTreeMap<&'static str, CheckResponse>>,
    /// The optimizer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    optimization_engine: Option<CheckResponse>,
}

/// Whether the store works, and how large it is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DatabaseCheck)]
pub(crate) struct DatabaseCheck {
    #[serde(flatten)]
    check: CheckResponse,
    /// Bytes that the embedded store's file takes; absent with MongoDB.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, example = 1_056_768)]
    size_bytes: Option<u64>,
}

/// What the full answer is to show.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown {
    pub(crate) external: bool,
    pub(crate) optimization: bool,
}

impl HeadResponse {
    fn new(state: &HttpState, status: &'static str) -> Self {
        Self {
            status,
            service: state.config.service_name.clone(),
            version: state.config.version.clone(),
            timestamp: time::format(state.application.clock.now()),
            correlation_id: crate::context::correlation_id(),
        }
    }
}

impl CheckResponse {
    fn new(standing: &Standing) -> Self {
        let message = match standing {
            Standing::Unhealthy(problem) => Some(problem.clone()),
            Standing::Healthy | Standing::Unknown => None,
        };
        Self { status: word(standing), message }
    }
}

const fn word(standing: &Standing) -> &'static str {
    match standing {
        Standing::Healthy => "healthy",
        Standing::Unhealthy(_) => "unhealthy",
        Standing::Unknown => "unknown",
    }
}

impl LiveResponse {
    pub(crate) fn new(state: &HttpState, report: &HealthReport) -> Self {
        let optimization_engine = CheckResponse::new(report.standing(Component::OptimizationEngine));
        Self { head: HeadResponse::new(state, "healthy"), checks: LiveChecks { optimization_engine } }
    }
}

impl ReadyResponse {
    pub(crate) fn new(state: &HttpState, report: &HealthReport) -> Self {
        let services = Upstream::ALL.map(|one| (one.name(), word(report.standing(Component::Upstream(one)))));
        let dependencies = ReadyDependencies {
            database: word(report.standing(Component::Database)),
            external_services: services.into_iter().collect(),
            optimization_engine: word(report.standing(Component::OptimizationEngine)),
        };
        let status = if report.is_ready() { "ready" } else { "not_ready" };
        Self { head: HeadResponse::new(state, status), dependencies }
    }
}

impl FullResponse {
    pub(crate) fn new(state: &HttpState, report: &HealthReport, shown: Shown) -> Self {
        let check = |component| CheckResponse::new(report.standing(component));
        let services = || Upstream::ALL.map(|one| (one.name(), check(Component::Upstream(one)))).into_iter().collect();
        let status = match (report.works(), report.is_degraded()) {
            (false, _) => "unhealthy",
            (true, true) => "degraded",
            (true, false) => "healthy",
        };
        let checks = FullChecks {
            database: DatabaseCheck { check: check(Component::Database), size_bytes: report.store_bytes },
            external_services: shown.external.then(services),
            optimization_engine: shown.optimization.then(|| check(Component::OptimizationEngine)),
        };
        let uptime_seconds = state.started.elapsed().as_secs_f64();
        Self { head: HeadResponse::new(state, status), uptime_seconds, checks }
    }
}
