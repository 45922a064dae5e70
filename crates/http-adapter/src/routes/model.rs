//! `/api/v1/model/{model_id}` and what is below it

pub(crate) mod add_portfolios;
pub(crate) mod add_position;
pub(crate) mod change_position;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod preview;
pub(crate) mod rebalance;
pub(crate) mod remove_portfolios;
pub(crate) mod remove_position;
pub(crate) mod update;

use crate::extract::etag;
use crate::json;
use crate::problem::Problem;
use crate::wire::model::ModelResponse;
use actix_web::http::header;
use actix_web::{HttpResponse, HttpResponseBuilder};
use domain::Model;

/// A model as the answer, with its version as `ETag`.
pub(crate) fn answer(response: &mut HttpResponseBuilder, model: &Model) -> Result<HttpResponse, Problem> {
    json::with_headers(response.insert_header((header::ETAG, etag(model.version))), &ModelResponse::new(model))
}
