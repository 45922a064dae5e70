//! The positions of a model.

use super::{ModelRuleError, Position, Target};
use crate::{Decimal, SecurityId};
use std::collections::HashSet;

/// The most positions (with a target above 0) that a model may have.
pub const MAX_POSITIONS: usize = 100;

/// Positions with targets above 0 that sum to at most 0.95; at most 100; no security twice; in the order given.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Positions(Vec<Position>);

impl Positions {
    /// Drops positions with target 0 and takes the rest when they keep the rules of a model.
    pub fn new(positions: Vec<Position>) -> Result<Self, ModelRuleError> {
        let mut seen = HashSet::with_capacity(positions.len());
        if let Some(twice) = positions.iter().find(|p| !seen.insert(p.security_id)) {
            return Err(ModelRuleError::DuplicateSecurity(twice.security_id));
        }
        let kept: Vec<Position> = positions.into_iter().filter(|p| p.target > Target::ZERO).collect();
        if kept.len() > MAX_POSITIONS {
            return Err(ModelRuleError::TooManyPositions(kept.len()));
        }
        let sum = kept.iter().try_fold(Decimal::ZERO, |sum, p| sum.checked_add(p.target.weight().normalized()));
        match sum {
            Some(sum) if sum <= Target::max_sum() => Ok(Self(kept)),
            // Targets are at most 0.95 with 3 decimals, so that their sum always fits.
            sum => Err(ModelRuleError::TargetSumExceeded(sum.unwrap_or(Decimal::ONE))),
        }
    }

    /// The positions, in order.
    #[must_use]
    pub fn as_slice(&self) -> &[Position] {
        &self.0
    }

    /// The position of a security.
    #[must_use]
    pub fn get(&self, security_id: &SecurityId) -> Option<&Position> {
        self.0.iter().find(|p| p.security_id == *security_id)
    }

    /// With one more position at the end.
    pub fn with_added(&self, position: Position) -> Result<Self, ModelRuleError> {
        if position.target == Target::ZERO {
            return Err(ModelRuleError::ZeroTarget);
        }
        if self.get(&position.security_id).is_some() {
            return Err(ModelRuleError::PositionExists(position.security_id));
        }
        Self::new(self.0.iter().copied().chain([position]).collect())
    }

    /// With other values for a security that is there; a target of 0 removes it.
    pub fn with_changed(&self, position: Position) -> Result<Self, ModelRuleError> {
        if self.get(&position.security_id).is_none() {
            return Err(ModelRuleError::PositionNotFound(position.security_id));
        }
        let changed = |p: &Position| if p.security_id == position.security_id { position } else { *p };
        Self::new(self.0.iter().map(changed).collect())
    }

    /// Without exactly this position.
    pub fn with_removed(&self, position: &Position) -> Result<Self, ModelRuleError> {
        match self.get(&position.security_id) {
            None => Err(ModelRuleError::PositionNotFound(position.security_id)),
            Some(here) if here != position => Err(ModelRuleError::PositionDiffers(position.security_id)),
            Some(_) => Self::new(self.0.iter().filter(|p| *p != position).copied().collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Drift, DriftRange};
    use proptest::prelude::*;

    fn d(text: &str) -> Decimal {
        text.parse().expect("a decimal")
    }

    fn position(n: usize, target: &str) -> Position {
        let drift = |text| Drift::new(d(text)).expect("valid");
        Position {
            security_id: format!("{n:0>24}").parse().expect("an id"),
            target: Target::new(d(target)).expect("valid"),
            drifts: DriftRange::new(drift("0.01"), drift("0.02")).expect("valid"),
        }
    }

    #[test]
    fn ninety_five_positions_of_one_percent_are_full_and_one_more_is_too_much() {
        let all: Vec<_> = (0..95).map(|n| position(n, "0.01")).collect();
        let positions = Positions::new(all).expect("sums to 0.95 exactly");
        assert_eq!(positions.with_added(position(95, "0.005")), Err(ModelRuleError::TargetSumExceeded(d("0.955"))));
    }

    #[test]
    fn positions_with_target_zero_are_dropped_and_do_not_count() {
        let all: Vec<_> = (0..150).map(|n| position(n, if n < 100 { "0.005" } else { "0" })).collect();
        assert_eq!(Positions::new(all).expect("valid").as_slice().len(), 100);
        let all: Vec<_> = (0..101).map(|n| position(n, "0.005")).collect();
        assert_eq!(Positions::new(all), Err(ModelRuleError::TooManyPositions(101)));
    }

    #[test]
    fn a_security_stands_once() {
        let twice = vec![position(1, "0.1"), position(1, "0")];
        assert_eq!(Positions::new(twice), Err(ModelRuleError::DuplicateSecurity(position(1, "0").security_id)));
    }

    #[test]
    fn adding_changing_and_removing_say_what_is_wrong() {
        let two = Positions::new(vec![position(1, "0.1"), position(2, "0.20")]).expect("valid");
        let id = |n| position(n, "0").security_id;
        assert_eq!(two.with_added(position(1, "0.1")), Err(ModelRuleError::PositionExists(id(1))));
        assert_eq!(two.with_added(position(3, "0")), Err(ModelRuleError::ZeroTarget));
        assert_eq!(two.with_changed(position(3, "0.1")), Err(ModelRuleError::PositionNotFound(id(3))));
        assert_eq!(two.with_changed(position(2, "0")).expect("removes").as_slice(), &[position(1, "0.1")]);
        assert_eq!(two.with_removed(&position(2, "0.1")), Err(ModelRuleError::PositionDiffers(id(2))));
        assert_eq!(two.with_removed(&position(2, "0.2")).expect("equal in value").as_slice().len(), 1);
        assert_eq!(two.with_removed(&position(3, "0.2")), Err(ModelRuleError::PositionNotFound(id(3))));
    }

    proptest! {
        #[test]
        fn no_positions_exist_that_break_a_rule(steps in prop::collection::vec((0_usize..120, 0_i128..40), 0..130)) {
            let all: Vec<_> = steps.iter().map(|(n, units)| Position {
                target: Target::new(Decimal::new(units * 5, 3).expect("scale")).expect("on the grid"),
                ..position(*n, "0")
            }).collect();
            if let Ok(kept) = Positions::new(all) {
                let units: i128 = kept.as_slice().iter().filter_map(|p| p.target.weight().units_at(3)).sum();
                let ids: HashSet<_> = kept.as_slice().iter().map(|p| p.security_id).collect();
                prop_assert!(units <= 950 && kept.as_slice().len() <= MAX_POSITIONS);
                prop_assert_eq!(ids.len(), kept.as_slice().len());
                prop_assert!(kept.as_slice().iter().all(|p| p.target > Target::ZERO));
            }
        }
    }
}
