//! Where an answer leads: which calls take what is in it.

use utoipa::openapi::RefOr;
use utoipa::openapi::link::LinkBuilder;
use utoipa::openapi::path::Operation;

/// From the answer of an operation with a status, to an operation, with parameters from the body.
struct Lead(&'static str, &'static str, &'static str, &'static [(&'static str, &'static str)]);

const MODEL: (&str, &str) = ("model_id", "$response.body#/model_id");
const MODEL_VERSION: (&str, &str) = ("version", "$response.body#/version");
const REBALANCE: (&str, &str) = ("rebalance_id", "$response.body#/rebalance_id");
const FIRST_REBALANCE: (&str, &str) = ("rebalance_id", "$response.body#/0/rebalance_id");
const FIRST_PORTFOLIO: (&str, &str) = ("portfolio_id", "$response.body#/portfolios/0");

const LEADS: &[Lead] = &[
    Lead("createModel", "201", "getModel", &[MODEL]),
    Lead("createModel", "201", "updateModel", &[MODEL]),
    Lead("createModel", "201", "addPosition", &[MODEL]),
    Lead("createModel", "201", "changePosition", &[MODEL]),
    Lead("createModel", "201", "removePosition", &[MODEL]),
    Lead("createModel", "201", "addPortfolios", &[MODEL]),
    Lead("createModel", "201", "removePortfolios", &[MODEL]),
    Lead("createModel", "201", "rebalanceModel", &[MODEL]),
    Lead("createModel", "201", "previewModel", &[MODEL]),
    Lead("createModel", "201", "rebalancePortfolio", &[FIRST_PORTFOLIO]),
    Lead("createModel", "201", "previewPortfolio", &[FIRST_PORTFOLIO]),
    Lead("createModel", "201", "deleteModel", &[MODEL, MODEL_VERSION]),
    Lead("getModel", "200", "deleteModel", &[MODEL, MODEL_VERSION]),
    Lead("rebalanceModel", "200", "getRebalance", &[FIRST_REBALANCE]),
    Lead("rebalanceModel", "200", "rebalancePortfolios", &[FIRST_REBALANCE]),
    Lead(
        "rebalanceModel",
        "200",
        "rebalancePositions",
        &[FIRST_REBALANCE, ("portfolio_id", "$response.body#/0/portfolio_id")],
    ),
    Lead("rebalancePortfolio", "200", "getRebalance", &[REBALANCE]),
    Lead("listRebalances", "200", "getRebalance", &[FIRST_REBALANCE]),
    Lead("getRebalance", "200", "deleteRebalance", &[REBALANCE, MODEL_VERSION]),
];

/// Adds the links of this operation's answers.
pub(super) fn add(operation: &mut Operation) {
    let Some(id) = operation.operation_id.as_deref() else { return };
    for Lead(_, status, to, parameters) in LEADS.iter().filter(|lead| lead.0 == id) {
        let link = parameters
            .iter()
            .fold(LinkBuilder::new().operation_id(*to), |link, (name, from)| link.parameter(*name, *from))
            .build();
        if let Some(RefOr::T(response)) = operation.responses.responses.get_mut(*status) {
            response.links.insert((*to).to_owned(), RefOr::T(link));
        }
    }
}
