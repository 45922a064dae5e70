//! All paths. One file per endpoint, each: extract, convert, one use case, convert back.

pub(crate) mod docs;
pub(crate) mod health;
pub(crate) mod metrics;
pub(crate) mod model;
pub(crate) mod models;
pub(crate) mod portfolio;
pub(crate) mod rebalance;
pub(crate) mod rebalances;

use crate::endpoint::Endpoint;
use crate::problem::{Code, Problem};
use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse};

/// Adds all paths to an application.
pub(crate) fn configure(cfg: &mut ServiceConfig) {
    for endpoint in endpoints() {
        endpoint.register(cfg);
    }
}

fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::at("/api/v1/models").get(models::list::list_models).post(models::create::create_model),
        Endpoint::at("/api/v1/model/{model_id}")
            .get(model::get::get_model)
            .put(model::update::update_model)
            .delete(model::delete::delete_model),
        Endpoint::at("/api/v1/model/{model_id}/position")
            .post(model::add_position::add_position)
            .put(model::change_position::change_position)
            .delete(model::remove_position::remove_position),
        Endpoint::at("/api/v1/model/{model_id}/portfolio")
            .post(model::add_portfolios::add_portfolios)
            .delete(model::remove_portfolios::remove_portfolios),
        Endpoint::at("/api/v1/model/{model_id}/rebalance")
            .minding_the_deadline()
            .post(model::rebalance::rebalance_model),
        Endpoint::at("/api/v1/model/{model_id}/rebalance/preview")
            .minding_the_deadline()
            .post(model::preview::preview_model),
        Endpoint::at("/api/v1/portfolio/{portfolio_id}/rebalance")
            .minding_the_deadline()
            .post(portfolio::rebalance::rebalance_portfolio),
        Endpoint::at("/api/v1/portfolio/{portfolio_id}/rebalance/preview")
            .minding_the_deadline()
            .post(portfolio::preview::preview_portfolio),
        Endpoint::at("/api/v1/rebalances").get(rebalances::list::list_rebalances),
        Endpoint::at("/api/v1/rebalances/portfolios").post(rebalances::by_portfolios::rebalances_by_portfolios),
        Endpoint::at("/api/v1/rebalance/{rebalance_id}")
            .get(rebalance::get::get_rebalance)
            .delete(rebalance::delete::delete_rebalance),
        Endpoint::at("/api/v1/rebalance/{rebalance_id}/failures").get(rebalance::failures::rebalance_failures),
        Endpoint::at("/api/v1/rebalance/{rebalance_id}/portfolios").get(rebalance::portfolios::rebalance_portfolios),
        Endpoint::at("/api/v1/rebalance/{rebalance_id}/portfolio/{portfolio_id}/positions")
            .get(rebalance::positions::rebalance_positions),
        Endpoint::at("/health/live").get(health::live::live),
        Endpoint::at("/health/ready").get(health::ready::ready),
        Endpoint::at("/health/health").get(health::full::health),
        Endpoint::at("/metrics").get(metrics::metrics),
        Endpoint::at("/openapi.json").get(docs::openapi::openapi),
        Endpoint::at(docs::PATH).get(docs::ui::entrance),
        Endpoint::at(docs::FILES).get(docs::ui::file),
    ]
}

/// What all other paths get.
pub(crate) async fn not_found(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let detail = format!("There is nothing at {:?}; see /openapi.json for the paths of this service.", request.path());
    Err(Problem::new(Code::RouteNotFound, detail))
}
