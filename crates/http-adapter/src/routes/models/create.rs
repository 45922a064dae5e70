//! `POST /api/v1/models`

use crate::extract::{Body, IdempotencyHeader};
use crate::keyed::{self, Creation};
use crate::problem::Problem;
use crate::replay;
use crate::routes::model::answer;
use crate::state::HttpState;
use crate::wire::model::{ModelRequest, ModelResponse};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use application::{Application, ModelStoreError, ResourceId};
use domain::{Model, ModelDefinition, ModelId};

/// Create a model
///
/// Positions with target 0 are dropped.
#[utoipa::path(
    post, path = "/api/v1/models", tag = "models", operation_id = "createModel",
    request_body = ModelRequest,
    responses((status = 201, description = "The new model", body = ModelResponse, headers(
        ("Location" = String, description = "Path of the new model"), ("ETag" = String, description = "The version")))),
    extensions(
        ("x-idempotency-key" = json!(true)),
        ("x-problem-codes" = json!(["model_not_found", "model_name_taken", "malformed_json", "model_body", "store_unavailable", "store_full", "stored_data_unreadable"])),
    ),
)]
pub(crate) async fn create_model(
    state: Data<HttpState>,
    key: IdempotencyHeader,
    Body(body): Body,
) -> Result<HttpResponse, Problem> {
    let creation = CreateModel(ModelRequest::parse(&body)?);
    let app = &state.application;
    let id = ResourceId(app.ids.model_id().bytes());
    let (status, model) = keyed::once(app, key.with_body(&body), id, creation).await?;
    let location = format!("/api/v1/model/{}", model.id);
    answer(HttpResponse::build(status).insert_header(("Location", location)), &model)
}

struct CreateModel(ModelDefinition);

impl Creation for CreateModel {
    type Outcome = Model;
    const STATUS: StatusCode = StatusCode::CREATED;
    const MAY_DIFFER: bool = false;

    async fn run(&self, app: &Application, ResourceId(id): ResourceId) -> Result<Model, Problem> {
        Ok(app.create_model.run(ModelId::from_bytes(id), self.0.clone()).await?)
    }

    async fn trace_of(&self, app: &Application, id: ResourceId) -> Result<Option<Model>, Problem> {
        match app.get_model.run(ModelId::from_bytes(id.0)).await {
            Ok(model) => Ok(Some(model)),
            Err(ModelStoreError::NotFound(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn again(&self, app: &Application, ResourceId(id): ResourceId) -> Result<Model, Problem> {
        replay::still_there(app, ModelId::from_bytes(id)).await
    }
}
