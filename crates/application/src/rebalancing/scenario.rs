//! What a preview assumes besides what is true.

use domain::{Decimal, Positions, Price, Reserve, SecurityId};
use std::collections::HashMap;

/// Assumptions of a preview; the default assumes nothing.
#[derive(Clone, Debug, Default)]
pub struct Scenario {
    /// Added to the cash of each portfolio, in currency; may be negative.
    pub cash_delta: Option<Decimal>,
    /// Instead of the configured reserve.
    pub reserve: Option<Reserve>,
    /// Instead of the snapshot's prices.
    pub prices: HashMap<SecurityId, Price>,
    /// Instead of the model's positions.
    pub positions: Option<Positions>,
}
