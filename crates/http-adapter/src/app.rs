//! The application as it is served: the same for production and for tests.

use crate::middleware::{cors, edge, guard, limit_in_flight};
use crate::routes;
use crate::state::HttpState;
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App, Error, web};

/// All routes with everything around them. One call per worker thread; `state` is shared by all.
#[must_use]
pub fn app(
    state: &HttpState,
) -> App<
    impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<BoxBody>, Error = Error, InitError = ()>
    + use<>,
> {
    App::new()
        .app_data(web::Data::new(state.clone()))
        .configure(routes::configure)
        .default_service(web::to(routes::not_found))
        .wrap(from_fn(guard))
        .wrap(from_fn(limit_in_flight))
        .wrap(Compress::default())
        .wrap(cors(&state.config))
        .wrap(from_fn(edge))
}
