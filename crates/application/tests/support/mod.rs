//! A whole application on fakes, with the worked example of the solver's documentation as its book.
#![allow(dead_code, reason = "each test file uses its part of the world")]
#![expect(clippy::expect_used, reason = "a world that cannot be built must fail the test that wants it")]

use application::rebalancing::RunObserver;
use application::{Application, Deadline, OptimizationOutcome, Ports, Settings};
use domain::{Balances, Decimal, Holding, Reserve};
use port_contracts::builders::{decimal, portfolio_id, security_id};
use port_contracts::{
    FakeAccounting, FakeClock, FakeDirectory, FakeIds, FakePrices, FakeSecurities, FakeUpstreamHealth, FaultPlan,
    Faulty, MemoryIdempotencyStore, MemoryModelStore, MemoryRebalanceStore, model_builder,
};
use ports::{ModelStore, RebalanceStore, StoreError, StoreHealth};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The fakes behind an application, and the application.
pub(crate) struct World {
    pub(crate) accounting: Arc<FakeAccounting>,
    pub(crate) prices: Arc<FakePrices>,
    pub(crate) securities: Arc<FakeSecurities>,
    pub(crate) directory: Arc<FakeDirectory>,
    pub(crate) upstream_health: Arc<FakeUpstreamHealth>,
    pub(crate) clock: Arc<FakeClock>,
    pub(crate) models: Arc<MemoryModelStore>,
    pub(crate) rebalances: Arc<MemoryRebalanceStore>,
    pub(crate) model_faults: FaultPlan,
    pub(crate) rebalance_faults: FaultPlan,
    pub(crate) watched: Arc<Watched>,
    pub(crate) app: Arc<Application>,
}

/// What the observer was told.
#[derive(Default)]
pub(crate) struct Watched(Mutex<Vec<String>>);

impl Watched {
    pub(crate) fn told(&self) -> Vec<String> {
        self.0.lock().expect("no panic while locked").clone()
    }

    fn note(&self, what: String) {
        self.0.lock().expect("no panic while locked").push(what);
    }
}

impl RunObserver for Watched {
    fn optimized(&self, outcome: OptimizationOutcome, _: Duration) {
        self.note(outcome.code().to_owned());
    }

    fn run_started(&self) {
        self.note("started".to_owned());
    }

    fn run_ended(&self, succeeded: bool) {
        self.note(if succeeded { "succeeded" } else { "failed" }.to_owned());
    }
}

/// A store that always works.
struct AlwaysThere;

#[async_trait::async_trait]
impl StoreHealth for AlwaysThere {
    async fn ping(&self) -> Result<Option<u64>, StoreError> {
        Ok(None)
    }
}

pub(crate) fn reserve(amount: &str, fraction: &str) -> Reserve {
    Reserve::new(decimal(amount), decimal(fraction)).expect("valid")
}

pub(crate) fn soon() -> Deadline {
    Deadline::now() + Duration::from_secs(20)
}

