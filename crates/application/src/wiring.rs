//! All use cases, wired to the ports they need.

use crate::rebalancing::{Admission, Commit, Engine, Rebalancer, RunObserver, SolverPool};
use crate::{
    CreateModel, DeleteModel, DeleteRebalance, EditModel, GetModel, HealthMonitor, ListModels, ListRebalances,
    PreviewRebalance, ReadRebalance, RebalanceModel, RebalancePortfolio, RunOnce, UpdateModel,
};
use domain::Reserve;
use optimizer::Limits;
use ports::{
    Clock, IdSource, IdempotencyStore, ModelStore, PortfolioAccounting, PortfolioDirectory, PriceSource,
    RebalanceStore, SecurityMaster, StoreHealth, UpstreamHealth,
};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio_util::task::TaskTracker;

/// What the use cases need from the outside.
pub struct Ports {
    /// Where models are kept.
    pub models: Arc<dyn ModelStore>,
    /// Where rebalances are kept.
    pub rebalances: Arc<dyn RebalanceStore>,
    /// Which keyed requests were made.
    pub requests: Arc<dyn IdempotencyStore>,
    /// Whether the store works.
    pub store_health: Arc<dyn StoreHealth>,
    /// Cash and holdings.
    pub accounting: Arc<dyn PortfolioAccounting>,
    /// Prices.
    pub prices: Arc<dyn PriceSource>,
    /// Securities.
    pub securities: Arc<dyn SecurityMaster>,
    /// Names of portfolios.
    pub directory: Arc<dyn PortfolioDirectory>,
    /// Whether the called services work.
    pub upstream_health: Arc<dyn UpstreamHealth>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
    /// Who is told of runs and solves.
    pub observer: Arc<dyn RunObserver>,
}

/// How the use cases behave.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Threads that solve, at least 1.
    pub solver_workers: usize,
    /// The most time that one portfolio may take to solve.
    pub optimization_timeout: Duration,
    /// The most balances that one run reads at the same time.
    pub parallel_reads: usize,
    /// The cash that every rebalance leaves alone.
    pub reserve: Reserve,
    /// Longer than any request takes: how long an unfinished keyed request keeps others from running.
    pub busy_for: Duration,
}

/// All use cases.
pub struct Application {
    /// Create a model.
    pub create_model: CreateModel,
    /// Read one model.
    pub get_model: GetModel,
    /// List models.
    pub list_models: ListModels,
    /// Replace a model.
    pub update_model: UpdateModel,
    /// Delete a model.
    pub delete_model: DeleteModel,
    /// Change positions or portfolios of a model.
    pub edit_model: EditModel,
    /// Rebalance all portfolios of a model.
    pub rebalance_model: RebalanceModel,
    /// Rebalance one portfolio.
    pub rebalance_portfolio: RebalancePortfolio,
    /// Show what a rebalance would do.
    pub preview_rebalance: PreviewRebalance,
    /// List stored rebalances.
    pub list_rebalances: ListRebalances,
    /// Read a stored rebalance.
    pub read_rebalance: ReadRebalance,
    /// Delete a stored rebalance.
    pub delete_rebalance: DeleteRebalance,
    /// Do a keyed request once.
    pub run_once: RunOnce,
    /// Whether everything works.
    pub health: HealthMonitor,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
    writes: TaskTracker,
    runtime: Handle,
}

impl Application {
    /// Wires the use cases and starts the solver threads. Must be called in the runtime that outlives all requests:
    /// records are written there, so that neither a caller nor an HTTP worker that goes away cuts a write.
    ///
    /// # Errors
    /// When the system refuses the threads.
    pub fn new(ports: Ports, settings: &Settings) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let Ports { models, rebalances, clock, .. } = ports;
        let observer = Arc::clone(&ports.observer);
        let (workers, patience) = (settings.solver_workers, settings.optimization_timeout);
        let solver = Arc::new(SolverPool::new(workers, Limits::default(), patience, observer)?);
        let health = HealthMonitor::new(ports.store_health, ports.upstream_health, Arc::clone(&solver));
        let engine = Arc::new(Engine {
            accounting: ports.accounting,
            prices: ports.prices,
            securities: ports.securities,
            directory: ports.directory,
            solver,
            reserve: settings.reserve,
            parallel_reads: settings.parallel_reads,
        });
        let writes = TaskTracker::new();
        let commit = Commit {
            rebalances: Arc::clone(&rebalances),
            models: Arc::clone(&models),
            clock: Arc::clone(&clock),
            runtime: Handle::current(),
            writes: writes.clone(),
        };
        let admission = Arc::new(Admission::new());
        let rebalancer = Arc::new(Rebalancer {
            engine: Arc::clone(&engine),
            commit,
            admission: Arc::clone(&admission),
            clock: Arc::clone(&clock),
            observer: ports.observer,
        });
        Ok(Self {
            create_model: CreateModel { models: Arc::clone(&models), clock: Arc::clone(&clock) },
            get_model: GetModel { models: Arc::clone(&models) },
            list_models: ListModels { models: Arc::clone(&models) },
            update_model: UpdateModel { models: Arc::clone(&models), clock: Arc::clone(&clock) },
            delete_model: DeleteModel { models: Arc::clone(&models) },
            edit_model: EditModel { models: Arc::clone(&models), clock: Arc::clone(&clock) },
            rebalance_model: RebalanceModel { models: Arc::clone(&models), rebalancer: Arc::clone(&rebalancer) },
            rebalance_portfolio: RebalancePortfolio { models: Arc::clone(&models), rebalancer },
            preview_rebalance: PreviewRebalance { models, engine, admission, clock: Arc::clone(&clock) },
            list_rebalances: ListRebalances { rebalances: Arc::clone(&rebalances) },
            read_rebalance: ReadRebalance { rebalances: Arc::clone(&rebalances) },
            delete_rebalance: DeleteRebalance { rebalances },
            run_once: RunOnce { requests: ports.requests, clock: Arc::clone(&clock), busy_for: settings.busy_for },
            health,
            writes,
            runtime: Handle::current(),
            clock,
            ids: ports.ids,
        })
    }

    /// Carries `work` to its end in the runtime that outlives all requests, whatever becomes of the caller.
    pub fn carry_through<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> tokio::task::JoinHandle<T> {
        self.writes.spawn_on(work, &self.runtime)
    }

    /// Waits until every record that is being written is written. Call it when no request comes any more.
    pub async fn finish_writes(&self) {
        self.writes.close();
        self.writes.wait().await;
    }
}
