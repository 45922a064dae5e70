//! The domain: models, holdings, prices and the rebalance record.
//!
//! A value that exists is valid: every type here has one fallible constructor and no setters. There is no I/O, no
//! clock, no async and no serialisation format; times and ids come in as arguments.
//!
//! | room | what is in it |
//! |---|---|
//! | [`decimal`] | exact decimals that keep the scale they were written with |
//! | [`ids`] | the identifiers of models, rebalances, portfolios, securities |
//! | [`model`] | the investment model and its invariants |
//! | [`market`] | holdings, balances, prices, tickers |
//! | [`reserve`] | the cash that a rebalance must leave alone |
//! | [`rebalance`] | what was decided for each portfolio, and why |

pub mod decimal;
pub mod ids;
pub mod market;
pub mod model;
pub mod rebalance;
pub mod reserve;

pub use decimal::{Decimal, DecimalError};
pub use ids::{IdError, ModelId, PortfolioId, RebalanceId, SecurityId};
pub use market::{Balances, Holding, Price, PriceError, Ticker};
pub use model::{
    Drift, DriftError, DriftRange, Model, ModelDefinition, ModelName, ModelRuleError, Portfolios, Position, Positions,
    Target, TargetError, Version,
};
pub use reserve::{Reserve, ReserveError};

/// An instant in UTC. Everything that is stored or shown has millisecond precision.
pub type Timestamp = chrono::DateTime<chrono::Utc>;

/// A calendar day, as in `trade_date`.
pub type Date = chrono::NaiveDate;
