//! The order service's own health report, which is 200 whatever it says.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use serde_json::json;

use super::at;
use crate::world::Shared;

pub(super) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/api/v1/system/health").route(web::get().to(health)));
}

async fn health(world: Shared) -> HttpResponse {
    HttpResponse::Ok().json(json!({
        "status": "HEALTHY",
        "connectionPool": {"active": 0, "idle": 20, "total": 20, "threadsAwaitingConnection": 0},
        "circuitBreaker": {"open": false, "failureCount": 0},
        "batchProcessing": {"availablePermits": 15, "queueLength": 0},
        "validationCache": {"ready": true},
        "timestamp": world.clock.now().timestamp_millis(),
    }))
}
