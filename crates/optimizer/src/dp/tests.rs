//! Tests of the module `dp`.

use super::*;
use crate::covering::tests::{all, cost_of_all, knapsack, rank};
use proptest::prelude::*;

proptest! {
    #[test]
    fn the_first_of_the_best_lowerings_is_found(covering in knapsack(6, 3)) {
        let mut effort = Effort::new(0, &|| false);
        let best = &all(&covering)[0];
        let (cost, steps) = solve(&covering, cost_of_all(&covering), 1 << 26, &mut effort).expect("fits");
        prop_assert_eq!(cost, best.0);
        prop_assert_eq!(&rank(&covering, &steps), best);
    }

    #[test]
    fn a_good_cost_known_already_changes_nothing(covering in knapsack(5, 4)) {
        let mut effort = Effort::new(0, &|| false);
        let best = &all(&covering)[0];
        let (_, steps) = solve(&covering, best.0, 1 << 26, &mut effort).expect("fits");
        prop_assert_eq!(&rank(&covering, &steps), best);
    }

    #[test]
    fn tables_beyond_the_memory_are_not_begun(covering in knapsack(5, 3)) {
        let mut effort = Effort::new(0, &|| false);
        prop_assert_eq!(solve(&covering, cost_of_all(&covering), 64, &mut effort), None);
    }

    #[test]
    fn the_stop_callback_ends_it(covering in knapsack(5, 3)) {
        let mut effort = Effort::new(0, &|| true);
        prop_assert_eq!(solve(&covering, cost_of_all(&covering), 1 << 26, &mut effort), None);
        prop_assert!(effort.stopped());
    }
}
