//! One real rebalance: solve, then commit, watched from start to end.

use super::{
    Admission, Commit, Engine, Instruction, NewRebalance, RebalanceAnswer, RebalanceError, RunObserver, Scenario,
};
use crate::Deadline;
use domain::{Model, PortfolioId, RebalanceId};
use ports::Clock;
use std::sync::Arc;

/// Rebalances portfolios of a model that is at hand, and stores what came out.
pub(crate) struct Rebalancer {
    pub(crate) engine: Arc<Engine>,
    pub(crate) commit: Commit,
    pub(crate) admission: Arc<Admission>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) observer: Arc<dyn RunObserver>,
}

/// Reports the end of a run, also of one that nobody waits for any more.
struct Watched<'a> {
    observer: &'a dyn RunObserver,
    succeeded: bool,
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        self.observer.run_ended(self.succeeded);
    }
}

impl Rebalancer {
    pub(crate) async fn run(
        &self,
        id: RebalanceId,
        model: &Model,
        portfolios: &[PortfolioId],
        deadline: Deadline,
    ) -> Result<RebalanceAnswer, RebalanceError> {
        let admitted = self.admission.admit(portfolios.len(), deadline).await?;
        self.observer.run_started();
        let mut watched = Watched { observer: self.observer.as_ref(), succeeded: false };
        let date = self.clock.now();
        let scenario = Scenario::default();
        let instruction = Instruction { model, portfolios, scenario: &scenario, trade_date: date.date_naive() };
        let outcomes = self.engine.run(&instruction, deadline).await?;
        let new = NewRebalance { id, model, reserve: self.engine.reserve, date };
        let answer = self.commit.run(new, outcomes).await?;
        watched.succeeded = true;
        admitted.done();
        Ok(answer)
    }
}
