//! Values for tests: ids from small numbers, instants, decimals, models and rebalances that state only what matters.

mod model;
mod rebalance;

pub use model::{ModelBuilder, model_builder, position};
pub use rebalance::{RebalanceBuilder, failure, rebalance_builder};

use domain::{Date, Decimal, ModelId, PortfolioId, RebalanceId, SecurityId, Timestamp};

/// 2026-01-05T00:00:00Z in milliseconds, where the time of tests begins.
const START: i64 = 1_767_571_200_000;

/// The id of the `n`th model; ids sort as their numbers do.
#[must_use]
pub fn model_id(n: u32) -> ModelId {
    format!("aa{n:022x}").parse().expect("24 hexadecimal digits")
}

/// The id of the `n`th rebalance; ids sort as their numbers do.
#[must_use]
pub fn rebalance_id(n: u32) -> RebalanceId {
    format!("eb{n:022x}").parse().expect("24 hexadecimal digits")
}

/// The id of the `n`th portfolio: 24 hexadecimal digits; ids sort as their numbers do.
#[must_use]
pub fn portfolio_id(n: u32) -> PortfolioId {
    format!("f0{n:022x}").parse().expect("24 letters or digits")
}

/// The id of the `n`th security: 24 hexadecimal digits; ids sort as their numbers do.
#[must_use]
pub fn security_id(n: u32) -> SecurityId {
    format!("5e{n:022x}").parse().expect("24 letters or digits")
}

/// The instant `ms` milliseconds after the beginning, 2026-01-05T00:00:00Z.
#[must_use]
pub fn at(ms: i64) -> Timestamp {
    Timestamp::from_timestamp_millis(START + ms).expect("an instant in range")
}

/// The day `n` days after the beginning, 2026-01-05.
#[must_use]
pub fn day(n: i64) -> Date {
    at(n * 86_400_000).date_naive()
}

/// The decimal that is written like this, of up to 38 digits: records may hold more than input may.
#[must_use]
pub fn decimal(text: &str) -> Decimal {
    let scale = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let units = text.replacen('.', "", 1).parse().expect("an integer of at most 38 digits");
    u32::try_from(scale).ok().and_then(|scale| Decimal::new(units, scale)).expect("at most 38 decimals")
}
