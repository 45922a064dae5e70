//! A list of portfolios.

use super::raw::{Faults, Member, name, object};
use crate::problem::{Code, Problem, rule_problem};
use domain::{PortfolioId, Portfolios};
use serde::Deserialize;
use std::collections::HashSet;
use utoipa::ToSchema;

/// Portfolios to add, remove or look for.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = PortfoliosRequest)]
pub(crate) struct PortfoliosRequest {
    /// At least one portfolio, none of them twice.
    #[serde(default)]
    #[schema(value_type = Vec<PortfolioIdText>, required = true, min_items = 1)]
    portfolios: Member,
}

/// A portfolio's id.
#[derive(ToSchema)]
#[schema(as = PortfolioId, value_type = String, pattern = "^[0-9A-Za-z]{24}$", example = "680ad0a32a7a9a1b4c1d2f01")]
pub(crate) struct PortfolioIdText(#[expect(dead_code, reason = "the type is a schema")] String);

impl PortfoliosRequest {
    /// The portfolios that a body names.
    pub(crate) fn parse(body: &[u8]) -> Result<Portfolios, Problem> {
        let request: Self = object(body)?;
        let mut faults = Faults::default();
        let portfolios = list(&request.portfolios, "/portfolios", &mut faults);
        faults.finish(portfolios)
    }
}

/// The portfolios of a list, or its faults.
pub(crate) fn list(member: &Member, pointer: &str, faults: &mut Faults) -> Option<Portfolios> {
    let rows = member.list(pointer, faults)?;
    let mut seen = HashSet::with_capacity(rows.len());
    let mut ids = Some(Vec::with_capacity(rows.len()));
    for (n, row) in rows.iter().enumerate() {
        let at = format!("{pointer}/{n}");
        let id = row.id::<PortfolioId>(&at, Code::InvalidPortfolioId, faults);
        if let Some(id) = id
            && !seen.insert(id)
        {
            faults.add(&at, Code::DuplicatePortfolio, format!("{} repeats portfolio {id}.", name(&at)));
            ids = None;
        }
        ids = ids.zip(id).map(|(mut all, one)| {
            all.push(one);
            all
        });
    }
    match Portfolios::new(ids?) {
        Ok(portfolios) => Some(portfolios),
        Err(rule) => {
            faults.push(rule_problem(&rule, pointer));
            None
        }
    }
}
