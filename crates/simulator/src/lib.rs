//! The GlobeCo suite in one process, quirks and fault injection included.
//!
//! Five services that the order generation service calls, portfolio accounting, pricing, portfolio, security and order,
//! each on a loopback port of its own, wire-exact down to their errors: prices that are random on every call, securities
//! without a price, a 500 for a portfolio that was never funded, a cash row without a security, a 207 for a batch of which
//! nothing was created. People use the binary to try the service; tests, the demo and the load generator use the library
//! or the binary. It depends on no other crate of this workspace and shares no code with the clients that it tests.
//!
//! ```
//! use simulator::{Fault, FaultKind, Service, Simulator, SimulatorConfig};
//!
//! # fn main() -> Result<(), simulator::StartError> {
//! let simulator = Simulator::start(&SimulatorConfig::reproducible(7).portfolios(20))?;
//! let accounting = &simulator.endpoints().accounting; // http://127.0.0.1:…
//! # assert!(accounting.starts_with("http://127.0.0.1:"));
//! simulator.faults().inject(Fault::new(Service::Pricing, FaultKind::Status { status: 503 }).times(2));
//! assert_eq!(simulator.counters().endpoint(Service::Pricing, "GET /api/v1/prices"), 0);
//! # Ok(())
//! # }
//! ```
//!
//! A simulator has a thread of its own, so it starts from any runtime or none; dropping it stops it.
//!
//! # The book
//! 471 tickers with a price and 505 seeded securities (310 with a price, 195 without) are the suite's public seed data; after
//! the suite's init job, on by default, there is a security for each priced ticker, 666 in all. Portfolios `Portfolio 0`
//! onwards hold from USD 10,000 to 50 million and come in the kinds of [`PortfolioKind`], all seven within the first seven
//! portfolios. Each hundred share a [`book::Strategy`] of 50 securities with targets that sum to 0.95, which is what a model
//! of them is made from. The seed decides everything: ids, which differ in each installation, balances, and the sequence of
//! random prices. With [`PriceMode::Deterministic`] a price is the stored one, to the cent.
//!
//! # The binary
//! `simulator --port-base 0` takes free ports; without it the suite's own are taken (accounting 8087, pricing 8083, portfolio
//! 8000, security 8001, order 8081, control 8090). When it accepts connections it prints one line of JSON: `ready`, the base
//! URL of each service and of `control`, `seed`, `deterministicPrices`, and the numbers of `portfolios`, `securities` and
//! `prices`. It stops on SIGTERM and SIGINT, and with `--exit-with-parent` at the end of its standard input. `--help` lists
//! the rest.
//!
//! # The control API
//! JSON over HTTP on a port of its own, for drivers outside the process. Decimals are strings in answers, strings or numbers
//! in requests. Errors are `{"error": "…"}` with 400, 404 or 405.
//!
//! | request | what it does |
//! |---|---|
//! | `GET /simulator` | seed and counts |
//! | `POST /simulator/reset` | book, prices, orders, counters and faults as at the start; 204 |
//! | `GET /simulator/faults` | faults in force, each with its `id` and the number of requests `seen` |
//! | `POST /simulator/faults` | injects a fault, see below; 201 `{"id": 1}` |
//! | `DELETE /simulator/faults`, `DELETE /simulator/faults/{id}` | ends all faults, or one; 204 |
//! | `GET`, `DELETE /simulator/counters` | requests: `{"total": 3, "services": {"pricing": {"GET /api/v1/prices": 3}}}` |
//! | `GET /simulator/portfolios` | all portfolios with kind, strategy, cash and number of positions; `?kind=short` |
//! | `POST /simulator/portfolios` | adds `{"name", "cash", "holdings": [{"securityId", "long", "short"}]}`; 201 `{"portfolioId"}` |
//! | `GET /simulator/portfolios/{id}` | one portfolio with its holdings |
//! | `PUT /simulator/portfolios/{id}` | replaces cash and holdings, adds the portfolio when the id is new; without both: unfunded |
//! | `GET`, `POST /simulator/securities` | all with their prices; adds `{"ticker", "description", "securityTypeId"}` |
//! | `GET /simulator/prices` | stored prices and deviations |
//! | `PUT`, `DELETE /simulator/prices/{ticker}` | sets `{"price", "deviation"}`; takes the price away; 204 |
//! | `GET /simulator/strategies` | strategies with their targets |
//! | `GET /simulator/orders` | all orders that were created, those too that reads do not show yet |
//! | `POST /simulator/orders/execute` | fills all open orders at their limit or the stored price, and books them |
//!
//! A fault is `{"service": "pricing", "kind": "status", "status": 503}`, with these members to narrow it down: `endpoint`, a
//! path template with or without its method (`"GET /api/v1/portfolios/{portfolioId}/summary"`); `contains`, a part of path
//! or query, such as a portfolio's id; `skip`, matching requests that pass first; `times`, how many are struck after that.
//! Kinds and their members:
//!
//! | kind | members | effect |
//! |---|---|---|
//! | `status` | `status` | an error body of the service's own shape |
//! | `answer` | `status`, `contentType`, `headers`, `body` | exactly this |
//! | `delay` | `ms` | waits first; several add up |
//! | `drop` | | closes the connection without an answer |
//! | `hang` | | never answers, until cleared |
//! | `garbage` | | 200 with a body that is no JSON |
//! | `truncate` | | announces the whole answer, sends half of it |
//! | `html` | `status` (502) | a proxy's page |
//! | `lose_answer` | `status` | does the work, then closes the connection or answers a proxy's page |
//! | `overload` | | the order service's 500 for an overload, nothing created |
//! | `fail_items` | `items`, `message`, `unknown`, `appearAfterMs` | items of an order batch fail, or are created unseen |
//! | `appear_later` | `ms`, `status` | as `lose_answer`, and reads show the orders only later |
//!
//! # What it does not act out
//! Worker recycling (use `drop`), caches of the order service and the five minutes in which valid ids can fail in it (use
//! `fail_items` with its message), its circuit breaker (use `overload`), pools and timeouts. The 100 ms that the order service
//! pauses between 50 orders are acted out on request ([`SimulatorConfig::order_pacing`]).

mod accounting;
pub mod amount;
pub mod book;
pub mod clock;
mod config;
mod connection;
mod control;
mod counters;
mod draws;
mod execution;
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
pub use execution::{Execution, Executions, Refusal};
pub use faults::{ActiveFault, Fault, FaultKind, Faults};
pub use ids::is_object_id;
pub use market::MarketError;
pub use order::Order;
pub use server::{Simulator, StartError};
pub use suite::{Endpoints, Service};
