//! Creating portfolios, one (version 1) or up to 100 (version 2). They start without balance rows.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use chrono::{DateTime, Utc};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;

use crate::clock::{instant, parse};
use crate::fastapi::detail;
use crate::locks::write;
use crate::world::Shared;

const LARGEST_BATCH: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateRequest {
    name: String,
    #[serde(default, deserialize_with = "time")]
    date_created: Option<DateTime<Utc>>,
    version: Option<u32>,
}

fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| parse(&text).ok_or_else(|| D::Error::custom("Input should be a valid datetime"))).transpose()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CreateResponse {
    portfolio_id: String,
    name: String,
    /// With a Z, as it does not come from MongoDB.
    date_created: String,
    version: u32,
}

pub(super) async fn one(body: Bytes, world: Shared) -> HttpResponse {
    match serde_json::from_slice::<CreateRequest>(&body) {
        Ok(request) => HttpResponse::Created().json(create(request, &world)),
        Err(error) => unreadable(&error),
    }
}

pub(super) async fn many(body: Bytes, world: Shared) -> HttpResponse {
    let requests = match serde_json::from_slice::<Vec<CreateRequest>>(&body) {
        Ok(requests) => requests,
        Err(error) => return unreadable(&error),
    };
    if requests.is_empty() || requests.len() > LARGEST_BATCH {
        return detail(StatusCode::BAD_REQUEST, "Batch must hold 1 to 100 portfolios");
    }
    let created: Vec<_> = requests.into_iter().map(|request| create(request, &world)).collect();
    HttpResponse::Created().json(created)
}

fn create(request: CreateRequest, world: &Shared) -> CreateResponse {
    let created_at = request.date_created.unwrap_or_else(|| world.clock.now());
    let portfolio_id = write(&world.book).add_portfolio(&request.name, created_at);
    let (name, version) = (request.name, request.version.unwrap_or(1));
    CreateResponse { portfolio_id, name, date_created: instant(created_at), version }
}

fn unreadable(error: &serde_json::Error) -> HttpResponse {
    let entry = json!({ "type": "json_invalid", "loc": ["body"], "msg": error.to_string(), "input": {} });
    HttpResponse::UnprocessableEntity().json(json!({ "detail": [entry] }))
}
