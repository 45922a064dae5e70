//! `GET /docs/…`: Swagger UI, from the binary.

use crate::middleware::DOCUMENTATION_CSP;
use crate::problem::{Code, Problem};
use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Path;
use std::sync::{Arc, LazyLock};
use utoipa_swagger_ui::Config;

static CONFIG: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
    let config = Config::from("../openapi.json").use_base_layout().validator_url("none").display_request_duration(true);
    Arc::new(config)
});

/// Leads to the page, by a relative link.
pub(crate) async fn entrance() -> HttpResponse {
    HttpResponse::TemporaryRedirect().insert_header((header::LOCATION, "docs/")).finish()
}

/// A file of Swagger UI; the page itself when none is named.
pub(crate) async fn file(name: Path<String>) -> Result<HttpResponse, Problem> {
    let found =
        utoipa_swagger_ui::serve(&name, Arc::clone(&CONFIG)).map_err(|error| Problem::internal(error.to_string()))?;
    let Some(file) = found else {
        return Err(Problem::new(Code::FileNotFound, format!("The documentation has no page {:?}.", name.as_str())));
    };
    let content_type = (header::CONTENT_TYPE, file.content_type);
    Ok(HttpResponse::Ok().insert_header(DOCUMENTATION_CSP).insert_header(content_type).body(file.bytes.into_owned()))
}
