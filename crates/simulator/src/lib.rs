//! The GlobeCo suite in one process, quirks and fault injection included.

mod accounting;
pub mod amount;
pub mod book;
pub mod clock;
mod config;
mod connection;
mod control;
mod counters;
mod draws;
mod fastapi;
mod faults;
mod gate;
mod ids;
mod locks;
mod market;
mod order;
mod portfolio;
mod pricing;
mod query;
mod security;
mod server;
mod spring;
mod suite;
mod world;

pub use amount::Amount;
pub use book::{Book, BookConfig, Holding, PortfolioKind};
pub use clock::Clock;
pub use config::{Ports, PriceMode, SimulatorConfig};
pub use counters::{Counters, Counts};
pub use faults::{ActiveFault, Fault, FaultKind, Faults};
pub use ids::is_object_id;
pub use market::MarketError;
pub use server::{Simulator, StartError};
pub use suite::{Endpoints, Service};
