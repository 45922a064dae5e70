//! Who watches runs and solves. The application counts nothing itself.

use std::time::Duration;

/// How a solve ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptimizationOutcome {
    /// An optimum, proved.
    Proven,
    /// Admissible holdings with a known gap to the bound.
    Gap,
    /// No admissible holdings exist.
    Infeasible,
    /// The problem could not be stated: prices missing, amounts out of bounds.
    Unstatable,
    /// The time ran out before admissible holdings were found.
    Stopped,
    /// The checker refused the solver's answer: a defect.
    Rejected,
}

impl OptimizationOutcome {
    /// The name in metrics.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Gap => "gap",
            Self::Infeasible => "infeasible",
            Self::Unstatable => "unstatable",
            Self::Stopped => "stopped",
            Self::Rejected => "rejected",
        }
    }
}

/// Is told of every run and every solve; must return at once.
pub trait RunObserver: Send + Sync {
    /// A portfolio was solved, or could not be; on a worker thread.
    fn optimized(&self, outcome: OptimizationOutcome, elapsed: Duration);

    /// A rebalance (no preview) began.
    fn run_started(&self);

    /// A rebalance that began has ended: stored, or not.
    fn run_ended(&self, succeeded: bool);
}

/// Watches nothing.
pub struct Unobserved;

impl RunObserver for Unobserved {
    fn optimized(&self, _: OptimizationOutcome, _: Duration) {}
    fn run_started(&self) {}
    fn run_ended(&self, _: bool) {}
}
