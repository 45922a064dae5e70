//! Whether the service works: the store, the optimizer, the called services.

use crate::rebalancing::SolverPool;
use ports::{StoreHealth, Upstream, UpstreamHealth};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

/// How long the optimizer may take to solve a problem of one security, waiting for a free worker included.
const OPTIMIZER_PATIENCE: Duration = Duration::from_secs(35);

/// Whether something works, and what it said when it does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It worked when it was last tried.
    Healthy,
    /// It did not; a short text for operators.
    Unhealthy(String),
    /// It was not tried yet.
    Unknown,
}

impl Standing {
    /// Whether it worked when it was last tried.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        *self == Self::Healthy
    }
}

/// A part of the whole that can fail on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Component {
    /// The store.
    Database,
    /// The solver and its worker threads.
    OptimizationEngine,
    /// A called service.
    Upstream(Upstream),
}

/// What is known of every component.
#[derive(Clone, Debug)]
pub struct HealthReport {
    /// Each component's standing.
    pub components: BTreeMap<Component, Standing>,
    /// The bytes that the store's file took when it was last touched; `None` where it has none.
    pub store_bytes: Option<u64>,
    /// Whether the process is on its way out.
    pub draining: bool,
}

impl HealthReport {
    /// The standing of one component.
    #[must_use]
    pub fn standing(&self, component: Component) -> &Standing {
        self.components.get(&component).unwrap_or(&Standing::Unknown)
    }

    /// Whether requests should come here: the store and the optimizer work and the process stays. An outage of a
    /// called service must not take every replica out.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        !self.draining && self.works()
    }

    /// Whether store and optimizer work.
    #[must_use]
    pub fn works(&self) -> bool {
        self.standing(Component::Database).is_healthy() && self.standing(Component::OptimizationEngine).is_healthy()
    }

    /// Whether any called service is known not to work.
    #[must_use]
    pub fn is_degraded(&self) -> bool {
        Upstream::ALL
            .iter()
            .any(|service| matches!(self.standing(Component::Upstream(*service)), Standing::Unhealthy(_)))
    }
}

/// Keeps what is known of the optimizer and the called services, and asks the store when it is asked.
pub struct HealthMonitor {
    store: Arc<dyn StoreHealth>,
    upstreams: Arc<dyn UpstreamHealth>,
    solver: Arc<SolverPool>,
    known: RwLock<BTreeMap<Component, Standing>>,
    store_bytes: Mutex<Option<u64>>,
    draining: AtomicBool,
}

impl HealthMonitor {
    pub(crate) fn new(
        store: Arc<dyn StoreHealth>,
        upstreams: Arc<dyn UpstreamHealth>,
        solver: Arc<SolverPool>,
    ) -> Self {
        let (known, store_bytes, draining) = (RwLock::default(), Mutex::default(), AtomicBool::new(false));
        Self { store, upstreams, solver, known, store_bytes, draining }
    }

    /// Tries the optimizer and all called services, and remembers what they said. Runs in the background, so that
    /// answers need not wait for a slow service.
    pub async fn refresh(&self) {
        let optimizer = async {
            let standing = match tokio::time::timeout(OPTIMIZER_PATIENCE, self.solver.self_test()).await {
                Ok(Ok(())) => Standing::Healthy,
                Ok(Err(problem)) => Standing::Unhealthy(problem),
                Err(_) => Standing::Unhealthy("no worker thread became free in time".to_owned()),
            };
            self.remember(Component::OptimizationEngine, standing);
        };
        let probes = Upstream::ALL.map(|service| async move {
            let standing = match self.upstreams.probe(service).await {
                Ok(()) => Standing::Healthy,
                Err(error) => Standing::Unhealthy(error.to_string()),
            };
            self.remember(Component::Upstream(service), standing);
        });
        futures::join!(optimizer, futures::future::join_all(probes));
    }

