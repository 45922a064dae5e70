//! Where new ids come from.

use domain::{ModelId, RebalanceId};

/// A source of ids that were never given out before, by this replica or another.
pub trait IdSource: Send + Sync {
    /// An id for a new model. Ids given out later sort after earlier ones, to the second.
    fn model_id(&self) -> ModelId;

    /// An id for a new rebalance. Ids given out later sort after earlier ones, to the second.
    fn rebalance_id(&self) -> RebalanceId;
}
