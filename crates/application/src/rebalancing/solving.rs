//! One portfolio on a worker thread: state the problem, solve it, write down what came out.

use super::portfolio::{Market, Unstatable, securities};
use super::{OptimizationOutcome, PortfolioOutcome};
use domain::rebalance::{
    FailureCode, FailureDetail, PortfolioFailure, PortfolioRebalance, RebalancedPosition, Side, Trade,
};
use domain::{Balances, Date, PortfolioId, Positions, Reserve};
use optimizer::{HoldingAfter, InfeasibleReason, Limits, Outcome, Problem, Security, Solution};
use std::num::NonZeroU64;

/// What all portfolios of a run have in common.
pub(crate) struct Common {
    pub(crate) positions: Positions,
    pub(crate) market: Market,
    pub(crate) reserve: Reserve,
    pub(crate) trade_date: Date,
}

/// One portfolio of a run.
pub(crate) struct Book {
    pub(crate) portfolio_id: PortfolioId,
    pub(crate) portfolio_name: Option<String>,
    pub(crate) balances: Balances,
}

/// States and solves one portfolio's problem.
pub(crate) fn solve(
    common: &Common,
    book: Book,
    limits: &Limits,
    stop: &dyn Fn() -> bool,
) -> (PortfolioOutcome, OptimizationOutcome) {
    match attempt(common, &book, limits, stop) {
        Ok(portfolio) => {
            let proven = portfolio.optimality.is_some_and(|optimality| optimality.proof.is_some());
            let ending = if proven { OptimizationOutcome::Proven } else { OptimizationOutcome::Gap };
            (PortfolioOutcome::Rebalanced(portfolio), ending)
        }
        Err(Unstatable { code, message, details }) => {
            let Book { portfolio_id, portfolio_name, .. } = book;
            let failure = PortfolioFailure { portfolio_id, portfolio_name, code, message, details };
            (PortfolioOutcome::Failed(failure), ending_of(code))
        }
    }
}

const fn ending_of(code: FailureCode) -> OptimizationOutcome {
    match code {
        FailureCode::NoFeasibleSolution => OptimizationOutcome::Infeasible,
        FailureCode::OptimizationTimeout => OptimizationOutcome::Stopped,
        FailureCode::OptimizerDefect => OptimizationOutcome::Rejected,
        FailureCode::PriceMissing
        | FailureCode::SecurityUnknown
        | FailureCode::PortfolioUnknown
        | FailureCode::OutOfBounds
        | FailureCode::UpstreamInvalid => OptimizationOutcome::Unstatable,
    }
}

fn attempt(
    common: &Common,
    book: &Book,
    limits: &Limits,
    stop: &dyn Fn() -> bool,
) -> Result<PortfolioRebalance, Unstatable> {
    let securities = securities(&book.balances, &common.positions, &common.market)?;
    let problem = Problem::new(book.balances.cash, securities, common.reserve)
        .map_err(|error| failure(FailureCode::OutOfBounds, error.to_string()))?;
    match optimizer::solve(&problem, limits, stop) {
        Outcome::Solved(solution) => describe(common, book, &problem, &solution).ok_or_else(|| {
            failure(FailureCode::OutOfBounds, "an amount of the result is too large to be written down".to_owned())
        }),
        Outcome::Infeasible(reasons) => Err(infeasible(&reasons)),
        Outcome::Stopped => Err(failure(
            FailureCode::OptimizationTimeout,
            "the time ran out before any admissible holdings were found".to_owned(),
        )),
        Outcome::Rejected(error) => {
            // A defect of the solver: the checker kept a wrong answer from becoming orders.
            tracing::error!(portfolio_id = %book.portfolio_id, %error, "the checker refused a solution");
            Err(failure(FailureCode::OptimizerDefect, "the result did not pass the independent check".to_owned()))
        }
    }
}

fn failure(code: FailureCode, message: String) -> Unstatable {
    Unstatable { code, message, details: Vec::new() }
}

fn infeasible(reasons: &[InfeasibleReason]) -> Unstatable {
    let details = reasons.iter().map(|reason| FailureDetail {
        code: reason.code().to_owned(),
        security_id: reason.security(),
        message: reason.to_string(),
    });
    Unstatable {
        code: FailureCode::NoFeasibleSolution,
        message: "no feasible solution exists".to_owned(),
        details: details.collect(),
    }
}

fn describe(common: &Common, book: &Book, problem: &Problem, solution: &Solution) -> Option<PortfolioRebalance> {
    let market_value = problem.market_value();
    let rows = problem.securities().iter().zip(&solution.holdings);
    let positions: Option<Vec<_>> =
        rows.map(|(security, after)| position(common, security, after, market_value)).collect();
    Some(PortfolioRebalance {
        portfolio_id: book.portfolio_id,
        portfolio_name: book.portfolio_name.clone(),
        market_value,
        cash_before: book.balances.cash,
        cash_after: solution.cash_after,
        optimality: Some(solution.optimality),
        positions: positions?,
    })
}

fn position(
    common: &Common,
    before: &Security,
    after: &HoldingAfter,
    market_value: domain::Decimal,
) -> Option<RebalancedPosition> {
    let date = common.trade_date;
    let side = if after.trade > 0 { Side::Buy } else { Side::Sell };
    // Inside the bounds of a problem no trade has more units than this type can count.
    let quantity = u64::try_from(after.trade.unsigned_abs()).ok()?;
    let trade = NonZeroU64::new(quantity).map(|quantity| Trade { side, security_id: before.id, quantity, date });
    RebalancedPosition::new(
        before.id,
        before.price,
        before.quantity,
        after.quantity_after,
        before.target,
        before.drifts,
        market_value,
        trade,
        after.reason,
    )
    .map(|position| position.priced_by(common.market.read_by(&before.id).cloned()))
}
