//! Tests of the module `separable`.

use super::*;
use proptest::prelude::*;

fn row(price: i128, residue: i128, now: i128, (low, target, high): (i128, i128, i128)) -> Row {
    Row { price, residue, now, target, low, high, in_model: true }
}

#[test]
fn of_two_equally_near_counts_the_one_nearer_to_the_count_now_is_preferred() {
    for (now, preferred_count) in [(0, 2), (2, 2), (3, 3), (9, 3)] {
        let row = row(10, 0, now, (0, 25, 100));
        let nearest = nearest(&row).expect("a wide band");
        assert_eq!((nearest.count, nearest.halfway), (3, true));
        assert_eq!(preferred(&row, &nearest), preferred_count, "held: {now}");
    }
}

#[test]
fn the_band_decides_where_the_nearest_count_is_outside() {
    for (band, count, rule) in [
        ((0, 26, 100), 3, Rule::Nearest),
        ((0, 26, 29), 2, Rule::Ceiling),
        ((21, 24, 100), 3, Rule::Floor),
        ((20, 24, 29), 2, Rule::Nearest),
    ] {
        let nearest = nearest(&row(10, 0, 0, band)).expect("a count");
        assert_eq!((nearest.count, nearest.rule), (count, rule), "{band:?}");
    }
    assert_eq!(nearest(&row(10, 0, 0, (21, 25, 29))), None);
}

#[test]
fn a_residue_allows_the_neighbours_of_a_band_that_whole_shares_could_reach() {
    // 20 is a whole number of shares in the band; 15 and 25 are what can be reached.
    let reachable = row(10, 5, 4, (18, 20, 22));
    let found = nearest(&reachable).expect("the neighbours");
    assert_eq!((found.count, found.halfway, found.rule), (2, true, Rule::Residue));
    assert_eq!((preferred(&reachable, &found), lowest(&reachable, &found)), (2, 1));
    // No whole number of shares in the band: the residue is not what is in the way.
    assert_eq!(nearest(&row(10, 5, 4, (21, 22, 24))), None);
    // Nothing wanted: the residue stays.
    let unwanted = row(10, 5, 4, (0, 0, 0));
    let found = nearest(&unwanted).expect("the residue");
    assert_eq!((found.count, found.rule, lowest(&unwanted, &found)), (0, Rule::Residue, 0));
}

proptest! {
    #[test]
    fn no_allowed_count_is_nearer(price in 1..=40_i128, residue in 0..40_i128, target in 0..=300_i128, down in 0..=60_i128, up in 0..=60_i128) {
        let row = row(price, residue % price, 0, (target - down, target, target + up));
        let allowed: Vec<i128> = (0..=400).filter(|k| (row.low..=row.high).contains(&row.value(*k))).collect();
        match nearest(&row) {
            Some(nearest) if nearest.rule != Rule::Residue => {
                let distance = |k: i128| (row.value(k) - row.target).abs();
                prop_assert!(allowed.contains(&nearest.count));
                prop_assert!(allowed.iter().all(|k| distance(*k) > distance(nearest.count) || (distance(*k) == distance(nearest.count) && *k <= nearest.count)));
                prop_assert_eq!(nearest.halfway, allowed.contains(&(nearest.count - 1)) && distance(nearest.count - 1) == distance(nearest.count));
                prop_assert_eq!(Some(&lowest(&row, &nearest)), allowed.first());
            }
            _ => prop_assert!(allowed.is_empty()),
        }
    }
}
