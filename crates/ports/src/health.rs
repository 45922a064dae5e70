//! Whether what is behind a port works at present.

use crate::{StoreError, Upstream, UpstreamError};
use async_trait::async_trait;

/// Whether the store can be used.
#[async_trait]
pub trait StoreHealth: Send + Sync {
    /// Touches the store, briefly: an answer or an error comes within two seconds. The answer is the bytes that its file
    /// takes; `None` where it is kept elsewhere.
    async fn ping(&self) -> Result<Option<u64>, StoreError>;
}

/// Whether the called services can be reached.
#[async_trait]
pub trait UpstreamHealth: Send + Sync {
    /// Asks the service's own liveness endpoint, briefly: an answer or an error comes within two seconds.
    async fn probe(&self, service: Upstream) -> Result<(), UpstreamError>;
}
