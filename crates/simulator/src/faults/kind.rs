//! What a fault does to a request.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a fault does to a request. In JSON the name is the value of `kind`, in snake case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum FaultKind {
    /// Answers with this status and an error body of the service's own shape; nothing is done.
    Status {
        /// HTTP status, 200 to 599.
        status: u16,
    },
    /// Answers exactly this; nothing is done.
    Answer {
        /// HTTP status, 200 to 599.
        status: u16,
        /// Value of `Content-Type`.
        #[serde(default = "json")]
        content_type: String,
        /// Further headers, such as `Retry-After`.
        #[serde(default)]
        headers: BTreeMap<String, String>,
        /// The body, byte for byte.
        #[serde(default)]
        body: String,
    },
    /// Waits, then goes on as usual. Several delays add up.
    Delay {
        /// Milliseconds.
        ms: u64,
    },
    /// Closes the connection without an answer; nothing is done.
    Drop,
    /// Never answers, until the fault is cleared; then closes the connection. Nothing is done.
    Hang,
    /// Answers 200 with a body that is announced as JSON and is none; nothing is done.
    Garbage,
    /// Does the work, announces the whole answer, sends half of it and closes the connection.
    Truncate,
    /// Answers as a proxy in front of the service would, with an HTML page; nothing is done.
    Html {
        /// HTTP status, usually 502, 503 or 504.
        #[serde(default = "bad_gateway")]
        status: u16,
    },
    /// Does the work, then loses the answer.
    LoseAnswer {
        /// The status of a proxy's page in place of the answer; closes the connection when absent.
        #[serde(default)]
        status: Option<u16>,
    },
    /// Order service: refuses a batch as overloaded, before any order is touched, with the 500 that the service really
    /// sends. On other endpoints a 500.
    Overload,
    /// Order service: some items of a batch fail.
    FailItems {
        /// Positions in the request; all when empty.
        #[serde(default)]
        items: Vec<usize>,
        /// Message of the failed items; the usual one when absent.
        #[serde(default)]
        message: Option<String>,
        /// Whether the outcome is unknown: `requestIndex` is -1, and the order is created nevertheless.
        #[serde(default)]
        unknown: bool,
        /// Milliseconds until reads show an order of unknown outcome.
        #[serde(default)]
        appear_after_ms: u64,
    },
    /// Order service: loses the answer to a batch, whose orders appear in reads only later.
    AppearLater {
        /// Milliseconds until they appear; the real service takes up to 30,000.
        ms: u64,
        /// The status of a proxy's page in place of the answer; closes the connection when absent.
        #[serde(default)]
        status: Option<u16>,
    },
}

impl FaultKind {
    /// The status that it answers with, where it has one.
    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Self::Status { status } | Self::Answer { status, .. } | Self::Html { status } => Some(*status),
            Self::LoseAnswer { status } | Self::AppearLater { status, .. } => *status,
            Self::Delay { .. }
            | Self::Drop
            | Self::Hang
            | Self::Garbage
            | Self::Truncate
            | Self::Overload
            | Self::FailItems { .. } => None,
        }
    }

    /// Whether nothing usable comes back.
    pub(crate) fn is_outage(&self) -> bool {
        match self {
            Self::Status { status } | Self::Answer { status, .. } | Self::Html { status } => *status >= 400,
            Self::Drop | Self::Hang | Self::Garbage | Self::Truncate | Self::LoseAnswer { .. } | Self::Overload => true,
            Self::Delay { .. } | Self::FailItems { .. } | Self::AppearLater { .. } => false,
        }
    }
}

fn json() -> String {
    "application/json".to_owned()
}

fn bad_gateway() -> u16 {
    502
}
