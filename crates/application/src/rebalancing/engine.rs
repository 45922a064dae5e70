//! Reading what a run needs and solving its portfolios.

use super::portfolio::{Market, wanted};
use super::solving::{Book, Common};
use super::{PortfolioOutcome, RebalanceError, Scenario, SolverPool};
use crate::Deadline;
use domain::rebalance::{FailureCode, PortfolioFailure};
use domain::{Balances, Date, Model, PortfolioId, Reserve};
use futures::future::{self, Either};
use futures::stream::{self, StreamExt, TryStreamExt};
use ports::{PortfolioAccounting, PortfolioDirectory, PriceSource, SecurityMaster, UpstreamError};
use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

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

type Read<T> = (PortfolioId, Result<T, PortfolioFailure>);

/// How long names may take once everything else is there: they are for people and decide nothing.
const NAMES_BUDGET: Duration = Duration::from_millis(250);

/// How long the portfolio service may take to say whether it knows a portfolio that accounting does not.
const EXISTENCE_BUDGET: Duration = Duration::from_secs(2);

/// What a portfolio has, and whether accounting knows it at all.
enum Accounted {
    Known(Balances),
    Unknown(Balances),
}

impl Accounted {
    fn into_balances(self) -> Balances {
        match self {
            Self::Known(balances) | Self::Unknown(balances) => balances,
        }
    }
}

/// What `needed` gives, and the names that are there by then or within their budget.
async fn with_names<T>(
    needed: impl Future<Output = T>,
    names: impl Future<Output = HashMap<PortfolioId, String>>,
) -> (T, HashMap<PortfolioId, String>) {
    let (needed, names) = (pin!(needed), pin!(names));
    match future::select(needed, names).await {
        Either::Left((needed, names)) => {
            let names = tokio::time::timeout(NAMES_BUDGET, names).await.unwrap_or_else(|_| {
                tracing::warn!("portfolio names are missing: they did not come in time");
                HashMap::new()
            });
            (needed, names)
        }
        Either::Right((names, needed)) => (needed.await, names),
    }
}

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
        let needed = async { futures::try_join!(self.balances(portfolios, scenario), prices) };
        let (needed, names) = with_names(needed, self.names(portfolios)).await;
        let (mut reads, prices) = needed?;
        self.refuse_unknown(&mut reads, &names).await;
        let reads: Vec<Read<Balances>> =
            reads.into_iter().map(|(id, read)| (id, read.map(Accounted::into_balances))).collect();
        let books = reads.iter().filter_map(|(_, read)| read.as_ref().ok());
        let tickers = self.securities.tickers(&wanted(&positions, books)).await?;
        let market = Market { tickers, prices, assumed: scenario.prices.clone() };
        let reserve = scenario.reserve.unwrap_or(self.reserve);
        let common = Arc::new(Common { positions, market, reserve, trade_date: *trade_date });
        self.solve_all(&common, reads, names, deadline).await
    }

    async fn balances(
        &self,
        portfolios: &[PortfolioId],
        scenario: &Scenario,
    ) -> Result<Vec<Read<Accounted>>, RebalanceError> {
        let reads = portfolios.iter().copied().map(|id| async move {
            match self.accounting.balances(&id).await {
                Ok(Some(balances)) => Ok((id, assume(balances, scenario, &id).map(Accounted::Known))),
                Ok(None) => Ok((id, assume(Balances::empty(), scenario, &id).map(Accounted::Unknown))),
                Err(error @ UpstreamError::Invalid { .. }) => Ok((id, Err(unusable(&id, &error)))),
                Err(error) => Err(RebalanceError::from(error)),
            }
        });
        stream::iter(reads).buffered(self.parallel_reads.max(1)).try_collect().await
    }

    /// A portfolio that accounting does not know must be one that the portfolio service knows: a mistyped id is no
    /// portfolio without cash. When the portfolio service cannot say so, the portfolio is believed.
    async fn refuse_unknown(&self, reads: &mut [Read<Accounted>], names: &HashMap<PortfolioId, String>) {
        let doubtful =
            reads.iter().filter(|(id, read)| matches!(read, Ok(Accounted::Unknown(_))) && !names.contains_key(id));
        let doubtful: Vec<PortfolioId> = doubtful.map(|(id, _)| *id).collect();
        if doubtful.is_empty() {
            return;
        }
        let known = match tokio::time::timeout(EXISTENCE_BUDGET, self.directory.existing(&doubtful)).await {
            Ok(Ok(known)) => known,
            Ok(Err(error)) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "unfunded portfolios are believed unseen");
                return;
            }
            Err(_) => {
                tracing::warn!("unfunded portfolios are believed unseen: their list did not come in time");
                return;
            }
        };
        for (id, read) in reads.iter_mut().filter(|(id, _)| doubtful.contains(id) && !known.contains(id)) {
            *read = Err(unknown(id));
        }
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
        reads: Vec<Read<Balances>>,
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

fn unknown(id: &PortfolioId) -> PortfolioFailure {
    PortfolioFailure {
        portfolio_id: *id,
        portfolio_name: None,
        code: FailureCode::PortfolioUnknown,
        message: format!("portfolio {id} is known neither to the portfolio service nor to accounting"),
        details: Vec::new(),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn name() -> HashMap<PortfolioId, String> {
        HashMap::from([("portfolioxxxxxxxxxxxxx01".parse().expect("an id"), "One".to_owned())])
    }

    #[tokio::test(start_paused = true)]
    async fn names_have_a_quarter_of_a_second_beyond_the_rest() {
        let began = tokio::time::Instant::now();
        let rest = || async { tokio::time::sleep(Duration::from_secs(3)).await };
        let ((), names) = with_names(rest(), future::pending()).await;
        assert!(names.is_empty());
        assert_eq!(began.elapsed(), Duration::from_secs(3) + NAMES_BUDGET);
        for (after_ms, known) in [(0, 1), (2_999, 1), (3_200, 1), (3_300, 0)] {
            let names = async move {
                tokio::time::sleep(Duration::from_millis(after_ms)).await;
                name()
            };
            assert_eq!(with_names(rest(), names).await.1.len(), known, "after {after_ms} ms");
        }
    }
}
