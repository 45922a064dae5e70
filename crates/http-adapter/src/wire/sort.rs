//! What lists are sorted by.

use crate::extract::Query;
use crate::problem::{Code, Problem};
use application::{Direction, ModelSort, ModelSortKey, RebalanceSort, RebalanceSortKey};
use domain::rebalance::RebalancedPosition;
use std::cmp::Ordering;

/// A comma list of fields, each with an optional sign. A literal `+` arrives as a space; empty parts mean nothing.
fn fields(text: &str) -> impl Iterator<Item = (&str, Direction)> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(|part| match part.strip_prefix('-') {
        Some(field) => (field.trim_start(), Direction::Descending),
        None => (part.strip_prefix('+').unwrap_or(part).trim_start(), Direction::Ascending),
    })
}

fn unknown(field: &str, valid: &[&str]) -> Problem {
    let detail =
        format!("sort_by has the unknown field {field:?}; valid are {}, each with an optional -.", valid.join(", "));
    Problem::about(Code::UnknownSortField, "/sort_by", detail)
}

/// The order of models; empty when none was asked for.
pub(crate) fn of_models(query: &Query) -> Result<ModelSort, Problem> {
    const VALID: [&str; 3] = ["model_id", "name", "last_rebalance_date"];
    let key = |field: &str| match field {
        "model_id" => Ok(ModelSortKey::Id),
        "name" => Ok(ModelSortKey::Name),
        "last_rebalance_date" => Ok(ModelSortKey::LastRebalanceDate),
        _ => Err(unknown(field, &VALID)),
    };
    let asked = query.get("sort_by").unwrap_or_default();
    fields(asked).map(|(field, direction)| Ok((key(field)?, direction))).collect()
}

/// The order of rebalances; newest first when none was asked for.
pub(crate) fn of_rebalances(query: &Query) -> Result<RebalanceSort, Problem> {
    const VALID: [&str; 4] = ["rebalance_id", "model_name", "rebalance_date", "number_of_portfolios"];
    let asked = query.get("sort_by").unwrap_or_default();
    let Some((field, direction)) = only_field(asked, &VALID)? else {
        return Ok(RebalanceSort { key: RebalanceSortKey::Date, direction: Direction::Descending });
    };
    let key = match field {
        "rebalance_id" => RebalanceSortKey::Id,
        "model_name" => RebalanceSortKey::ModelName,
        "rebalance_date" => RebalanceSortKey::Date,
        "number_of_portfolios" => RebalanceSortKey::NumberOfPortfolios,
        _ => return Err(unknown(field, &VALID)),
    };
    Ok(RebalanceSort { key, direction })
}

/// What positions of a stored portfolio are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PositionSortKey {
    MarketValue,
    Drift,
    SecurityId,
}

/// The order of positions; ascending security id when none was asked for.
pub(crate) fn of_positions(query: &Query) -> Result<(PositionSortKey, Direction), Problem> {
    const VALID: [&str; 3] = ["market_value", "drift", "security_id"];
    let asked = query.get("sort_by").unwrap_or_default();
    let Some((field, direction)) = only_field(asked, &VALID)? else {
        return Ok((PositionSortKey::SecurityId, Direction::Ascending));
    };
    match field {
        "market_value" => Ok((PositionSortKey::MarketValue, direction)),
        "drift" => Ok((PositionSortKey::Drift, direction)),
        "security_id" => Ok((PositionSortKey::SecurityId, direction)),
        _ => Err(unknown(field, &VALID)),
    }
}

fn only_field<'a>(asked: &'a str, valid: &[&str]) -> Result<Option<(&'a str, Direction)>, Problem> {
    let mut given = fields(asked);
    let first = given.next();
    if given.next().is_some() { Err(unknown(asked, valid)) } else { Ok(first) }
}

/// Sorts positions: by market value after the trades, or by drift `|actual − target|`; ties by ascending security id.
pub(crate) fn sort_positions(positions: &mut [RebalancedPosition], key: PositionSortKey, direction: Direction) {
    let ascending = |a: &RebalancedPosition, b: &RebalancedPosition| match key {
        PositionSortKey::MarketValue => a.adjusted_market_value.cmp(&b.adjusted_market_value),
        PositionSortKey::Drift => drift(a).cmp(&drift(b)),
        PositionSortKey::SecurityId => a.security_id.cmp(&b.security_id),
    };
    let directed = |ordering: Ordering| if direction == Direction::Descending { ordering.reverse() } else { ordering };
    positions.sort_by(|a, b| directed(ascending(a, b)).then_with(|| a.security_id.cmp(&b.security_id)));
}

/// The drift of a position; `None`, the least, when it cannot be computed.
fn drift(position: &RebalancedPosition) -> Option<domain::Decimal> {
    position.actual.checked_sub(position.target.weight())?.checked_abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_trimmed_signs_read_and_empty_ones_dropped() {
        let read: Vec<_> = fields(" name, -model_id ,,+last_rebalance_date,").collect();
        let expected = [
            ("name", Direction::Ascending),
            ("model_id", Direction::Descending),
            ("last_rebalance_date", Direction::Ascending),
        ];
        assert_eq!(read, expected);
    }
}
