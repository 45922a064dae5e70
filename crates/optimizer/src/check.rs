//! The independent checker: trusts nobody, and shares no code with the solver beyond the problem's public face.
//!
//! It reads the decimals that went in and the decimals that came out, scales them itself and verifies
//!
//! - one holding per security, in order, whole-share trades, nothing held short;
//! - every holding in its band, or next to it where only a residue keeps it off;
//! - cash after the trades, exact, and not below the reserve (of an empty portfolio: nothing to hold it against);
//! - the objective, exact, and a lower bound that is not above it;
//! - the proof. `Separable`: no allowed count of any security is nearer to its target, and of two equally near ones
//!   the one nearer to the count before was taken. `Dual`: the Lagrangian bound, computed anew from the multiplier
//!   alone, reaches the objective. `Search`: the bound equals the objective, one share more or less of no security is
//!   better, and where there are few combinations none of them is; that a longer search was exhaustive cannot be verified
//!   without repeating it. `Gap`: the bound is below the objective.

mod dual;
mod error;
mod facts;
mod search;

pub use error::CheckError;

use crate::{Certificate, Problem, Solution};
use domain::rebalance::{Proof, Ties};
use facts::Amounts;

/// Verifies `solution` against `problem`.
///
/// # Errors
/// The first claim that does not hold.
pub fn check(problem: &Problem, solution: &Solution) -> Result<(), CheckError> {
    let amounts = Amounts::of(problem)?;
    let securities = problem.securities();
    if securities.len() != solution.holdings.len() {
        return Err(CheckError::WrongSecurities);
    }
    let (mut worth, mut objective) = (0_i128, 0_i128);
    let separable = solution.certificate == Certificate::Separable;
    for (security, holding) in securities.iter().zip(&solution.holdings) {
        let fact = amounts.fact(security, holding)?;
        fact.verify_allowed()?;
        if separable && !fact.is_nearest() {
            return Err(CheckError::NotNearest(security.id));
        }
        worth = worth.checked_add(fact.value).ok_or(CheckError::Overflow)?;
        objective = objective.checked_add(fact.distance()).ok_or(CheckError::Overflow)?;
    }
    let empty = problem.cash().is_zero() && securities.iter().all(|security| security.quantity.is_zero());
    let cash_after = amounts.market_value - worth;
    if amounts.units(solution.cash_after) != Some(cash_after) {
        return Err(CheckError::WrongCash);
    }
    if cash_after < amounts.reserve && !empty {
        return Err(CheckError::Overspent);
    }
    if amounts.units(solution.optimality.objective) != Some(objective) {
        return Err(CheckError::WrongObjective);
    }
    let bound = amounts.units(solution.optimality.lower_bound).ok_or(CheckError::WrongBound)?;
    let (proof, holds) = match solution.certificate {
        // That every security is at its nearest count was seen above.
        Certificate::Separable => {
            (Some(Proof::Separable), bound == objective && solution.optimality.ties == Ties::Settled)
        }
        Certificate::Dual { numerator, denominator } => {
            let facts = securities.iter().zip(&solution.holdings).map(|(s, holding)| amounts.fact(s, holding));
            if !dual::reaches(&amounts, facts, (numerator, denominator), objective)? {
                return Err(CheckError::BoundNotReached);
            }
            (Some(Proof::Dual), bound == objective)
        }
        Certificate::Search => {
            let facts = securities.iter().zip(&solution.holdings).map(|(s, holding)| amounts.fact(s, holding));
            search::verify(&amounts, facts, worth, objective)?;
            (Some(Proof::Search), bound == objective)
        }
        Certificate::Gap => (None, bound < objective),
    };
    if !holds {
        return Err(CheckError::WrongBound);
    }
    if proof != solution.optimality.proof {
        return Err(CheckError::WrongProof);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
