//! Reasons as sentences.

use super::{Count, EmptyBand, InfeasibleReason};
use domain::{Decimal, DriftRange, SecurityId};
use std::fmt;

impl fmt::Display for InfeasibleReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NegativeMarketValue { market_value } => {
                write!(f, "the portfolio is worth {market_value}: it owes more than it holds")
            }
            Self::EmptyBand(empty) => empty.fmt(f),
            Self::CashShort { missing, least_value, market_value, reserve } => {
                write!(f, "the smallest holdings that the bands admit are worth {least_value}, but ")?;
                if reserve.is_zero() {
                    write!(f, "the portfolio is worth {market_value}")?;
                } else {
                    write!(f, "the portfolio is worth {market_value} and must keep {reserve} in cash")?;
                }
                write!(f, ": {missing} is missing")
            }
            Self::BandFloor { security, least } => {
                write!(f, "the band of {security} admits no less than {}, ", shares(least.units))?;
                write_worth(f, least)
            }
            Self::ResidueHeld { security, least } => {
                write!(f, "whole-share trades leave {} of {security}, ", shares(least.units))?;
                write_worth(f, least)
            }
        }
    }
}

impl fmt::Display for EmptyBand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_counts(f, self.security, &self.below, &self.above)?;
        write!(f, "; its band admits {}..{}; ", percent(self.band.0), percent(self.band.1))?;
        write_drifts(f, self.drifts, self.relaxation.drifts)?;
        write!(f, " would admit {}", shares(self.relaxation.admits))
    }
}

/// `3 shares of X are 12.3 % of the portfolio and 4 shares are 16.4 %`, or the upper one alone above nothing.
fn write_counts(f: &mut fmt::Formatter<'_>, security: SecurityId, below: &Count, above: &Count) -> fmt::Result {
    let verb = |units: Decimal| if units == Decimal::ONE { "is" } else { "are" };
    if below.units.is_zero() {
        let weight = percent(above.weight);
        return write!(f, "{} of {security} {} {weight} of the portfolio", shares(above.units), verb(above.units));
    }
    write!(
        f,
        "{} of {security} {} {} of the portfolio and {} {} {}",
        shares(below.units),
        verb(below.units),
        percent(below.weight),
        shares(above.units),
        verb(above.units),
        percent(above.weight)
    )
}

fn write_drifts(f: &mut fmt::Formatter<'_>, old: DriftRange, new: DriftRange) -> fmt::Result {
    let low_changes = old.low() != new.low();
    if low_changes {
        write!(f, "a low drift of {} instead of {}", new.low().fraction(), old.low().fraction())?;
    }
    if old.high() != new.high() {
        let joint = if low_changes { " with " } else { "" };
        write!(f, "{joint}a high drift of {} instead of {}", new.high().fraction(), old.high().fraction())?;
    }
    Ok(())
}

fn write_worth(f: &mut fmt::Formatter<'_>, count: &Count) -> fmt::Result {
    write!(f, "worth {}", count.value)?;
    if count.weight.is_zero() { Ok(()) } else { write!(f, " or {} of the portfolio", percent(count.weight)) }
}

/// A fraction of market value with up to 6 decimals as a percentage with up to 4.
fn percent(weight: Decimal) -> String {
    let percentage = weight.checked_mul(Decimal::whole(100)).unwrap_or(weight).normalized();
    format!("{percentage} %")
}

fn shares(units: Decimal) -> String {
    if units.is_zero() {
        "no share".to_owned()
    } else if units == Decimal::ONE {
        "one share".to_owned()
    } else {
        format!("{units} shares")
    }
}
