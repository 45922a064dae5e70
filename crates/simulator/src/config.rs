//! What a simulator is started with.

use std::net::{IpAddr, Ipv4Addr};

use crate::book::BookConfig;
use crate::clock::Clock;

/// Ports of the five services and the control API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ports {
    /// Free ports that the operating system chooses.
    #[default]
    Ephemeral,
    /// Six ports in a row, in this order: accounting, pricing, portfolio, security, order, control.
    From(u16),
    /// One port each; 0 lets the operating system choose.
    Each {
        /// Portfolio accounting.
        accounting: u16,
        /// Pricing.
        pricing: u16,
        /// Portfolio.
        portfolio: u16,
        /// Security.
        security: u16,
        /// Order.
        order: u16,
        /// Control API.
        control: u16,
    },
}

impl Ports {
    /// Ports in the order of [`crate::Service::ALL`], then control; `None` when a row of six passes the last port.
    #[must_use]
    pub fn numbers(self) -> Option<[u16; 6]> {
        match self {
            Self::Ephemeral => Some([0; 6]),
            Self::From(base) => {
                base.checked_add(5)?;
                Some([base, base + 1, base + 2, base + 3, base + 4, base + 5])
            }
            Self::Each { accounting, pricing, portfolio, security, order, control } => {
                Some([accounting, pricing, portfolio, security, order, control])
            }
        }
    }
}

/// How the pricing service answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PriceMode {
    /// A new draw around the stored price on every call, as the real service does.
    #[default]
    Random,
    /// The stored price, rounded to cents, on every call.
    Deterministic,
}

/// What a simulator is started with. The default draws a new seed and takes free ports on 127.0.0.1.
#[derive(Clone, Debug)]
pub struct SimulatorConfig {
    /// Seed of the book, the ids and the prices; `None` draws one (`Simulator::seed` tells which).
    pub seed: Option<u64>,
    /// Address to listen on.
    pub host: IpAddr,
    /// Ports to listen on.
    pub ports: Ports,
    /// How prices answer.
    pub prices: PriceMode,
    /// What the book holds.
    pub book: BookConfig,
    /// Whether the order service pauses 100 ms between chunks of 50 orders, as the real one does.
    pub order_pacing: bool,
    /// Where the services read the time.
    pub clock: Clock,
    /// Worker threads of each service; at least 1.
    pub workers: usize,
}

impl Default for SimulatorConfig {
    fn default() -> Self {
        Self {
            seed: None,
            host: IpAddr::V4(Ipv4Addr::LOCALHOST),
            ports: Ports::default(),
            prices: PriceMode::default(),
            book: BookConfig::default(),
            order_pacing: false,
            clock: Clock::default(),
            workers: 1,
        }
    }
}

impl SimulatorConfig {
    /// The same book, ids and prices on each run: `seed`, prices as stored, free ports.
    #[must_use]
    pub fn reproducible(seed: u64) -> Self {
        Self { seed: Some(seed), prices: PriceMode::Deterministic, ..Self::default() }
    }

    /// With this many portfolios.
    #[must_use]
    pub fn portfolios(mut self, portfolios: usize) -> Self {
        self.book.portfolios = portfolios;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_come_in_the_order_of_the_services() {
        assert_eq!(Ports::From(9000).numbers(), Some([9000, 9001, 9002, 9003, 9004, 9005]));
        assert_eq!(Ports::From(65530).numbers(), Some([65530, 65531, 65532, 65533, 65534, 65535]));
        assert_eq!(Ports::From(65531).numbers(), None);
        let each = Ports::Each { accounting: 1, pricing: 2, portfolio: 3, security: 4, order: 5, control: 6 };
        assert_eq!(each.numbers(), Some([1, 2, 3, 4, 5, 6]));
    }
}
