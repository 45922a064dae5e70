//! Tests of the module `search`.

use super::*;
use crate::covering::tests::{all, cost_of_all, knapsack, rank};
use proptest::prelude::*;

const MEMORY: usize = 1 << 20;

proptest! {
    #[test]
    fn the_least_cost_is_found_and_proved(covering in knapsack(6, 3)) {
        let mut effort = Effort::new(1_000_000, &|| false);
        let found = search(&covering, cost_of_all(&covering) + 1, MEMORY, &mut effort);
        let all = all(&covering);
        prop_assert_eq!((found.cost, found.bound), (all[0].0, all[0].0));
        prop_assert_eq!(rank(&covering, &found.steps.expect("better than everything")).0, all[0].0);
    }

    #[test]
    fn a_cost_that_is_said_to_be_unique_is_unique(covering in knapsack(6, 3)) {
        let mut effort = Effort::new(1_000_000, &|| false);
        let found = search(&covering, cost_of_all(&covering) + 1, MEMORY, &mut effort);
        let all = all(&covering);
        let equals = all.iter().filter(|rank| rank.0 == found.cost).count();
        prop_assert!(found.ties || equals == 1, "{equals} equals");
    }

    #[test]
    fn what_is_known_already_is_replaced_only_by_something_better(covering in knapsack(5, 3)) {
        let least = all(&covering)[0].0;
        let mut effort = Effort::new(1_000_000, &|| false);
        let found = search(&covering, least, MEMORY, &mut effort);
        prop_assert!(found.steps.is_none());
        prop_assert_eq!((found.cost, found.bound), (least, least));
    }

    #[test]
    fn an_interrupted_search_knows_a_bound_of_what_it_left(covering in knapsack(6, 3), nodes in 0_u64..40) {
        let mut effort = Effort::new(nodes, &|| false);
        let found = search(&covering, cost_of_all(&covering), 64, &mut effort);
        let least = all(&covering)[0].0;
        prop_assert!(found.bound <= least && least <= found.cost, "{} {} {}", found.bound, least, found.cost);
        if let Some(steps) = found.steps {
            prop_assert_eq!(rank(&covering, &steps).0, found.cost);
        }
    }
}
