//! Filters of the order list: values of one field are alternatives, fields add up.

use chrono::{DateTime, Utc};

use super::Order;
use super::desk::microseconds;
use super::lookups::{Blotter, order_type, status};
use crate::locks::read;
use crate::query::Params;
use crate::suite::Service;
use crate::world::World;

/// The fields that can be filtered by.
pub(super) const FIELDS: [&str; 6] = [
    "security.ticker",
    "portfolio.name",
    "blotter.name",
    "status.abbreviation",
    "orderType.abbreviation",
    "orderTimestamp",
];

/// Why the filters of a request are refused.
pub(super) struct Refusal {
    pub(super) error: &'static str,
    pub(super) message: String,
    /// Whether the answer lists the fields.
    pub(super) names_fields: bool,
}

/// One value that a field may have.
enum Wanted {
    Security(String),
    Portfolio(String),
    Blotter(String),
    Status(String),
    OrderType(String),
    Timestamp(Option<DateTime<Utc>>),
}

/// All filters: an order passes when each list holds a value that fits.
pub(super) struct Filters(Vec<Vec<Wanted>>);

impl Filters {
    /// Reads the filters. A ticker or name that nobody knows is left out, and a field of which nothing is left too: the
    /// result is then unfiltered.
    pub(super) fn of(params: &Params, world: &World) -> Result<Self, Refusal> {
        let given =
            params.pairs().filter(|(name, value)| !matches!(*name, "limit" | "offset" | "sort") && !value.is_empty());
        let (mut unknown, mut fields) = (Vec::new(), Vec::new());
        for (name, values) in given {
            if !FIELDS.contains(&name) {
                unknown.push(name);
                continue;
            }
            let values = values.split(',').map(str::trim).filter(|value| !value.is_empty());
            let wanted: Vec<Wanted> = values
                .map(|value| wanted(name, value, world))
                .collect::<Result<Vec<_>, _>>()?
                .into_iter()
                .flatten()
                .collect();
            if !wanted.is_empty() {
                fields.push(wanted);
            }
        }
        if unknown.is_empty() {
            return Ok(Self(fields));
        }
        let message = format!("Invalid filter fields: {unknown:?}. Valid fields are: {FIELDS:?}");
        Err(Refusal { error: "Invalid filter parameter", message, names_fields: true })
    }

    pub(super) fn keep(&self, order: &Order) -> bool {
        self.0.iter().all(|alternatives| alternatives.iter().any(|wanted| wanted.fits(order)))
    }
}

/// What a value stands for; `None` when its name cannot be resolved.
fn wanted(field: &str, value: &str, world: &World) -> Result<Option<Wanted>, Refusal> {
    let book = read(&world.book);
    let up = |service| !world.faults.is_down(service);
    Ok(match field {
        "security.ticker" => book
            .security_by_ticker(value)
            .filter(|_| up(Service::Security))
            .map(|security| Wanted::Security(security.id.clone())),
        "portfolio.name" => book
            .portfolios()
            .iter()
            .find(|portfolio| portfolio.name == value)
            .filter(|_| up(Service::Portfolio))
            .map(|portfolio| Wanted::Portfolio(portfolio.id.clone())),
        "blotter.name" => Some(Wanted::Blotter(value.to_owned())),
        "status.abbreviation" => Some(Wanted::Status(value.to_owned())),
        "orderType.abbreviation" => Some(Wanted::OrderType(value.to_owned())),
        _ => {
            let time = DateTime::parse_from_rfc3339(value).map_err(|_| Refusal {
                error: "Validation error",
                message: format!(
                    "Invalid timestamp format for orderTimestamp: '{value}'. Expected ISO format (e.g., 2023-12-01T10:30:00Z)"
                ),
                names_fields: false,
            })?;
            Some(Wanted::Timestamp(microseconds(time.into())))
        }
    })
}

impl Wanted {
    fn fits(&self, order: &Order) -> bool {
        match self {
            Self::Security(id) => order.security_id == *id,
            Self::Portfolio(id) => order.portfolio_id == *id,
            Self::Blotter(name) => order.blotter_id.and_then(Blotter::with_id).is_some_and(|b| b.name == name),
            Self::Status(text) => status(order.status_id).is_some_and(|status| status.abbreviation == text),
            Self::OrderType(text) => order_type(order.order_type_id).is_some_and(|kind| kind.abbreviation == text),
            Self::Timestamp(time) => Some(order.timestamp) == *time,
        }
    }
}
