//! Sending orders on to trading: one by one, or up to 100 at once.

use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::detail::FlatOrder;
use super::{OVERLOADED, at, fault, internal_error, is_json, runtime_error};
use crate::faults::FaultKind;
use crate::locks::lock;
use crate::world::{Shared, World};

const LARGEST_BATCH: usize = 100;

pub(super) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/api/v1/orders/batch/submit").route(web::post().to(batch)))
        .service(at("/api/v1/orders/{id}/submit").route(web::post().to(one)));
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SubmitRequest {
    #[serde(default)]
    order_ids: Option<Vec<Option<i32>>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SubmitResponse {
    status: &'static str,
    message: String,
    total_requested: usize,
    successful: usize,
    failed: usize,
    results: Vec<ItemResponse>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ItemResponse {
    order_id: i32,
    status: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    trade_order_id: Option<i32>,
    request_index: usize,
}

async fn one(request: HttpRequest, id: Path<String>, world: Shared) -> HttpResponse {
    let Ok(id) = id.parse() else { return runtime_error(&world) };
    let now = world.clock.now();
    let mut desk = lock(&world.desk);
    if desk.get(id, now).is_none() {
        return runtime_error(&world);
    }
    let trade_service_fails = matches!(fault(&request), Some(FaultKind::FailItems { .. }));
    let sent = if trade_service_fails { None } else { desk.send(id, now) };
    match sent.and_then(|_| desk.get(id, now)) {
        Some(order) => HttpResponse::Ok().json(FlatOrder::of(order)),
        None => HttpResponse::BadRequest().json(json!({ "status": "not submitted" })),
    }
}

async fn batch(request: HttpRequest, body: Bytes, world: Shared) -> HttpResponse {
    if !is_json(&request) {
        return internal_error(&world);
    }
    let Ok(SubmitRequest { order_ids }) = serde_json::from_slice(&body) else { return runtime_error(&world) };
    let fault = fault(&request);
    if matches!(fault, Some(FaultKind::Overload)) {
        let message = format!("Internal server error processing batch submission request: {OVERLOADED}");
        return HttpResponse::InternalServerError().json(SubmitResponse::refused(&message));
    }
    let refuse = |message: &str| HttpResponse::BadRequest().json(SubmitResponse::refused(message));
    let Some(ids) = order_ids else { return refuse("Request body is required and must contain orderIds array") };
    if ids.is_empty() {
        return refuse("Order IDs list cannot be empty");
    }
    if ids.len() > LARGEST_BATCH {
        let message = format!("Batch size {} exceeds maximum allowed size of {LARGEST_BATCH}", ids.len());
        return HttpResponse::PayloadTooLarge().json(SubmitResponse::refused(&message));
    }
    let Some(ids) = ids.into_iter().collect::<Option<Vec<i32>>>() else {
        return refuse("Order IDs cannot contain null values");
    };
    let results: Vec<_> =
        ids.into_iter().enumerate().map(|(index, id)| submit(&world, fault.as_ref(), index, id)).collect();
    let response = SubmitResponse::of(results);
    if response.successful == 0 && fault.is_none() {
        return refuse("No valid orders found for submission");
    }
    let status = if response.failed == 0 { StatusCode::OK } else { StatusCode::MULTI_STATUS };
    HttpResponse::build(status).json(response)
}

fn submit(world: &World, fault: Option<&FaultKind>, request_index: usize, order_id: i32) -> ItemResponse {
    let failed = |message: &str| ItemResponse {
        order_id,
        status: "FAILURE",
        message: message.to_owned(),
        trade_order_id: None,
        request_index,
    };
    if let Some(FaultKind::FailItems { items, message, .. }) = fault
        && (items.is_empty() || items.contains(&request_index))
    {
        return failed(message.as_deref().unwrap_or("Bulk submission failed: trade service unavailable"));
    }
    match lock(&world.desk).send(order_id, world.clock.now()) {
        Some(id) => ItemResponse {
            order_id,
            status: "SUCCESS",
            message: "Order submitted successfully".to_owned(),
            trade_order_id: Some(id),
            request_index,
        },
        None => failed("Order was not valid for submission"),
    }
}

impl SubmitResponse {
    /// Nothing was sent.
    fn refused(message: &str) -> Self {
        let (message, results) = (message.to_owned(), Vec::new());
        Self { status: "FAILURE", message, total_requested: 0, successful: 0, failed: 0, results }
    }

    fn of(results: Vec<ItemResponse>) -> Self {
        let total_requested = results.len();
        let successful = results.iter().filter(|item| item.trade_order_id.is_some()).count();
        let failed = total_requested - successful;
        let (status, message) = match (successful, failed) {
            (_, 0) => ("SUCCESS", format!("All {total_requested} orders submitted successfully")),
            (0, _) => ("FAILURE", "All orders failed to submit".to_owned()),
            _ => {
                ("PARTIAL", format!("{successful} of {total_requested} orders submitted successfully, {failed} failed"))
            }
        };
        Self { status, message, total_requested, successful, failed, results }
    }
}
