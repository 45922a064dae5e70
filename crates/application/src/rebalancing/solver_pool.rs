//! The worker threads that solve. Async workers never do: a hard problem must not hold up health answers.

use super::solving::{Book, Common, solve};
use super::{PortfolioOutcome, RebalanceError, RunObserver};
use crate::Deadline;
use domain::{Decimal, Price, Reserve, SecurityId};
use optimizer::{Limits, Outcome, Problem, Security};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::Instant;

/// A fixed number of threads, and the limits that every solve on them has.
pub struct SolverPool {
    threads: rayon::ThreadPool,
    limits: Limits,
    /// The most time one portfolio may take.
    patience: Duration,
    observer: Arc<dyn RunObserver>,
}

/// Tells a job that nobody waits for it any more.
struct Abandon(Arc<AtomicBool>);

impl Drop for Abandon {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl SolverPool {
    /// Starts `workers` threads (at least 1).
    ///
    /// # Errors
    /// When the system refuses the threads.
    pub fn new(
        workers: usize,
        limits: Limits,
        patience: Duration,
        observer: Arc<dyn RunObserver>,
    ) -> Result<Self, rayon::ThreadPoolBuildError> {
        let threads = rayon::ThreadPoolBuilder::new()
            .num_threads(workers.max(1))
            .thread_name(|n| format!("solver-{n}"))
            .panic_handler(|_| tracing::error!("a solver job panicked"))
            .build()?;
        Ok(Self { threads, limits, patience, observer })
    }

    /// Threads that solve at the same time.
    #[must_use]
    pub fn workers(&self) -> usize {
        self.threads.current_num_threads()
    }

    /// Solves one portfolio of a run on a worker thread.
    ///
    /// # Errors
    /// `WorkerLost` when the job panicked.
    pub(crate) async fn solve(
        &self,
        common: Arc<Common>,
        book: Book,
        deadline: Deadline,
    ) -> Result<PortfolioOutcome, RebalanceError> {
        let observer = Arc::clone(&self.observer);
        self.run(deadline, move |limits, stop| {
            let start = Instant::now();
            let (outcome, ending) = solve(&common, book, limits, stop);
            observer.optimized(ending, start.elapsed());
            outcome
        })
        .await
    }

    /// Runs `job` on a worker thread. The job is given a question that turns true when it should stop: the caller's
    /// deadline, the time one portfolio may take, or nobody waiting any more.
    ///
    /// # Errors
    /// `WorkerLost` when the job panicked.
    async fn run<T: Send + 'static>(
        &self,
        deadline: Deadline,
        job: impl FnOnce(&Limits, &dyn Fn() -> bool) -> T + Send + 'static,
    ) -> Result<T, RebalanceError> {
        let (answer, receiver) = oneshot::channel();
        let (limits, patience) = (self.limits, self.patience);
        let abandoned = Arc::new(AtomicBool::new(false));
        let _abandon = Abandon(Arc::clone(&abandoned));
        self.threads.spawn(move || {
            let until = deadline.min(Instant::now() + patience);
            let stop = || abandoned.load(Ordering::Relaxed) || Instant::now() >= until;
            // The receiver is gone when nobody waits any more.
            let _gone = answer.send(job(&limits, &stop));
        });
        receiver.await.map_err(|_| RebalanceError::WorkerLost)
    }

    /// Solves a problem of one security whose answer is known: one share of 60 out of cash of 100.
    ///
    /// # Errors
    /// What is wrong, for operators.
    pub(crate) async fn self_test(&self) -> Result<(), String> {
        let deadline = Instant::now() + self.patience;
        match self.run(deadline, |limits, stop| solve_known_problem(limits, stop)).await {
            Ok(Some(units)) if units == Decimal::ONE => Ok(()),
            Ok(answer) => Err(format!("the optimizer answered {answer:?} instead of one share")),
            Err(error) => Err(error.to_string()),
        }
    }
}

fn solve_known_problem(limits: &Limits, stop: &dyn Fn() -> bool) -> Option<Decimal> {
    let whole = |units| Decimal::whole(units);
    let id: SecurityId = "0".repeat(24).parse().ok()?;
    let target = domain::Target::new(Decimal::new(6, 1)?).ok()?;
    let tenth = domain::Drift::new(Decimal::new(1, 1)?).ok()?;
    let drifts = domain::DriftRange::new(tenth, tenth).ok()?;
    let price = Price::new(whole(60)).ok()?;
    let security = Security { id, quantity: Decimal::ZERO, price, target, drifts, in_model: true };
    let problem = Problem::new(whole(100), vec![security], Reserve::NONE).ok()?;
    match optimizer::solve(&problem, limits, stop) {
        Outcome::Solved(solution) => solution.holdings.first().map(|holding| holding.quantity_after),
        _ => None,
    }
}
