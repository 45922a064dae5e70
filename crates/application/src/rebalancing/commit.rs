//! Writing a rebalance down. The record's header is the commit point; from then on it exists.

use super::{PortfolioOutcome, RebalanceAnswer, RebalanceError};
use domain::rebalance::{PortfolioFailure, PortfolioRebalance, Rebalance, RebalanceHeader};
use domain::{Model, PortfolioId, RebalanceId, Reserve, Timestamp, Version};
use ports::{Clock, ModelStore, RebalanceStore, StoreError};
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio_util::task::TaskTracker;

/// Writes records, each to its end: a caller that goes away or times out does not cut a write in half.
#[derive(Clone)]
pub(crate) struct Commit {
    pub(crate) rebalances: Arc<dyn RebalanceStore>,
    pub(crate) models: Arc<dyn ModelStore>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Where writes run.
    pub(crate) runtime: Handle,
    /// The writes that are under way.
    pub(crate) writes: TaskTracker,
}

/// What a record is made of besides the outcomes.
pub(crate) struct NewRebalance<'a> {
    pub(crate) id: RebalanceId,
    pub(crate) model: &'a Model,
    pub(crate) reserve: Reserve,
    pub(crate) date: Timestamp,
}

impl Commit {
    /// Stores what was rebalanced and moves the model's date. Nothing is stored when every portfolio failed.
    ///
    /// # Errors
    /// `AllFailed`; `Store` when the record is not there after reading back, or cannot be read back.
    pub(crate) async fn run(
        &self,
        new: NewRebalance<'_>,
        outcomes: Vec<PortfolioOutcome>,
    ) -> Result<RebalanceAnswer, RebalanceError> {
        let order: Vec<PortfolioId> = outcomes.iter().map(PortfolioOutcome::portfolio_id).collect();
        let (portfolios, failures) = split(outcomes);
        if portfolios.is_empty() {
            return Err(RebalanceError::AllFailed(failures));
        }
        let rebalance = self.record(&new, portfolios, failures);
        let writer = self.clone();
        let written = async move { writer.write(&rebalance).await.map(|()| rebalance) };
        let written = self.writes.spawn_on(written, &self.runtime);
        let rebalance = written.await.map_err(|_| RebalanceError::WorkerLost)??;
        Ok(RebalanceAnswer {
            rebalance_id: Some(new.id),
            trade_date: new.date.date_naive(),
            outcomes: join(rebalance, &order),
        })
    }

    fn record(
        &self,
        new: &NewRebalance<'_>,
        portfolios: Vec<PortfolioRebalance>,
        failures: Vec<PortfolioFailure>,
    ) -> Rebalance {
        let positions: usize = portfolios.iter().map(|p| p.positions.len()).sum();
        let header = RebalanceHeader {
            id: new.id,
            model_id: new.model.id,
            model_name: new.model.definition.name.as_str().to_owned(),
            model_version: Some(new.model.version),
            date: new.date,
            // A model has far fewer portfolios than these types can count.
            number_of_portfolios: u32::try_from(portfolios.len()).unwrap_or(u32::MAX),
            number_of_positions: u64::try_from(positions).unwrap_or(u64::MAX),
            failures,
            reserve: new.reserve,
            version: Version::FIRST,
            created_at: self.clock.now(),
        };
        Rebalance { header, portfolios }
    }

    async fn write(&self, rebalance: &Rebalance) -> Result<(), StoreError> {
        let id = rebalance.header.id;
        if let Err(error) = self.rebalances.append(rebalance).await {
            // The write may have happened all the same: the record, not the error, says so.
            match self.rebalances.header(id).await {
                Ok(Some(_)) => {
                    tracing::warn!(rebalance_id = %id, %error, "the record was written although the store failed");
                }
                Ok(None) | Err(_) => return Err(error),
            }
        }
        let header = &rebalance.header;
        if let Err(error) = self.models.mark_rebalanced(header.model_id, header.date).await {
            // Advisory: the record is the truth, and the model may be gone.
            tracing::warn!(model_id = %header.model_id, %error, "the model's date of the last rebalance did not move");
        }
        Ok(())
    }
}

fn split(outcomes: Vec<PortfolioOutcome>) -> (Vec<PortfolioRebalance>, Vec<PortfolioFailure>) {
    let (mut portfolios, mut failures) = (Vec::with_capacity(outcomes.len()), Vec::new());
    for outcome in outcomes {
        match outcome {
            PortfolioOutcome::Rebalanced(portfolio) => portfolios.push(portfolio),
            PortfolioOutcome::Failed(failure) => failures.push(failure),
        }
    }
    (portfolios, failures)
}

/// The outcomes of a record again, in the order asked for.
fn join(rebalance: Rebalance, order: &[PortfolioId]) -> Vec<PortfolioOutcome> {
    let mut failures = rebalance.header.failures.into_iter().peekable();
    let mut portfolios = rebalance.portfolios.into_iter();
    let next = |id: &PortfolioId| match failures.next_if(|failure| failure.portfolio_id == *id) {
        Some(failure) => Some(PortfolioOutcome::Failed(failure)),
        None => portfolios.next().map(PortfolioOutcome::Rebalanced),
    };
    order.iter().filter_map(next).collect()
}
