//! What can go wrong with a service that this one calls.

use std::fmt;
use std::time::Duration;

/// A service that this one calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Upstream {
    /// Balances of portfolios.
    PortfolioAccounting,
    /// Prices by ticker.
    Pricing,
    /// Names of portfolios.
    Portfolio,
    /// Tickers of securities.
    Security,
}

impl Upstream {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::PortfolioAccounting, Self::Pricing, Self::Portfolio, Self::Security];

    /// The name in logs, metrics and health answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PortfolioAccounting => "portfolio_accounting",
            Self::Pricing => "pricing_service",
            Self::Portfolio => "portfolio_service",
            Self::Security => "security_service",
        }
    }
}

impl fmt::Display for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The error of an adapter that a failure came from.
type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A service could not be asked, or its answer is of no use.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamError {
    /// It cannot be reached, or answered that it cannot work at present, after all tries.
    #[error("{service} is unavailable")]
    Unavailable {
        /// The service.
        service: Upstream,
        /// When it may work again, if it said so.
        retry_after: Option<Duration>,
        /// What happened.
        #[source]
        cause: Cause,
    },
    /// It did not answer in time.
    #[error("{service} did not answer in time")]
    Timeout {
        /// The service.
        service: Upstream,
        /// What happened.
        #[source]
        cause: Cause,
    },
    /// It failed so often that it is not asked for a while.
    #[error("{service} is not called for {} s after repeated failures", retry_after.as_secs())]
    CircuitOpen {
        /// The service.
        service: Upstream,
        /// When it is asked again.
        retry_after: Duration,
    },
    /// It answered something that cannot be read or that contradicts itself. Asking again will not help.
    #[error("{service} answered something unusable")]
    Invalid {
        /// The service.
        service: Upstream,
        /// What is wrong with it.
        #[source]
        cause: Cause,
    },
}

impl UpstreamError {
    /// The service that failed.
    #[must_use]
    pub const fn service(&self) -> Upstream {
        match self {
            Self::Unavailable { service, .. }
            | Self::Timeout { service, .. }
            | Self::CircuitOpen { service, .. }
            | Self::Invalid { service, .. } => *service,
        }
    }

    /// Whether the same call may succeed later without anybody's help.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::Unavailable { .. } | Self::Timeout { .. } | Self::CircuitOpen { .. } => true,
            Self::Invalid { .. } => false,
        }
    }

    /// When to try again, if that is known.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Unavailable { retry_after, .. } => *retry_after,
            Self::CircuitOpen { retry_after, .. } => Some(*retry_after),
            Self::Timeout { .. } | Self::Invalid { .. } => None,
        }
    }
}
