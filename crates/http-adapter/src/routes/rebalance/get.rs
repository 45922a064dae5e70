//! `GET /api/v1/rebalance/{rebalance_id}`

use crate::extract::{RebalanceIdPath, etag, unchanged};
use crate::json::{self, JsonWriter};
use crate::problem::Problem;
use crate::state::HttpState;
use crate::stored::write_whole;
use crate::wire::stored::ResultSchema;
use actix_web::HttpResponse;
use actix_web::http::header::{ETAG, IfNoneMatch};
use actix_web::web::{Data, Header};
use application::{Slice, StoredRebalance};
use std::sync::Arc;

/// Read a stored rebalance
///
/// With `If-None-Match` and the entity tag of the record's version, only that nothing changed.
#[utoipa::path(
    get, path = "/api/v1/rebalance/{rebalance_id}", tag = "rebalances", operation_id = "getRebalance",
    params(("rebalance_id" = String, Path, description = "The rebalance", pattern = "^[0-9a-fA-F]{24}$")),
    responses(
        (status = 200, description = "The rebalance", body = ResultSchema,
            headers(("ETag" = String, description = "The version"))),
        (status = 304, description = "The version is among those of If-None-Match"),
    ),
    extensions(("x-problem-codes" = json!(["invalid_id", "rebalance_not_found", "store_unavailable", "stored_data_unreadable"]))),
)]
pub(crate) async fn get_rebalance(
    state: Data<HttpState>,
    RebalanceIdPath(id): RebalanceIdPath,
    known: Header<IfNoneMatch>,
) -> Result<HttpResponse, Problem> {
    let app = Arc::clone(&state.application);
    let StoredRebalance { header, portfolios } = app.read_rebalance.run(id, Slice::ALL).await?;
    if let Some(answer) = unchanged(&known, header.version) {
        return Ok(answer);
    }
    let tag = etag(header.version);
    let write = |mut out: JsonWriter| async move {
        write_whole(&mut out, &app, &header, None, portfolios).await?;
        Ok(out)
    };
    json::streamed(HttpResponse::Ok().insert_header((ETAG, tag)), write).await
}
