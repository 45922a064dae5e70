//! What went wrong with a request, in the terms that the policy decides by.

use crate::hooks::Outcome;
use ports::{Upstream, UpstreamError};
use std::error::Error;
use std::time::Duration;

/// What a failure came from.
pub(crate) type Cause = Box<dyn Error + Send + Sync>;

/// The most characters of foreign text in an error.
const EXCERPT_CHARS: usize = 120;

/// Why a request gave nothing useful.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Not delivered, cut off, or answered "not now".
    Unavailable {
        /// When it may work, if the service said so.
        retry_after: Option<Duration>,
        cause: Cause,
    },
    /// The connection was closed before an answer came: as happens to one that was idle and is used in the moment in which
    /// the service lets go of it.
    Dropped { cause: Cause },
    /// Not answered in time.
    Timeout { cause: Cause },
    /// Not sent: the breaker is open for this long.
    CircuitOpen { retry_after: Duration },
    /// Answered with something unusable, or refused for good.
    Invalid { cause: Cause },
    /// Answered with an error that may mean "there is none". The client that sees it has to find out; for the policy
    /// it is neither a reason to retry nor a sign of health.
    Doubtful { cause: Cause },
}

/// What a request says about the health of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    /// It works, whether or not it liked the request.
    Works,
    /// It does not.
    Fails,
    /// Nothing.
    None,
}

impl Failure {
    /// Something unusable.
    pub(crate) fn invalid(cause: impl Into<Cause>) -> Self {
        Self::Invalid { cause: cause.into() }
    }

    /// Not now, and nobody said when.
    pub(crate) fn unavailable(cause: impl Into<Cause>) -> Self {
        Self::Unavailable { retry_after: None, cause: cause.into() }
    }

    /// Whether the same request may succeed in a moment.
    pub(crate) const fn is_retryable(&self) -> bool {
        match self {
            Self::Unavailable { .. } | Self::Dropped { .. } | Self::Timeout { .. } => true,
            Self::CircuitOpen { .. } | Self::Invalid { .. } | Self::Doubtful { .. } => false,
        }
    }

    /// When the service wants to be asked again, if it said so.
    pub(crate) const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Unavailable { retry_after, .. } => *retry_after,
            Self::CircuitOpen { retry_after } => Some(*retry_after),
            Self::Dropped { .. } | Self::Timeout { .. } | Self::Invalid { .. } | Self::Doubtful { .. } => None,
        }
    }

    /// What it says about the service.
    pub(crate) const fn sign(&self) -> Sign {
        match self {
            Self::Unavailable { .. } | Self::Dropped { .. } | Self::Timeout { .. } => Sign::Fails,
            Self::Invalid { .. } => Sign::Works,
            Self::CircuitOpen { .. } | Self::Doubtful { .. } => Sign::None,
        }
    }

    /// What the observer is told.
    pub(crate) const fn outcome(&self) -> Outcome {
        match self {
            Self::Unavailable { .. } | Self::Dropped { .. } => Outcome::Unavailable,
            Self::Timeout { .. } => Outcome::Timeout,
            Self::CircuitOpen { .. } => Outcome::CircuitOpen,
            Self::Invalid { .. } => Outcome::Invalid,
            Self::Doubtful { .. } => Outcome::Doubtful,
        }
    }

    /// What the port's caller is told.
    pub(crate) fn into_error(self, service: Upstream) -> UpstreamError {
        match self {
            Self::Unavailable { retry_after, cause } => UpstreamError::Unavailable { service, retry_after, cause },
            Self::Timeout { cause } => UpstreamError::Timeout { service, cause },
            Self::CircuitOpen { retry_after } => UpstreamError::CircuitOpen { service, retry_after },
            Self::Invalid { cause } => UpstreamError::Invalid { service, cause },
            Self::Dropped { cause } | Self::Doubtful { cause } => {
                UpstreamError::Unavailable { service, retry_after: None, cause }
            }
        }
    }
}

/// The beginning of foreign text on one line, without control characters.
pub(crate) fn excerpt(text: &[u8]) -> String {
    // A character has at most four bytes, and white space shrinks: a bounded prefix is enough.
    let prefix = &text[..text.len().min(EXCERPT_CHARS * 4)];
    let text = String::from_utf8_lossy(prefix);
    let line = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let line = line.collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(EXCERPT_CHARS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_one_short_line_of_printable_text() {
        assert_eq!(excerpt(b"<html>\r\n\t<body>\x1b[31m no \0 </body>"), "<html> <body> [31m no </body>");
        assert_eq!(excerpt(b"\xff\xfe"), "\u{fffd}\u{fffd}");
        let long = excerpt("ü".repeat(10_000).as_bytes());
        assert_eq!(long.chars().count(), EXCERPT_CHARS + 1);
        assert!(long.ends_with('…'));
    }
}
