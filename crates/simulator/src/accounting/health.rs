//! Health: readiness cascades from the portfolio and security services.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use serde::Serialize;

use super::at;
use crate::clock::instant;
use crate::suite::Service;
use crate::world::Shared;

pub(super) fn routes(cfg: &mut ServiceConfig) {
    for prefix in ["", "/api/v1"] {
        cfg.service(at(&format!("{prefix}/health")).route(web::get().to(health)))
            .service(at(&format!("{prefix}/health/live")).route(web::get().to(live)))
            .service(at(&format!("{prefix}/health/ready")).route(web::get().to(ready)))
            .service(at(&format!("{prefix}/health/detailed")).route(web::get().to(detailed)));
    }
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
    timestamp: String,
    version: &'static str,
    environment: &'static str,
    checks: Option<BTreeMap<&'static str, Check>>,
}

#[derive(Serialize)]
struct Check {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
}

async fn health(world: Shared) -> HttpResponse {
    answer(&world, StatusCode::OK, "healthy", None)
}

async fn live(world: Shared) -> HttpResponse {
    answer(&world, StatusCode::OK, "alive", None)
}

async fn ready(world: Shared) -> HttpResponse {
    checked(&world, "ready", "not_ready")
}

async fn detailed(world: Shared) -> HttpResponse {
    checked(&world, "healthy", "degraded")
}

fn checked(world: &Shared, good: &'static str, bad: &'static str) -> HttpResponse {
    let check = |service| {
        if world.faults.is_down(service) {
            Check { status: "unhealthy", error: Some("health check failed") }
        } else {
            Check { status: "healthy", error: None }
        }
    };
    let checks = BTreeMap::from([
        ("portfolio_service", check(Service::Portfolio)),
        ("security_service", check(Service::Security)),
    ]);
    if checks.values().any(|check| check.error.is_some()) {
        answer(world, StatusCode::SERVICE_UNAVAILABLE, bad, Some(checks))
    } else {
        answer(world, StatusCode::OK, good, Some(checks))
    }
}

fn answer(
    world: &Shared,
    code: StatusCode,
    status: &'static str,
    checks: Option<BTreeMap<&'static str, Check>>,
) -> HttpResponse {
    let timestamp = instant(world.clock.now());
    HttpResponse::build(code).json(Health { status, timestamp, version: "1.0.0", environment: "development", checks })
}
