//! Families of problems that defeat a search by the fractional bound alone, the same ones each time: how far the usual
//! limits reach, and that small ones agree with trying every combination.

use crate::builder::{Book, id};
use crate::oracle::{Plain, money};
use domain::{Decimal, Drift, DriftRange, Price, Reserve, Target};
use optimizer::{Limits, Outcome, Security, solve};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// An account that holds nothing but cash; prices in units of `10^-scale`, a reserve in thousandths.
fn account(cash: i128, prices: &[i128], scale: u32, drift: i128, reserve: i128) -> Book {
    let (part, more) = (190 / prices.len(), 190 % prices.len());
    let drift = Drift::new(Decimal::new(drift, 3).expect("a scale")).expect("a drift");
    let named = prices.iter().enumerate();
    let securities = named
        .map(|(index, price)| {
            let fives = i128::try_from(part + usize::from(index < more)).expect("small");
            Security {
                id: id(&format!("S{index:03}")),
                quantity: Decimal::ZERO,
                price: Price::new(Decimal::new(*price, scale).expect("a scale")).expect("positive"),
                target: Target::new(Decimal::new(fives * 5, 3).expect("a scale")).expect("a target"),
                drifts: DriftRange::new(drift, drift).expect("equal"),
                in_model: true,
            }
        })
        .collect();
    let fraction = Decimal::new(reserve, 3).expect("a scale");
    let reserve = Reserve::new(Decimal::ZERO, fraction).expect("a reserve");
    Book { cash: Decimal::new(cash, 2).expect("a scale"), securities, reserve }
}

/// Prices between `from` and `to`, cash between 10,000 and 2,000,000, a reserve of 6 %.
fn near_par(count: usize, from: i128, to: i128) -> impl Strategy<Value = Book> {
    (prop::collection::vec(from..=to, count), 1_000_000..=200_000_000_i128)
        .prop_map(|(prices, cash)| account(cash, &prices, 2, 5, 60))
}

/// How many of 60 books are not proven, and the greatest gap as a fraction of the objective, in millionths.
fn unproven(books: &impl Strategy<Value = Book>) -> (usize, i128) {
    let mut runner = TestRunner::deterministic();
    let (mut unproven, mut widest) = (0, 0);
    for _ in 0..60 {
        let problem = books.new_tree(&mut runner).expect("a book").current().problem();
        let Outcome::Solved(solution) = solve(&problem, &Limits::default(), &|| false) else { continue };
        if solution.optimality.proof.is_none() {
            unproven += 1;
            let optimality = solution.optimality;
            let gap = optimality.objective.checked_sub(optimality.lower_bound).expect("fits");
            let share = gap.checked_div_half_even(optimality.objective, 6).expect("not 0");
            widest = widest.max(share.units_at(6).expect("six decimals"));
        }
    }
    (unproven, widest)
}

#[test]
fn prices_close_to_par_are_nearly_always_proven() {
    let (open, widest) = unproven(&near_par(100, 9_500, 10_500));
    assert!(open <= 3 && widest <= 10_000, "{open} of 60, {widest} millionths");
    let (open, widest) = unproven(&near_par(190, 10_000, 10_099));
    assert!(open <= 10 && widest <= 10_000, "{open} of 60, {widest} millionths");
}

#[test]
fn prices_with_many_decimals_leave_a_gap_of_less_than_a_millionth() {
    let prices = |from: i128, to: i128| prop::collection::vec(from..=to, 100);
    let six = (prices(5_000_000, 500_000_000), 1_000_000..=100_000_000_i128, 60..=90_i128);
    let six = six.prop_map(|(prices, cash, reserve)| account(cash, &prices, 6, 20, reserve));
    let (_, widest) = unproven(&six);
    assert!(widest <= 100, "{widest} millionths");
    let eight = (prices(500_000_000, 50_000_000_000), 1_000_000..=100_000_000_i128, 200..=500_i128);
    let eight = eight.prop_map(|(prices, cash, reserve)| account(cash, &prices, 8, 500, reserve));
    let (_, widest) = unproven(&eight);
    assert!(widest <= 1, "{widest} millionths");
}

proptest! {
    #[test]
    fn small_accounts_near_par_agree_with_every_combination(
        books in prop::collection::vec((prop::collection::vec(9_500..=10_500_i128, 2..=5), 60_000..=160_000_i128, 51..=300_i128), 16),
    ) {
        for (prices, cash, reserve) in &books {
            let problem = account(*cash, prices, 2, 300, *reserve).problem();
            // No search to speak of: the bounds and the dynamic programs have to do it.
            let limits = Limits { nodes: 20_000, ..Limits::default() };
            match (Plain::of(&problem).best(), solve(&problem, &limits, &|| false)) {
                (None, Outcome::Infeasible(_)) => {}
                (Some(best), Outcome::Solved(solution)) => {
                    prop_assert!(solution.optimality.lower_bound <= money(best.objective));
                    prop_assert!(money(best.objective) <= solution.optimality.objective);
                    if solution.optimality.proof.is_some() {
                        prop_assert_eq!(solution.optimality.objective, money(best.objective));
                    }
                }
                other => prop_assert!(false, "{other:?}"),
            }
        }
    }
}