    /// From now on the process is not ready.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Release);
    }

    /// What is known without touching anything.
    #[must_use]
    pub fn known(&self) -> HealthReport {
        let components = self.known.read().unwrap_or_else(PoisonError::into_inner).clone();
        let store_bytes = *self.store_bytes.lock().unwrap_or_else(PoisonError::into_inner);
        HealthReport { components, store_bytes, draining: self.draining.load(Ordering::Acquire) }
    }

    /// What is known, and the store's answer of now.
    pub async fn report(&self) -> HealthReport {
        let database = match self.store.ping().await {
            Ok(bytes) => {
                *self.store_bytes.lock().unwrap_or_else(PoisonError::into_inner) = bytes;
                Standing::Healthy
            }
            Err(error) => Standing::Unhealthy(error.to_string()),
        };
        self.remember(Component::Database, database);
        self.known()
    }

    fn remember(&self, component: Component, standing: Standing) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let before = known.insert(component, standing.clone());
        drop(known);
        match (before, standing) {
            (Some(Standing::Healthy), Standing::Unhealthy(problem)) => {
                tracing::warn!(?component, problem, "stopped working");
            }
            (Some(Standing::Unhealthy(_)), Standing::Healthy) => tracing::info!(?component, "works again"),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rebalancing::Unobserved;
    use async_trait::async_trait;
    use mockall::Sequence;
    use optimizer::Limits;
    use ports::{StoreError, UpstreamError};

    mockall::mock! {
        Store {}
        #[async_trait]
        impl StoreHealth for Store {
            async fn ping(&self) -> Result<Option<u64>, StoreError>;
        }
    }

    mockall::mock! {
        Upstreams {}
        #[async_trait]
        impl UpstreamHealth for Upstreams {
            async fn probe(&self, service: Upstream) -> Result<(), UpstreamError>;
        }
    }

    fn monitor(store: MockStore, upstreams: MockUpstreams) -> HealthMonitor {
        let solver =
            SolverPool::new(1, Limits::default(), Duration::from_secs(10), Arc::new(Unobserved)).expect("a thread");
        HealthMonitor::new(Arc::new(store), Arc::new(upstreams), Arc::new(solver))
    }

    #[tokio::test]
    async fn each_report_asks_the_store_once_and_no_called_service() {
        let (mut store, mut order) = (MockStore::new(), Sequence::new());
        store.expect_ping().times(1).in_sequence(&mut order).returning(|| Ok(Some(4096)));
        store.expect_ping().times(1).in_sequence(&mut order).returning(|| Err(StoreError::Timeout("slow".into())));
        store.expect_ping().times(1).in_sequence(&mut order).returning(|| Ok(None));
        let mut upstreams = MockUpstreams::new();
        // Once each by the one refresh, and never by a report.
        upstreams.expect_probe().times(Upstream::ALL.len()).returning(|service| match service {
            Upstream::Pricing => Err(UpstreamError::Timeout { service, cause: "slow".into() }),
            _ => Ok(()),
        });
        let monitor = monitor(store, upstreams);
        monitor.refresh().await;
        let first = monitor.report().await;
        assert!(first.is_ready() && first.is_degraded(), "a called service is no reason to leave: {first:?}");
        let second = monitor.report().await;
        assert!(!second.is_ready() && !second.works(), "{second:?}");
        assert_eq!((first.store_bytes, second.store_bytes), (Some(4096), Some(4096)), "as last seen");
        assert!(monitor.report().await.is_ready(), "it recovers with the store");
        monitor.drain();
        assert!(!monitor.known().is_ready() && monitor.known().works());
    }

    #[tokio::test]
    async fn nothing_is_ready_before_it_was_tried() {
        let mut store = MockStore::new();
        store.expect_ping().times(1).returning(|| Ok(None));
        let monitor = monitor(store, MockUpstreams::new());
        let report = monitor.report().await;
        assert_eq!(report.standing(Component::OptimizationEngine), &Standing::Unknown);
        assert!(!report.is_ready() && !report.is_degraded());
    }
}
