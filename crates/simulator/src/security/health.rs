//! Health of the security service.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use serde_json::json;

use crate::fastapi::at;

pub(super) fn routes(cfg: &mut ServiceConfig) {
    for (path, status) in
        [("/health/liveness", "alive"), ("/health/readiness", "ready"), ("/health/startup", "started")]
    {
        let answer = move || async move { HttpResponse::Ok().json(json!({ "status": status })) };
        cfg.service(at(path).route(web::get().to(answer)));
    }
}
