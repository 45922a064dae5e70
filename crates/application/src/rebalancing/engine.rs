//! Reading what a run needs and solving its portfolios.

use super::portfolio::{Market, wanted};
use super::solving::{Book, Common};
use super::{PortfolioOutcome, RebalanceError, Scenario, SolverPool};
use crate::Deadline;
use domain::rebalance::{FailureCode, PortfolioFailure};
use domain::{Balances, Date, Model, PortfolioId, Reserve};
use futures::stream::{self, StreamExt, TryStreamExt};
use ports::{PortfolioAccounting, PortfolioDirectory, PriceSource, SecurityMaster, UpstreamError};
use std::collections::HashMap;
use std::sync::Arc;

/// What to rebalance, and under which assumptions.
pub(crate) struct Instruction<'a> {
    pub(crate) model: &'a Model,
    pub(crate) portfolios: &'a [PortfolioId],
    pub(crate) scenario: &'a Scenario,
    pub(crate) trade_date: Date,
}

/// Reads balances, prices and securities, and has every portfolio solved.
pub(crate) struct Engine {
    pub(crate) accounting: Arc<dyn PortfolioAccounting>,
    pub(crate) prices: Arc<dyn PriceSource>,
    pub(crate) securities: Arc<dyn SecurityMaster>,
    pub(crate) directory: Arc<dyn PortfolioDirectory>,
    pub(crate) solver: Arc<SolverPool>,
    pub(crate) reserve: Reserve,
    /// The most balances that are read at the same time.
    pub(crate) parallel_reads: usize,
}

type Read = (PortfolioId, Result<Balances, PortfolioFailure>);

impl Engine {
    /// One outcome per portfolio, in the order asked for. Portfolios that fail for reasons of their own are among
    /// them; an outage ends the run.
    ///
    /// # Errors
    /// `ModelWithoutPositions`, `Upstream`, `TimedOut`, `WorkerLost`.
    pub(crate) async fn run(
        &self,
        instruction: &Instruction<'_>,
        deadline: Deadline,
    ) -> Result<Vec<PortfolioOutcome>, RebalanceError> {
        let outcomes = tokio::time::timeout_at(deadline, self.run_untimed(instruction, deadline)).await;
        // A run that ends in the same moment as its time is late, too: its solves may have been cut.
        match outcomes {
            Ok(Ok(_)) | Err(_) if Deadline::now() >= deadline => Err(RebalanceError::TimedOut),
            outcomes => outcomes.unwrap_or(Err(RebalanceError::TimedOut)),
        }
    }

    async fn run_untimed(
        &self,
        Instruction { model, portfolios, scenario, trade_date }: &Instruction<'_>,
        deadline: Deadline,
    ) -> Result<Vec<PortfolioOutcome>, RebalanceError> {
        let positions = scenario.positions.clone().unwrap_or_else(|| model.definition.positions.clone());
        if positions.as_slice().is_empty() {
            return Err(RebalanceError::ModelWithoutPositions(model.id));
        }
        let prices = async { Ok::<_, RebalanceError>(self.prices.snapshot().await?) };
        let names = async { Ok(self.names(portfolios).await) };
        let (reads, prices, names) = futures::try_join!(self.balances(portfolios, scenario), prices, names)?;
        let books = reads.iter().filter_map(|(_, read)| read.as_ref().ok());
        let tickers = self.securities.tickers(&wanted(&positions, books)).await?;
        let market = Market { tickers, prices, assumed: scenario.prices.clone() };
        let reserve = scenario.reserve.unwrap_or(self.reserve);
        let common = Arc::new(Common { positions, market, reserve, trade_date: *trade_date });
        self.solve_all(&common, reads, names, deadline).await
    }

    async fn balances(&self, portfolios: &[PortfolioId], scenario: &Scenario) -> Result<Vec<Read>, RebalanceError> {
        let reads = portfolios.iter().copied().map(|id| async move {
            match self.accounting.balances(&id).await {
                Ok(balances) => Ok((id, assume(balances, scenario, &id))),
                Err(error @ UpstreamError::Invalid { .. }) => Ok((id, Err(unusable(&id, &error)))),
                Err(error) => Err(RebalanceError::from(error)),
            }
        });
        stream::iter(reads).buffered(self.parallel_reads.max(1)).try_collect().await
    }

    /// Names are for people: without them the run goes on.
    async fn names(&self, portfolios: &[PortfolioId]) -> HashMap<PortfolioId, String> {
        self.directory.names(portfolios).await.unwrap_or_else(|error| {
            tracing::warn!(error = &error as &dyn std::error::Error, "portfolio names are missing");
            HashMap::new()
        })
    }

    async fn solve_all(
        &self,
        common: &Arc<Common>,
        reads: Vec<Read>,
        mut names: HashMap<PortfolioId, String>,
        deadline: Deadline,
    ) -> Result<Vec<PortfolioOutcome>, RebalanceError> {
        let jobs = reads.into_iter().map(|(portfolio_id, read)| {
            let (portfolio_name, common) = (names.remove(&portfolio_id), Arc::clone(common));
            async move {
                match read {
                    Ok(balances) => {
                        let book = Book { portfolio_id, portfolio_name, balances };
                        self.solver.solve(common, book, deadline).await
                    }
                    Err(failure) => Ok(PortfolioOutcome::Failed(PortfolioFailure { portfolio_name, ..failure })),
                }
            }
        });
        // Twice as many jobs as threads keep every thread busy.
        stream::iter(jobs).buffered(self.solver.workers() * 2).try_collect().await
    }
}

/// The balances with the cash that a preview assumes.
fn assume(balances: Balances, scenario: &Scenario, id: &PortfolioId) -> Result<Balances, PortfolioFailure> {
    let Some(delta) = scenario.cash_delta else { return Ok(balances) };
    let cash = balances.cash.checked_add(delta);
    cash.map(|cash| Balances { cash, ..balances }).ok_or_else(|| PortfolioFailure {
        portfolio_id: *id,
        portfolio_name: None,
        code: FailureCode::OutOfBounds,
        message: "the cash with cash_delta added is too large".to_owned(),
        details: Vec::new(),
    })
}

fn unusable(id: &PortfolioId, error: &UpstreamError) -> PortfolioFailure {
    tracing::warn!(portfolio_id = %id, error = error as &dyn std::error::Error, "unusable balances");
    PortfolioFailure {
        portfolio_id: *id,
        portfolio_name: None,
        code: FailureCode::UpstreamInvalid,
        message: format!("the balances of portfolio {id} cannot be used: {error}"),
        details: Vec::new(),
    }
}
