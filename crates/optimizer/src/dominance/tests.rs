//! Tests of the module `dominance`.

use super::*;
use crate::covering::tests::{all, cost_of_all, knapsack, rank};
use proptest::prelude::*;

const MEMORY: usize = 1 << 20;

proptest! {
    #[test]
    fn the_least_cost_is_found_and_proved(covering in knapsack(6, 3)) {
        let mut effort = Effort::new(1_000_000, &|| false);
        let explored = explore(&covering, cost_of_all(&covering) + 1, MEMORY, &mut effort);
        let least = all(&covering)[0].0;
        prop_assert_eq!((explored.cost, explored.bound), (least, least));
        prop_assert_eq!(rank(&covering, &explored.steps.expect("better than everything")).0, least);
    }

    #[test]
    fn what_is_known_already_is_replaced_only_by_something_better(covering in knapsack(5, 4)) {
        let least = all(&covering)[0].0;
        let mut effort = Effort::new(1_000_000, &|| false);
        let explored = explore(&covering, least, MEMORY, &mut effort);
        prop_assert!(explored.steps.is_none());
        prop_assert_eq!((explored.cost, explored.bound), (least, least));
    }

    #[test]
    fn a_start_off_the_lattice_loses_nothing(covering in knapsack(5, 3), above in 1_i128..40) {
        let least = all(&covering)[0].0;
        let mut effort = Effort::new(1_000_000, &|| false);
        let explored = explore(&covering, least + above, MEMORY, &mut effort);
        prop_assert_eq!((explored.cost, explored.bound), (least, least));
    }

    #[test]
    fn an_interrupted_run_knows_a_bound_of_what_it_left(covering in knapsack(6, 3), nodes in 0_u64..40, memory in 0_usize..400) {
        let least = all(&covering)[0].0;
        for (nodes, memory) in [(nodes, MEMORY), (1_000_000, memory)] {
            let mut effort = Effort::new(nodes, &|| false);
            let explored = explore(&covering, cost_of_all(&covering), memory, &mut effort);
            prop_assert!(explored.bound <= least && least <= explored.cost, "{} {} {}", explored.bound, least, explored.cost);
            if let Some(steps) = explored.steps {
                prop_assert_eq!(rank(&covering, &steps).0, explored.cost);
            }
        }
    }
}
