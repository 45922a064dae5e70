//! Tests of the module `cardinality`.

use super::*;
use crate::covering::Item;
use crate::covering::tests::{all, cost_of_all, knapsack, rank};
use proptest::prelude::*;

/// Knapsacks of prices close together.
fn near_par() -> impl Strategy<Value = Covering> {
    let item = (95..=105_i128, 0..=105_i128, 1..=3_i128, 0..2_u8);
    (prop::collection::vec(item, 1..=6), 1..=1000_i128).prop_map(|(drawn, share)| {
        let numbered = drawn.into_iter().enumerate();
        let items: Vec<Item> = numbered
            .map(|(index, (price, gain, steps, kind))| {
                let gain = if kind == 0 { 0 } else { gain.min(price) };
                Item { index, price, gain, steps, held: 0 }
            })
            .collect();
        let freeable: i128 = items.iter().map(|item| item.price * item.steps).sum();
        Covering::of(items, (freeable * share / 1000).max(1), 1).expect("freeable")
    })
}

proptest! {
    #[test]
    fn no_lowering_costs_less_than_the_bound(
        covering in prop_oneof![knapsack(5, 3), near_par()],
        spare in 0_i128..300,
    ) {
        let least = all(&covering)[0].0;
        for best in [least, least + spare, cost_of_all(&covering) + 1] {
            let Some(counted) = counted(&covering, best) else { continue };
            prop_assert!(counted.bound <= least, "{} {least}", counted.bound);
            if let Some((cost, steps)) = counted.found {
                prop_assert!(least <= cost && cost < best);
                prop_assert_eq!(rank(&covering, &steps).0, cost);
            }
        }
    }
}

#[test]
fn whole_steps_are_counted_where_parts_of_them_would_do() {
    let item = |index, price| Item { index, price, gain: 0, steps: 30, held: 0 };
    let covering = Covering::of(vec![item(0, 10_000), item(1, 10_037), item(2, 10_099)], 417_000, 1).expect("freeable");
    assert_eq!(covering.bound().cost, 417_000);
    let counted = counted(&covering, cost_of_all(&covering)).expect("small amounts");
    // 42 steps: 30 of the cheapest and 12 of the next.
    assert_eq!(counted.bound, 300_000 + 12 * 10_037);
    assert_eq!(counted.found.expect("met").0, counted.bound);
}
