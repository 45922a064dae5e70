//! Tests of the module `covering`, and the small knapsacks that the tests of its solvers share.

use super::*;
use proptest::prelude::*;

/// Small knapsacks with awkward gains: none, all of the price, equal ratios, on and off the grid.
pub(crate) fn knapsack(count: usize, most_steps: i128) -> impl Strategy<Value = Covering> {
    let item = (1..=12_i128, 0..=24_i128, 1..=most_steps, -2..=most_steps + 2, 0..4_u8);
    (prop::collection::vec(item, 1..=count), prop_oneof![Just(1), Just(10), Just(35)], 1..=1000_i128).prop_map(
        |(drawn, unit, share)| {
            let items: Vec<Item> = drawn
                .into_iter()
                .enumerate()
                .map(|(index, (weight, gain, steps, held, kind))| {
                    let price = weight * unit;
                    let gain = match kind {
                        0 => 0,
                        1 => price / 2,
                        _ => (price * gain / 24).min(price),
                    };
                    Item { index, price, gain, steps, held }
                })
                .collect();
            let freeable: i128 = items.iter().map(|item| item.price * item.steps).sum();
            let shortage = (freeable * share / 1000).max(1);
            Covering::of(items, shortage, 1).expect("freeable")
        },
    )
}

/// Cost, trades, value traded and steps by ascending index: the whole order of a lowering.
pub(crate) type Rank = (i128, usize, i128, Vec<i128>);

pub(crate) fn rank(covering: &Covering, steps: &[i128]) -> Rank {
    let cost = |(item, x): (&Item, &i128)| item.price * x - if *x > 0 { item.gain } else { 0 };
    let each = || covering.items.iter().zip(steps);
    let mut by_index: Vec<(usize, i128)> = each().map(|(item, x)| (item.index, *x)).collect();
    by_index.sort_unstable();
    (
        each().map(cost).sum(),
        each().filter(|(item, x)| item.held != **x).count(),
        each().map(|(item, x)| item.price * (x - item.held).abs()).sum(),
        by_index.into_iter().map(|(_, x)| x).collect(),
    )
}

/// All lowerings that free the need, in order.
pub(crate) fn all(covering: &Covering) -> Vec<Rank> {
    let mut all = vec![vec![]];
    for item in &covering.items {
        all = all.iter().flat_map(|x| (0..=item.steps).map(move |more| [x.as_slice(), &[more]].concat())).collect();
    }
    let freed = |steps: &[i128]| -> i128 { covering.items.iter().zip(steps).map(|(item, x)| item.price * x).sum() };
    let mut ranks: Vec<Rank> =
        all.iter().filter(|steps| freed(steps) >= covering.need).map(|steps| rank(covering, steps)).collect();
    ranks.sort_unstable();
    ranks
}

/// The cost of lowering everything.
pub(crate) fn cost_of_all(covering: &Covering) -> i128 {
    covering.items.iter().map(|item| item.price * item.steps - item.gain).sum()
}

#[test]
fn the_need_is_rounded_up_to_the_grid() {
    let item = |index, price| Item { index, price, gain: 0, steps: 3, held: 0 };
    let covering = Covering::of(vec![item(0, 15), item(1, 10)], 21, 1).expect("freeable");
    assert_eq!((covering.grid, covering.need), (5, 25));
}

#[test]
fn first_steps_come_by_ascending_ratio_of_cost() {
    let item = |index, price, gain| Item { index, price, gain, steps: 1, held: 0 };
    let covering = Covering::of(vec![item(0, 10, 0), item(1, 10, 2), item(2, 30, 15), item(3, 20, 10)], 1, 1);
    let covering = covering.expect("freeable");
    let order: Vec<usize> = covering.items.iter().map(|item| item.index).collect();
    assert_eq!((order, covering.gaining), (vec![2, 3, 1, 0], 3));
}

proptest! {
    #[test]
    fn no_lowering_costs_less_than_the_fractional_bound(covering in knapsack(5, 3)) {
        let bound = covering.bound();
        prop_assert!(bound.cost <= all(&covering)[0].0);
        prop_assert!(0 <= bound.numerator && bound.numerator <= bound.denominator);
    }
}
