//! `POST /api/v1/model/{model_id}/position`

use super::answer;
use crate::extract::{Body, IdempotencyHeader, ModelIdPath};
use crate::keyed::{self, Creation};
use crate::problem::Problem;
use crate::replay;
use crate::state::HttpState;
use crate::wire::model::ModelResponse;
use crate::wire::position::PositionRequest;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use application::{Application, ModelStoreError, ResourceId};
use domain::{Model, ModelId, Position};

/// Add a position
///
/// Carries no version: a writer that loses a race reads again and repeats, so concurrent additions all succeed.
#[utoipa::path(
    post, path = "/api/v1/model/{model_id}/position", tag = "models", operation_id = "addPosition",
    params(("model_id" = String, Path, description = "The model", pattern = "^[0-9a-fA-F]{24}$")),
    request_body = PositionRequest,
    responses((status = 200, description = "The model as it is now", body = ModelResponse,
        headers(("ETag" = String, description = "The version")))),
    extensions(
        ("x-idempotency-key" = json!(true)),
        ("x-problem-codes" = json!(["invalid_id", "model_not_found", "position_exists", "malformed_json", "position_body", "zero_target", "target_sum_exceeded", "too_many_positions", "store_unavailable", "store_full", "stored_data_unreadable"])),
    ),
)]
pub(crate) async fn add_position(
    state: Data<HttpState>,
    ModelIdPath(id): ModelIdPath,
    key: IdempotencyHeader,
    Body(body): Body,
) -> Result<HttpResponse, Problem> {
    let creation = AddPosition(PositionRequest::parse(&body)?);
    let resource = ResourceId(id.bytes());
    let (status, model) = keyed::once(&state.application, key.with_body(&body), resource, creation).await?;
    answer(&mut HttpResponse::build(status), &model)
}

struct AddPosition(Position);

impl Creation for AddPosition {
    type Outcome = Model;
    const STATUS: StatusCode = StatusCode::OK;
    const MAY_DIFFER: bool = false;

    async fn run(&self, app: &Application, ResourceId(id): ResourceId) -> Result<Model, Problem> {
        Ok(app.edit_model.add_position(ModelId::from_bytes(id), self.0).await?)
    }

    async fn trace_of(&self, app: &Application, ResourceId(id): ResourceId) -> Result<Option<Model>, Problem> {
        match app.get_model.run(ModelId::from_bytes(id)).await {
            Ok(model) => {
                let there = model.definition.positions.get(&self.0.security_id) == Some(&self.0);
                Ok(there.then_some(model))
            }
            Err(ModelStoreError::NotFound(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn again(&self, app: &Application, ResourceId(id): ResourceId) -> Result<Model, Problem> {
        replay::still_there(app, ModelId::from_bytes(id)).await
    }
}
