//! The OpenAPI document, generated from the handlers and the table of problem codes.

mod answers;
mod codes;
mod links;

use crate::routes::{docs, health, metrics, model, models, portfolio, rebalance, rebalances};
use crate::{problem, wire};
use answers::Complete;
use utoipa::OpenApi;

const DESCRIPTION: &str = "\
Rebalances portfolios to investment models: exact whole-share trades with a proof of their quality.

Decimals are read as JSON numbers or strings, always by their text. Errors are `application/problem+json`; the codes \
are described in docs/errors.md. HEAD answers wherever GET does. There is no authentication inside the suite.";

#[derive(OpenApi)]
#[openapi(
    info(title = "GlobeCo Order Generation Service", description = DESCRIPTION,
        license(name = "Apache-2.0", identifier = "Apache-2.0")),
    servers((url = "/", description = "This service")),
    tags(
        (name = "models", description = "Investment models: securities with targets, and the portfolios that follow them"),
        (name = "rebalancing", description = "Making trades, or showing what they would be"),
        (name = "rebalances", description = "Rebalances that were stored"),
        (name = "operations", description = "Health, metrics, this document"),
    ),
    paths(
        models::list::list_models,
        models::create::create_model,
        model::get::get_model,
        model::update::update_model,
        model::delete::delete_model,
        model::add_position::add_position,
        model::change_position::change_position,
        model::remove_position::remove_position,
        model::add_portfolios::add_portfolios,
        model::remove_portfolios::remove_portfolios,
        model::rebalance::rebalance_model,
        model::preview::preview_model,
        portfolio::rebalance::rebalance_portfolio,
        portfolio::preview::preview_portfolio,
        rebalances::list::list_rebalances,
        rebalances::by_portfolios::rebalances_by_portfolios,
        rebalance::get::get_rebalance,
        rebalance::delete::delete_rebalance,
        rebalance::failures::rebalance_failures,
        rebalance::portfolios::rebalance_portfolios,
        rebalance::positions::rebalance_positions,
        health::live::live,
        health::ready::ready,
        health::full::health,
        metrics::metrics,
        docs::openapi::openapi,
    ),
    components(schemas(
        problem::ProblemResponse<'_>,
        wire::decimal::AnyDecimalInput,
        wire::portfolios::PortfolioIdText,
        wire::position::PositionRequest,
    )),
    modifiers(&Complete),
)]
struct Document;

/// The document, with a final line break: the content of `openapi/openapi.json`.
#[must_use]
pub fn openapi_json() -> String {
    let document = Document::openapi();
    // A document made of strings, numbers and maps of them always serialises.
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

/// The document as it is served.
pub(crate) fn document_json() -> String {
    openapi_json()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_that_an_endpoint_names_is_in_the_table() {
        let document: serde_json::Value = serde_json::from_str(&openapi_json()).expect("JSON");
        let text = document.to_string();
        assert!(!text.contains("x-problem-codes"), "unknown codes are left in the document");
    }
}
