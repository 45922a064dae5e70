//! The ways in which a called service fails.

use ports::{Upstream, UpstreamError};
use std::time::Duration;

/// A failure of a service, told to a fake so that it answers with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpstreamFault {
    /// It is down and does not say for how long.
    Unavailable,
    /// It is down for this long.
    UnavailableFor(Duration),
    /// It does not answer in time.
    Timeout,
    /// It is not asked for this long.
    CircuitOpen(Duration),
    /// It answers nonsense.
    Invalid,
}

impl UpstreamFault {
    /// The error that a caller of `service` gets.
    #[must_use]
    pub fn error(self, service: Upstream) -> UpstreamError {
        let cause = || format!("a test said: {self:?}").into();
        match self {
            Self::Unavailable => UpstreamError::Unavailable { service, retry_after: None, cause: cause() },
            Self::UnavailableFor(time) => {
                UpstreamError::Unavailable { service, retry_after: Some(time), cause: cause() }
            }
            Self::Timeout => UpstreamError::Timeout { service, cause: cause() },
            Self::CircuitOpen(retry_after) => UpstreamError::CircuitOpen { service, retry_after },
            Self::Invalid => UpstreamError::Invalid { service, cause: cause() },
        }
    }
}
