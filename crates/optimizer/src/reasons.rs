//! Why each security ends where it does: a function of its final count and its nearest allowed one.

use crate::problem::Row;
use crate::separable::{Nearest, Rule};
use domain::rebalance::Reason;

/// The reason for ending at `count`. The first rule that applies:
///
/// | situation | reason |
/// |---|---|
/// | a residue keeps it off the band, or off nothing when the model does not list it | `FractionalResidue` |
/// | the model does not list it | `NotInModel` |
/// | exactly at the target | `AtTarget` |
/// | below the nearest counts (only the cash lowers a count) | `CashLimit` |
/// | at the nearest allowed count, a nearer one being outside the band | `BandFloor`, `BandCeiling` |
/// | at the nearest count | `WholeShareRounding` |
pub(crate) fn reason(row: &Row, nearest: &Nearest, count: i128) -> Reason {
    if nearest.rule == Rule::Residue {
        return Reason::FractionalResidue;
    }
    if !row.in_model {
        return Reason::NotInModel;
    }
    if row.value(count) == row.target {
        return Reason::AtTarget;
    }
    if count < nearest.count - i128::from(nearest.halfway) {
        return Reason::CashLimit;
    }
    match nearest.rule {
        Rule::Floor => Reason::BandFloor,
        Rule::Ceiling => Reason::BandCeiling,
        Rule::Nearest | Rule::Residue => Reason::WholeShareRounding,
    }
}
