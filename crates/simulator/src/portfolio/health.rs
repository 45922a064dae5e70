//! Health of the portfolio service; its probes use `/`.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use serde_json::json;

use crate::fastapi::at;

pub(super) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/").route(web::get().to(root))).service(at("/health").route(web::get().to(health)));
    for (path, status) in [
        ("/health/live", "alive"),
        ("/health/ready", "ready"),
        ("/health/startup", "started"),
        ("/health/detailed", "healthy"),
        ("/health/metrics", "healthy"),
    ] {
        let answer = move || async move { HttpResponse::Ok().json(json!({ "status": status })) };
        cfg.service(at(path).route(web::get().to(answer)));
    }
}

async fn root() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "service": "GlobeCo Portfolio Service", "status": "running" }))
}

async fn health() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("OK")
}
