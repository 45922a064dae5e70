//! `POST /api/v1/model/{model_id}/rebalance`

use crate::extract::{Body, IdempotencyHeader, ModelIdPath};
use crate::keyed::{self, Creation};
use crate::middleware::RequestDeadline;
use crate::problem::Problem;
use crate::replay;
use crate::state::HttpState;
use crate::wire::answer::RebalanceResponse;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use application::{Application, Deadline, RebalanceAnswer, ResourceId};
use domain::{ModelId, RebalanceId};

/// Rebalance a model
///
/// One entry per portfolio in the model's order. Portfolios that fail for reasons of their own are listed with a coded
/// failure; when all fail, or a called service is down, nothing is stored.
#[utoipa::path(
    post, path = "/api/v1/model/{model_id}/rebalance", tag = "rebalancing", operation_id = "rebalanceModel",
    params(("model_id" = String, Path, description = "The model", pattern = "^[0-9a-fA-F]{24}$")),
    responses((status = 200, description = "The trades of each portfolio", body = [RebalanceResponse])),
    extensions(
        ("x-idempotency-key" = json!(true)),
        ("x-problem-codes" = json!(["invalid_id", "model_not_found", "rebalance_not_found", "rebalance_failed", "all_portfolios_failed", "store_unavailable", "store_full", "stored_data_unreadable"])),
    ),
)]
pub(crate) async fn rebalance_model(
    state: Data<HttpState>,
    ModelIdPath(model_id): ModelIdPath,
    RequestDeadline(deadline): RequestDeadline,
    key: IdempotencyHeader,
    Body(body): Body,
) -> Result<HttpResponse, Problem> {
    let app = &state.application;
    let id = ResourceId(app.ids.rebalance_id().bytes());
    let creation = Rebalance { model_id, deadline };
    let (status, answer) = keyed::once(app, key.with_body(&body), id, creation).await?;
    replay::all_portfolios(status, answer).await
}

struct Rebalance {
    model_id: ModelId,
    deadline: Deadline,
}

impl Creation for Rebalance {
    type Outcome = RebalanceAnswer;
    const STATUS: StatusCode = StatusCode::OK;
    const MAY_DIFFER: bool = true;

    async fn run(&self, app: &Application, ResourceId(id): ResourceId) -> Result<RebalanceAnswer, Problem> {
        Ok(app.rebalance_model.run(RebalanceId::from_bytes(id), self.model_id, self.deadline).await?)
    }

    async fn trace_of(&self, app: &Application, id: ResourceId) -> Result<Option<RebalanceAnswer>, Problem> {
        replay::stored(app, RebalanceId::from_bytes(id.0)).await
    }

    async fn again(&self, app: &Application, id: ResourceId) -> Result<RebalanceAnswer, Problem> {
        replay::still_stored(app, RebalanceId::from_bytes(id.0)).await
    }
}
