//! Tests of the module `ties`.

use super::*;
use crate::covering::tests::{all, knapsack, rank};
use proptest::prelude::*;

proptest! {
    #[test]
    fn the_first_of_equals_is_found(covering in knapsack(6, 3), which in 0_usize..64, memory in prop_oneof![Just(0), Just(1 << 20)]) {
        let all = all(&covering);
        let equals: Vec<_> = all.iter().take_while(|rank| rank.0 == all[0].0).collect();
        // Whichever of the equals is known already.
        let known = &equals[which % equals.len()].3;
        let mut steps = vec![0; covering.items.len()];
        for (item, steps) in covering.items.iter().zip(&mut steps) {
            *steps = known[item.index];
        }
        let mut effort = Effort::new(1_000_000, &|| false);
        let settled = settle(&covering, all[0].0, &steps, memory, &mut effort).expect("few securities");
        prop_assert_eq!(&rank(&covering, &settled), equals[0]);
    }

    #[test]
    fn without_effort_nothing_is_settled(covering in knapsack(4, 3)) {
        let all = all(&covering);
        let mut effort = Effort::new(0, &|| false);
        let known: Vec<i128> = covering.items.iter().map(|item| all[0].3[item.index]).collect();
        prop_assert_eq!(settle(&covering, all[0].0, &known, 1 << 20, &mut effort), None);
    }
}
