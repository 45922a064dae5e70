//! `POST /api/v1/transactions`: books a batch of transactions, each on its own.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, ServiceConfig};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{at, error};
use crate::amount::Amount;
use crate::book::{Transaction, TransactionKind};
use crate::locks::write;
use crate::world::Shared;

const LARGEST_BATCH: usize = 1_000;
const LONGEST_SOURCE_ID: usize = 50;
const ID_LENGTH: usize = 24;

pub(super) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/api/v1/transactions").route(web::post().to(create)));
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct TransactionRequest {
    portfolio_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    security_id: Option<String>,
    source_id: String,
    transaction_type: String,
    quantity: Amount,
    price: Amount,
    transaction_date: String,
}

impl Default for TransactionRequest {
    fn default() -> Self {
        let empty = String::new;
        let (portfolio_id, source_id, transaction_type, transaction_date) = (empty(), empty(), empty(), empty());
        let (quantity, price) = (Amount::ZERO, Amount::ZERO);
        Self { portfolio_id, security_id: None, source_id, transaction_type, quantity, price, transaction_date }
    }
}

#[derive(Serialize)]
struct BatchResponse {
    successful: Vec<Booked>,
    failed: Vec<Refused>,
    summary: BatchSummary,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Booked {
    id: i64,
    #[serde(flatten)]
    transaction: TransactionRequest,
    status: &'static str,
    reprocessing_attempts: u32,
    version: u32,
}

#[derive(Serialize)]
struct Refused {
    transaction: TransactionRequest,
    errors: Vec<FieldError>,
}

#[derive(Serialize)]
struct FieldError {
    field: &'static str,
    message: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BatchSummary {
    total_requested: usize,
    successful: usize,
    failed: usize,
    success_rate: f64,
}

async fn create(body: Bytes, world: Shared) -> HttpResponse {
    let refuse = |code, message| error(&world, StatusCode::BAD_REQUEST, code, message);
    let Ok(batch) = serde_json::from_slice::<Vec<TransactionRequest>>(&body) else {
        return refuse("INVALID_JSON", "Invalid JSON format");
    };
    if batch.is_empty() {
        return refuse("EMPTY_BATCH", "At least one transaction is required");
    }
    if batch.len() > LARGEST_BATCH {
        return refuse("BATCH_TOO_LARGE", "Maximum 1000 transactions per batch");
    }
    let total_requested = batch.len();
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    let now = world.clock.now();
    let mut book = write(&world.book);
    for request in batch {
        let outcome = checked(&request).and_then(|transaction| {
            book.book_transaction(&transaction, now)
                .map_err(|refusal| vec![FieldError::new("repository", &refusal.to_string(), &request.source_id)])
        });
        match outcome {
            Ok(id) => {
                let (status, reprocessing_attempts, version) = ("PROC", 0, 1);
                successful.push(Booked { id, transaction: request, status, reprocessing_attempts, version });
            }
            Err(errors) => failed.push(Refused { transaction: request, errors }),
        }
    }
    let status = if failed.is_empty() { StatusCode::CREATED } else { StatusCode::MULTI_STATUS };
    #[expect(clippy::cast_precision_loss, reason = "a percentage of at most 1000, a double on the wire")]
    let success_rate = successful.len() as f64 * 100.0 / total_requested as f64;
    let summary = BatchSummary { total_requested, successful: successful.len(), failed: failed.len(), success_rate };
    HttpResponse::build(status).json(BatchResponse { successful, failed, summary })
}

impl FieldError {
    fn new(field: &'static str, message: &str, value: &str) -> Self {
        Self { field, message: message.to_owned(), value: value.to_owned() }
    }
}

/// The transaction, or everything that is wrong with it.
fn checked(request: &TransactionRequest) -> Result<Transaction, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut complain = |field, message, value: &str| errors.push(FieldError::new(field, message, value));
    if request.portfolio_id.len() != ID_LENGTH {
        complain("portfolioId", "Portfolio ID must be exactly 24 characters", &request.portfolio_id);
    }
    if request.source_id.is_empty() || request.source_id.len() > LONGEST_SOURCE_ID {
        complain("sourceId", "Source ID must be 1 to 50 characters", &request.source_id);
    }
    let kind = TransactionKind::named(&request.transaction_type);
    let security = request.security_id.as_deref();
    match kind {
        None => complain("transactionType", "Invalid transaction type", &request.transaction_type),
        Some(kind) if kind.is_cash() => {
            if let Some(id) = security {
                complain("securityId", "Security ID must be empty for cash transactions", id);
            }
            if request.price != Amount::whole(1) {
                complain("price", "Price must be 1.0 for cash transactions", &request.price.to_string());
            }
        }
        Some(_) if security.is_none_or(|id| id.len() != ID_LENGTH) => {
            complain("securityId", "Security ID must be exactly 24 characters", security.unwrap_or_default());
        }
        Some(_) => {}
    }
    if request.quantity == Amount::ZERO {
        complain("quantity", "Quantity is required", "0");
    }
    if request.price <= Amount::ZERO {
        complain("price", "Price must be positive", &request.price.to_string());
    }
    let date = NaiveDate::parse_from_str(&request.transaction_date, "%Y%m%d").ok();
    if date.is_none() {
        complain("transactionDate", "Transaction date must be in YYYYMMDD format", &request.transaction_date);
    }
    match (kind, date) {
        (Some(kind), Some(date)) if errors.is_empty() => Ok(Transaction {
            portfolio_id: request.portfolio_id.clone(),
            security_id: request.security_id.clone(),
            source_id: request.source_id.clone(),
            kind,
            quantity: request.quantity,
            price: request.price,
            date,
        }),
        _ => Err(errors),
    }
}
