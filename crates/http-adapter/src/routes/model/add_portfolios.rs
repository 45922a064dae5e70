//! `POST /api/v1/model/{model_id}/portfolio`

use super::answer;
use crate::extract::{Body, IdempotencyHeader, ModelIdPath};
use crate::keyed::{self, Creation};
use crate::problem::Problem;
use crate::replay;
use crate::state::HttpState;
use crate::wire::model::ModelResponse;
use crate::wire::portfolios::PortfoliosRequest;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use application::{Application, ResourceId};
use domain::{Model, ModelId, Portfolios};

/// Add portfolios
///
/// Those already there are ignored. Carries no version.
#[utoipa::path(
    post, path = "/api/v1/model/{model_id}/portfolio", tag = "models", operation_id = "addPortfolios",
    params(("model_id" = String, Path, description = "The model", pattern = "^[0-9a-fA-F]{24}$")),
    request_body = PortfoliosRequest,
    responses((status = 200, description = "The model as it is now", body = ModelResponse,
        headers(("ETag" = String, description = "The version")))),
    extensions(
        ("x-idempotency-key" = json!(true)),
        ("x-problem-codes" = json!(["invalid_id", "model_not_found", "malformed_json", "portfolios_body", "store_unavailable", "store_full", "stored_data_unreadable"])),
    ),
)]
pub(crate) async fn add_portfolios(
    state: Data<HttpState>,
    ModelIdPath(id): ModelIdPath,
    key: IdempotencyHeader,
    Body(body): Body,
) -> Result<HttpResponse, Problem> {
    let creation = AddPortfolios(PortfoliosRequest::parse(&body)?);
    let resource = ResourceId(id.bytes());
    let (status, model) = keyed::once(&state.application, key.with_body(&body), resource, creation).await?;
    answer(&mut HttpResponse::build(status), &model)
}

struct AddPortfolios(Portfolios);

impl Creation for AddPortfolios {
    type Outcome = Model;
    const STATUS: StatusCode = StatusCode::OK;
    const MAY_DIFFER: bool = false;

    async fn run(&self, app: &Application, ResourceId(id): ResourceId) -> Result<Model, Problem> {
        Ok(app.edit_model.add_portfolios(ModelId::from_bytes(id), self.0.clone()).await?)
    }

    /// Adding again changes nothing: no need to look.
    async fn trace_of(&self, _app: &Application, _id: ResourceId) -> Result<Option<Model>, Problem> {
        Ok(None)
    }

    async fn again(&self, app: &Application, ResourceId(id): ResourceId) -> Result<Model, Problem> {
        replay::still_there(app, ModelId::from_bytes(id)).await
    }
}
