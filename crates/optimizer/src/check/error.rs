//! Claims of a solution that do not hold.

use domain::SecurityId;

/// Why a solution was refused. Each is a defect of the solver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// The holdings are not one per security, in order.
    #[error("the holdings are not those of the problem's securities, by ascending id")]
    WrongSecurities,
    /// The units after differ from the units before by something else than the trade.
    #[error("the units of {0} after the trade are not those before and the trade")]
    WrongTrade(SecurityId),
    /// Units below zero.
    #[error("less than no unit of {0} is held")]
    Short(SecurityId),
    /// A value outside the band that no residue excuses.
    #[error("the holding of {0} is not admitted by its band")]
    OutsideBand(SecurityId),
    /// The cash after is not the cash before and what the trades bring.
    #[error("the cash after the trades is wrong")]
    WrongCash,
    /// The cash after is below the reserve.
    #[error("the cash after the trades is below the reserve")]
    Overspent,
    /// The objective is not the sum of distances.
    #[error("the objective is wrong")]
    WrongObjective,
    /// The lower bound, or the state of ties, is not what the proof says.
    #[error("the lower bound does not match the proof")]
    WrongBound,
    /// The proof named is not the certificate given.
    #[error("the proof named is not the one given")]
    WrongProof,
    /// Claimed to be at its nearest count, and is not.
    #[error("the holding of {0} is not at its nearest count")]
    NotNearest(SecurityId),
    /// Claimed to be optimal, and one share more or less of a security is better.
    #[error("one share more or less of {0} is better than what is claimed to be the best")]
    Improvable(SecurityId),
    /// Claimed to be optimal, and another of the few combinations that exist is better.
    #[error("another combination is better than what is claimed to be the best")]
    NotOptimal,
    /// The Lagrangian bound is below the objective.
    #[error("the dual bound does not reach the objective")]
    BoundNotReached,
    /// A number is beyond what can be verified.
    #[error("an amount is beyond the bounds of exact arithmetic")]
    Overflow,
}
