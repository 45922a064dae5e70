//! What belongs to one request and is needed in many rooms: its names in logs and traces.

use std::future::Future;

tokio::task_local! {
    static CURRENT: RequestContext;
}

/// The names of a request.
#[derive(Clone, Debug)]
pub(crate) struct RequestContext {
    /// Echoed in `X-Correlation-ID`.
    pub(crate) correlation_id: String,
    /// The trace that the request belongs to, or the correlation id when nobody traces.
    pub(crate) trace_id: String,
}

impl RequestContext {
    /// Runs `work` with these names at hand.
    pub(crate) async fn scope<T>(self, work: impl Future<Output = T>) -> T {
        CURRENT.scope(self, work).await
    }

    /// Runs `work` with these names at hand.
    pub(crate) fn scope_sync<T>(self, work: impl FnOnce() -> T) -> T {
        CURRENT.sync_scope(self, work)
    }
}

/// The correlation id of the request that is being served; empty outside of one.
pub(crate) fn correlation_id() -> String {
    CURRENT.try_with(|context| context.correlation_id.clone()).unwrap_or_default()
}

/// The trace id of the request that is being served; empty outside of one.
pub(crate) fn trace_id() -> String {
    CURRENT.try_with(|context| context.trace_id.clone()).unwrap_or_default()
}
