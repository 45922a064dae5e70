//! Step 1: without the affordability row, each security is decided alone.
//!
//! **Counts.** The values that whole-share trades can reach are `v(k) = ρ·p + k·p`, `k ≥ 0`. With
//! `k₀ = ⌊(MV·t − ρ·p)/p⌋`, `k₀` and `k₀ + 1` are the neighbours of the target, and because the band contains the
//! target, a band that holds any count holds one of them. If it holds none although it holds a whole number of shares,
//! only the residue `ρ` is in the way, and the neighbours themselves (not below 0) are allowed.
//!
//! **Theorem.** `|MV·t − v(k)|` is convex in `k`, so the allowed neighbour that is nearer to the target minimises it
//! over all allowed counts. If these counts `r` are affordable together, they are optimal: that is the whole proof.
//!
//! **Tie.** Two equally near neighbours are adjacent, so one of them is strictly nearer to the count held now (or is
//! it). It trades no more securities and less value: taking it for each security alone settles all ties at once.

use crate::arithmetic::{ceil_div, floor_div};
use crate::problem::Row;
use std::cmp::Ordering;

/// What decided the nearest allowed count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// It is the nearest of all counts.
    Nearest,
    /// A nearer count lies below the band.
    Floor,
    /// A nearer count lies above the band.
    Ceiling,
    /// The residue keeps every count off the band; the neighbours of the band are allowed.
    Residue,
}

/// `r_i`: the allowed count nearest to the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Nearest {
    /// The count; of two equally near ones the upper.
    pub(crate) count: i128,
    /// Whether `count − 1` is allowed and equally near.
    pub(crate) halfway: bool,
    /// What decided it.
    pub(crate) rule: Rule,
}

/// The nearest allowed count, or `None` when the band holds neither an allowed count nor a whole number of shares.
#[inline]
pub(crate) fn nearest(row: &Row) -> Option<Nearest> {
    let above_residue = row.target - row.residue;
    let lower = if above_residue < 0 { -1 } else { floor_div(above_residue, row.price) };
    let lower_value = row.value(lower);
    let upper_value = lower_value + row.price;
    let lower_allowed = lower >= 0 && lower_value >= row.low;
    let upper_allowed = upper_value <= row.high;
    let upper_distance = upper_value - row.target;
    let side = if lower < 0 { Ordering::Greater } else { (row.target - lower_value).cmp(&upper_distance) };
    let upper = lower + 1;
    let found = |count, halfway, rule| Some(Nearest { count, halfway, rule });
    match (lower_allowed, upper_allowed) {
        (true, true) if side == Ordering::Less => found(lower, false, Rule::Nearest),
        (true, true) => found(upper, side == Ordering::Equal, Rule::Nearest),
        (true, false) if side == Ordering::Greater => found(lower, false, Rule::Ceiling),
        (true, false) => found(lower, false, Rule::Nearest),
        (false, true) if side == Ordering::Less => found(upper, false, Rule::Floor),
        (false, true) => found(upper, false, Rule::Nearest),
        (false, false) if row.residue == 0 || !holds_whole_shares(row) => None,
        (false, false) if side == Ordering::Less => found(lower, false, Rule::Residue),
        (false, false) => found(upper, side == Ordering::Equal, Rule::Residue),
    }
}

/// Whether the band holds a whole number of shares, the residue left out of account.
fn holds_whole_shares(row: &Row) -> bool {
    row.high >= 0 && floor_div(row.high, row.price) * row.price >= row.low
}

/// The lowest allowed count of a security whose nearest one is `nearest`.
pub(crate) fn lowest(row: &Row, nearest: &Nearest) -> i128 {
    if nearest.rule == Rule::Residue {
        return if row.value(nearest.count) > row.target { (nearest.count - 1).max(0) } else { nearest.count };
    }
    if row.low <= row.residue { 0 } else { ceil_div(row.low - row.residue, row.price) }
}

/// Of `nearest.count` and its equal, the one nearer to what is held now.
#[inline]
pub(crate) fn preferred(row: &Row, nearest: &Nearest) -> i128 {
    nearest.count - i128::from(nearest.halfway && row.now < nearest.count)
}

#[cfg(test)]
mod tests;
