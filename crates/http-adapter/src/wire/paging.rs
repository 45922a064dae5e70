//! Which part of a list is wanted.

use crate::extract::{Number, Query};
use crate::problem::{Code, Problem};
use application::Slice;

/// Rebalances on a page that does not say how many.
const DEFAULT_REBALANCES: u64 = 10;
/// The most rebalances on a page.
const MAX_REBALANCES: u64 = 100;

/// A part of all models: neither parameter means all; `limit` alone starts at 0; `offset` alone goes to the end.
pub(crate) fn of_models(query: &Query) -> Result<Slice, Problem> {
    let offset = query.integer("offset")?;
    let limit = query.integer("limit")?;
    let natural = |name: &str, number| match number {
        Some(Number::Natural(number)) => Ok(Some(number)),
        Some(Number::Negative) => Err(Problem::about(
            Code::NegativePaging,
            &format!("/{name}"),
            format!("The query parameter {name} must not be negative."),
        )),
        None => Ok(None),
    };
    Ok(Slice { offset: natural("offset", offset)?.unwrap_or(0), limit: natural("limit", limit)? })
}

/// A page of rebalances: 10 from the start unless said otherwise, at most 100.
pub(crate) fn of_rebalances(query: &Query) -> Result<Slice, Problem> {
    let offset = in_range(query, "offset", 0, None)?;
    let limit = in_range(query, "limit", 1, Some(MAX_REBALANCES))?;
    Ok(Slice { offset: offset.unwrap_or(0), limit: Some(limit.unwrap_or(DEFAULT_REBALANCES)) })
}

/// A part of a rebalance's portfolios: all of them unless said otherwise.
pub(crate) fn of_portfolios(query: &Query) -> Result<Slice, Problem> {
    let offset = in_range(query, "offset", 0, None)?;
    let limit = in_range(query, "limit", 0, None)?;
    Ok(Slice { offset: offset.unwrap_or(0), limit })
}

fn in_range(query: &Query, name: &str, least: u64, most: Option<u64>) -> Result<Option<u64>, Problem> {
    match query.integer(name)? {
        None => Ok(None),
        Some(Number::Natural(n)) if n >= least && most.is_none_or(|most| n <= most) => Ok(Some(n)),
        Some(_) => {
            let range = most.map_or_else(|| format!("at least {least}"), |most| format!("from {least} to {most}"));
            let detail = format!("The query parameter {name} must be {range}.");
            Err(Problem::about(Code::PagingOutOfRange, &format!("/{name}"), detail))
        }
    }
}
