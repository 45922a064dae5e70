//! `POST /api/v1/orders`: a batch, each order on its own, nothing idempotent.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::detail::{Names, OrderDetail};
use super::request::{OrderRequest, ROLLED_BACK};
use super::{OVERLOADED, fault, internal_error, is_json, runtime_error};
use crate::faults::FaultKind;
use crate::locks::lock;
use crate::world::{Shared, World};

const LARGEST_BATCH: usize = 1_000;
/// Orders between two pauses.
const CHUNK: usize = 50;
/// The pause in which the connection pool recovers.
const PAUSE: Duration = Duration::from_millis(100);

/// The answer to a batch. `success`, `failure`, `partial` and `successRate` are accidents of Java's getters.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BatchResponse {
    status: &'static str,
    message: String,
    total_received: usize,
    successful: usize,
    failed: usize,
    orders: Vec<ItemResponse>,
    success: bool,
    failure: bool,
    partial: bool,
    success_rate: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ItemResponse {
    status: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<i32>,
    /// Position in the request; -1 when the service lost sight of the outcome.
    request_index: i64,
    success: bool,
    failure: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<OrderDetail>,
}

pub(super) async fn create(request: HttpRequest, body: Bytes, world: Shared) -> HttpResponse {
    if !is_json(&request) {
        return internal_error(&world);
    }
    let Ok(batch) = serde_json::from_slice::<Vec<Option<OrderRequest>>>(&body) else {
        return runtime_error(&world);
    };
    let fault = fault(&request);
    if matches!(fault, Some(FaultKind::Overload)) {
        // Meant to be a 503, but the controller catches it first.
        let message = format!("Internal server error processing batch request: {OVERLOADED}");
        return HttpResponse::InternalServerError().json(BatchResponse::refused(message));
    }
    if batch.len() > LARGEST_BATCH {
        let message = format!("Batch size {} exceeds maximum allowed size of {LARGEST_BATCH}", batch.len());
        return HttpResponse::PayloadTooLarge().json(BatchResponse::refused(message));
    }
    if batch.is_empty() {
        return HttpResponse::BadRequest().json(BatchResponse::refused("No orders to process".to_owned()));
    }
    let mut orders = Vec::with_capacity(batch.len());
    let mut requests = batch.into_iter().enumerate().peekable();
    while requests.peek().is_some() {
        orders.extend(requests.by_ref().take(CHUNK).map(|(index, item)| process(&world, fault.as_ref(), index, item)));
        if world.order_pacing && requests.peek().is_some() {
            tokio::time::sleep(PAUSE).await;
        }
    }
    let response = BatchResponse::of(orders);
    let status = if response.success { StatusCode::OK } else { StatusCode::MULTI_STATUS };
    HttpResponse::build(status).json(response)
}

/// Creates one order, unless it or a fault forbids it.
fn process(world: &World, fault: Option<&FaultKind>, index: usize, item: Option<OrderRequest>) -> ItemResponse {
    let now = world.clock.now();
    let delay = match fault {
        Some(FaultKind::AppearLater { ms, .. }) => *ms,
        Some(FaultKind::FailItems { appear_after_ms, .. }) => *appear_after_ms,
        _ => 0,
    };
    let position = i64::try_from(index).unwrap_or(i64::MAX);
    let strikes = |items: &[usize]| items.is_empty() || items.contains(&index);
    match fault {
        Some(FaultKind::FailItems { items, message, unknown, .. }) if strikes(items) => {
            let (text, shown) = if *unknown {
                // The outcome is ignored on purpose: the service does not learn it either.
                drop(insert(world, item, now + Duration::from_millis(delay)));
                ("Future execution failed: null", -1)
            } else {
                ("System overloaded - database operation timeout", position)
            };
            ItemResponse::failed(message.clone().unwrap_or_else(|| text.to_owned()), shown)
        }
        _ => match insert(world, item, now + Duration::from_millis(delay)) {
            Ok((id, order)) => ItemResponse::created(id, order, position),
            Err(message) => ItemResponse::failed(message, position),
        },
    }
}

fn insert(
    world: &World,
    item: Option<OrderRequest>,
    visible_from: chrono::DateTime<chrono::Utc>,
) -> Result<(i32, OrderDetail), String> {
    let request = item.ok_or("Order data is required")?;
    let (order, written) = request.checked(visible_from)?;
    let id = lock(&world.desk).insert(&order).ok_or(ROLLED_BACK)?.id;
    // The answer prints the entity in memory, not the row: digits, ids and nanoseconds as the client sent them.
    let entity = super::Order { id, ..order };
    let detail = Names::with(world, |names| OrderDetail::of(&entity, names));
    Ok((id, detail.written(written)))
}

impl ItemResponse {
    fn created(id: i32, order: OrderDetail, request_index: i64) -> Self {
        let message = "Order created successfully".to_owned();
        let (order_id, order) = (Some(id), Some(order));
        Self { status: "SUCCESS", message, order_id, request_index, success: true, failure: false, order }
    }

    fn failed(message: String, request_index: i64) -> Self {
        let (order_id, order) = (None, None);
        Self { status: "FAILURE", message, order_id, request_index, success: false, failure: true, order }
    }
}

impl BatchResponse {
    /// Nothing was processed.
    fn refused(message: String) -> Self {
        Self {
            status: "FAILURE",
            message,
            total_received: 0,
            successful: 0,
            failed: 0,
            orders: Vec::new(),
            success: false,
            failure: true,
            partial: false,
            success_rate: 0.0,
        }
    }

    fn of(orders: Vec<ItemResponse>) -> Self {
        let total = orders.len();
        let successful = orders.iter().filter(|item| item.success).count();
        let (status, message) = match successful {
            0 => ("FAILURE", "All orders failed to process".to_owned()),
            all if all == total => ("SUCCESS", format!("All {total} orders processed successfully")),
            some => ("PARTIAL", format!("{some} of {total} orders processed successfully")),
        };
        #[expect(clippy::cast_precision_loss, reason = "a rate of at most 1000 orders, a double on the wire")]
        let success_rate = successful as f64 / total as f64;
        Self {
            status,
            message,
            total_received: total,
            successful,
            failed: total - successful,
            orders,
            success: status == "SUCCESS",
            failure: status == "FAILURE",
            partial: status == "PARTIAL",
            success_rate,
        }
    }
}
