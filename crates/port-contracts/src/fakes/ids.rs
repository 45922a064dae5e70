//! Ids that count upwards.

use crate::builders::{model_id, rebalance_id};
use domain::{ModelId, RebalanceId};
use ports::IdSource;
use std::sync::atomic::{AtomicU32, Ordering};

/// An [`IdSource`] that gives out [`model_id`]`(1)`, `(2)`, … and, counted apart, [`rebalance_id`]`(1)`, `(2)`, …
#[derive(Debug, Default)]
pub struct FakeIds {
    models: AtomicU32,
    rebalances: AtomicU32,
}

impl IdSource for FakeIds {
    fn model_id(&self) -> ModelId {
        model_id(self.models.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn rebalance_id(&self) -> RebalanceId {
        rebalance_id(self.rebalances.fetch_add(1, Ordering::Relaxed) + 1)
    }
}