pub(crate) fn balances(cash: &str, holdings: &[(u32, &str)]) -> Balances {
    let holdings = holdings.iter().map(|(n, units)| Holding { security_id: security_id(*n), quantity: decimal(units) });
    Balances { cash: decimal(cash), holdings: holdings.collect() }
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with_reserve(Reserve::NONE)
    }

    pub(crate) fn with_reserve(reserve: Reserve) -> Self {
        let (model_faults, rebalance_faults) = (FaultPlan::default(), FaultPlan::default());
        let (models, rebalances) = (Arc::new(MemoryModelStore::default()), Arc::new(MemoryRebalanceStore::default()));
        let (accounting, prices) = (Arc::new(FakeAccounting::default()), Arc::new(FakePrices::default()));
        let (securities, directory) = (Arc::new(FakeSecurities::default()), Arc::new(FakeDirectory::default()));
        let (upstream_health, clock) = (Arc::new(FakeUpstreamHealth::default()), Arc::new(FakeClock::default()));
        let watched = Arc::new(Watched::default());
        let ports = Ports {
            models: Arc::new(Faulty::new(Arc::clone(&models), model_faults.clone())),
            rebalances: Arc::new(Faulty::new(Arc::clone(&rebalances), rebalance_faults.clone())),
            requests: Arc::new(MemoryIdempotencyStore::default()),
            store_health: Arc::new(AlwaysThere),
            accounting: Arc::clone(&accounting) as _,
            prices: Arc::clone(&prices) as _,
            securities: Arc::clone(&securities) as _,
            directory: Arc::clone(&directory) as _,
            upstream_health: Arc::clone(&upstream_health) as _,
            clock: Arc::clone(&clock) as _,
            ids: Arc::new(FakeIds::default()),
            observer: Arc::clone(&watched) as _,
        };
        let settings = Settings {
            solver_workers: 2,
            optimization_timeout: Duration::from_secs(10),
            parallel_reads: 8,
            reserve,
            busy_for: Duration::from_mins(1),
        };
        let app = Arc::new(Application::new(ports, &settings).expect("threads can be started"));
        Self {
            accounting,
            prices,
            securities,
            directory,
            upstream_health,
            clock,
            models,
            rebalances,
            model_faults,
            rebalance_faults,
            watched,
            app,
        }
    }

    /// Securities 1 to 4 are A, B, C and D of the worked example; model 1 follows A, B and C.
    pub(crate) async fn worked_example(self) -> Self {
        for (n, ticker, price) in [(1, "A", "101.00"), (2, "B", "133.00"), (3, "C", "57.00"), (4, "D", "20.00")] {
            self.securities.set(security_id(n), ticker);
            self.prices.set(ticker, price);
        }
        self.accounting.set(portfolio_id(1), balances("420.00", &[(1, "10"), (4, "3.5")]));
        self.directory.set(portfolio_id(1), "Portfolio 1");
        // Known, and never funded.
        self.directory.set(portfolio_id(2), "Portfolio 2");
        let model = model_builder(1)
            .position(1, "0.40", "0.08", "0.08")
            .position(2, "0.30", "0.10", "0.10")
            .position(3, "0.25", "0.10", "0.10")
            .build();
        self.models.insert(&model).await.expect("an empty store");
        self
    }

    /// Model 1 follows these portfolios from now on.
    pub(crate) async fn following(self, portfolios: impl IntoIterator<Item = u32>) -> Self {
        let stored = self.models.get(port_contracts::builders::model_id(1)).await.expect("works").expect("stored");
        let ids = portfolios.into_iter().map(portfolio_id).collect();
        let mut definition = stored.definition.clone();
        definition.portfolios = domain::Portfolios::new(ids).expect("valid");
        let revised = stored.revised(definition, stored.updated_at);
        self.models.replace(&revised, stored.version, ports::DateChange::Keep).await.expect("nobody else writes");
        self
    }

    /// How many rebalances are stored.
    pub(crate) async fn stored(&self) -> u64 {
        let sort = ports::RebalanceSort { key: ports::RebalanceSortKey::Id, direction: ports::Direction::Ascending };
        self.rebalances.list(None, sort, ports::Slice::ALL).await.expect("works").total
    }
}

/// The sum of what trades bring and cost, by another way than the solver's.
pub(crate) fn cash_of_trades(portfolio: &domain::rebalance::PortfolioRebalance) -> Decimal {
    portfolio.positions.iter().fold(Decimal::ZERO, |cash, position| {
        let Some(trade) = position.trade else { return cash };
        let amount = Decimal::from(trade.quantity.get()).checked_mul(position.price).expect("fits");
        match trade.side {
            domain::rebalance::Side::Sell => cash.checked_add(amount),
            domain::rebalance::Side::Buy => cash.checked_sub(amount),
        }
        .expect("fits")
    })
}
