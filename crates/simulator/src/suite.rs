//! The five services by name, and where each of them listens.

use std::fmt;
use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

/// One service of the suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// Portfolio accounting: cash and positions.
    Accounting,
    /// Prices.
    Pricing,
    /// Names of portfolios.
    Portfolio,
    /// Securities and their tickers.
    Security,
    /// Orders.
    Order,
}

impl Service {
    /// All of them, in the order of their ports.
    pub const ALL: [Self; 5] = [Self::Accounting, Self::Pricing, Self::Portfolio, Self::Security, Self::Order];

    /// The name on the control API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accounting => "accounting",
            Self::Pricing => "pricing",
            Self::Portfolio => "portfolio",
            Self::Security => "security",
            Self::Order => "order",
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Base URLs, without a trailing slash, such as `http://127.0.0.1:8087`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoints {
    /// Portfolio accounting.
    pub accounting: String,
    /// Pricing.
    pub pricing: String,
    /// Portfolio.
    pub portfolio: String,
    /// Security.
    pub security: String,
    /// Order.
    pub order: String,
    /// The control API, whose paths start with `/simulator`.
    pub control: String,
}

impl Endpoints {
    /// URLs of the five services' addresses, in the order of [`Service::ALL`], and of the control API's.
    pub(crate) fn new(services: [SocketAddr; 5], control: SocketAddr) -> Self {
        let [accounting, pricing, portfolio, security, order] = services.map(|address| format!("http://{address}"));
        Self { accounting, pricing, portfolio, security, order, control: format!("http://{control}") }
    }

    /// The base URL of one service.
    #[must_use]
    pub fn of(&self, service: Service) -> &str {
        match service {
            Service::Accounting => &self.accounting,
            Service::Pricing => &self.pricing,
            Service::Portfolio => &self.portfolio,
            Service::Security => &self.security,
            Service::Order => &self.order,
        }
    }
}
