//! Tests of the module `grid`.

use super::*;
use proptest::prelude::*;

fn extras(count: usize, weights: std::ops::RangeInclusive<i128>) -> impl Strategy<Value = Vec<Extra>> {
    prop::collection::vec((weights, 1..=5_i128), 1..=count).prop_map(|drawn| {
        let numbered = drawn.into_iter().enumerate();
        let mut extras: Vec<_> = numbered.map(|(item, (weight, steps))| Extra { item, weight, steps }).collect();
        extras.sort_unstable_by_key(|extra| (extra.weight, extra.item));
        extras
    })
}

/// The least sum that is not below the need.
fn least(extras: &[Extra], need: i128) -> Option<i128> {
    let mut sums = vec![0];
    for extra in extras {
        sums = sums.iter().flat_map(|sum| (0..=extra.steps).map(move |y| sum + y * extra.weight)).collect();
        sums.sort_unstable();
        sums.dedup();
    }
    sums.into_iter().find(|sum| *sum >= need)
}

fn amount(extras: &[Extra], taken: &[Taken]) -> i128 {
    let mut left = extras.to_vec();
    let mut amount = 0;
    for (item, steps) in taken {
        let extra = left.iter_mut().find(|extra| extra.item == *item).expect("an item");
        extra.steps -= steps;
        assert!(*steps >= 0 && extra.steps >= 0, "more steps than there are");
        amount += steps * extra.weight;
    }
    amount
}

fn agrees(extras: &[Extra], need: i128, cap: i128, memory: usize) -> Result<(), TestCaseError> {
    let mut effort = Effort::new(10_000_000, &|| false);
    let fill = fill(extras, need, cap, memory, &mut effort);
    prop_assert!(fill.exact);
    let expected = least(extras, need).filter(|least| *least < cap);
    prop_assert_eq!(fill.found.as_ref().map(|found| found.0), expected);
    if let Some((sum, taken)) = fill.found {
        prop_assert_eq!(amount(extras, &taken), sum);
    }
    Ok(())
}

proptest! {
    #[test]
    fn the_least_sum_is_found_by_bit_sets(extras in extras(7, 1..=200), need in 1..=2000_i128, slack in 0..=60_i128) {
        agrees(&extras, need, need + slack, 1 << 20)?;
        agrees(&extras, need, i128::MAX, 1 << 20)?;
    }

    #[test]
    fn the_least_sum_is_found_depth_first(extras in extras(5, 1_000_000..=9_000_000), need in 1..=60_000_000_i128) {
        agrees(&extras, need, i128::MAX, 0)?;
    }

    #[test]
    fn many_securities_have_a_sum_for_every_need(extras in extras(60, 900..=1100), need in 1..=100_000_i128) {
        let mut effort = Effort::new(1_000_000, &|| false);
        let fill = fill(&extras, need, i128::MAX, 1 << 24, &mut effort);
        match fill.found {
            Some((sum, taken)) => {
                prop_assert!(sum >= need);
                prop_assert_eq!(amount(&extras, &taken), sum);
            }
            None => prop_assert!(extras.iter().map(|e| e.weight * e.steps).sum::<i128>() < need),
        }
    }

    #[test]
    fn sums_are_those_of_all_numbers_of_steps(extras in extras(5, 1..=90), need in 0..=700_i128) {
        let mut effort = Effort::new(1_000_000, &|| false);
        let sums = Sums::new(&extras, 1500, None, 1 << 20, &mut effort).expect("fits");
        let found = sums.least_from(need).filter(|sum| *sum <= 1500);
        prop_assert_eq!(found, least(&extras, need).filter(|sum| *sum <= 1500));
    }
}

#[test]
fn without_effort_the_greedy_sum_is_all_that_is_known() {
    let extras = vec![Extra { item: 1, weight: 5, steps: 3 }, Extra { item: 0, weight: 7, steps: 3 }];
    let mut effort = Effort::new(0, &|| false);
    let fill = fill(&extras, 10, i128::MAX, 1 << 20, &mut effort);
    assert!(!fill.exact);
    assert_eq!(fill.found.map(|found| found.0), Some(12));
}
