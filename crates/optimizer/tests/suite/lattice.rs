//! Holdings that lie off the lattice of the costs that the search can reach: a security held above its nearest count, on
//! no grid with the others, and room for little more than what is held. What the search starts from then costs an amount
//! that no lowering can cost, and less than one lattice step above the optimum.

use crate::builder::{Book, id};
use crate::oracle::{Plain, money, units};
use domain::{Decimal, Drift, DriftRange, Price, Reserve, Target};
use optimizer::{Limits, Outcome, Security, Solution, solve};
use proptest::prelude::*;

fn solved(book: &Book) -> Solution {
    match solve(&book.problem(), &Limits::default(), &|| false) {
        Outcome::Solved(solution) => solution,
        other => panic!("{other:?}"),
    }
}

#[test]
fn present_holdings_off_the_lattice_are_left_for_a_cost_that_is_less_than_one_lattice_step_lower() {
    let book = Book::new("9289.15")
        .banded("A", "1", "1200", "0.15", ("0.15", "0.15"))
        .banded("B", "4", "800", "0.205", ("0.15", "0.25"))
        .banded("C", "45", "29.13", "0.085", ("0", "0.02"))
        .reserve("9032.48", "0");
    let solution = solved(&book);
    assert_eq!(solution.optimality.objective.to_string(), "1181.72");
    assert_eq!(solution.holdings.iter().map(|h| h.trade).collect::<Vec<_>>(), [0, 0, -1]);
}

#[test]
fn the_same_with_more_than_one_share_above_the_nearest_count() {
    let book = Book::new("16612.55")
        .banded("A", "7", "200", "0.08", ("0.1", "0.15"))
        .banded("B", "3", "600", "0.08", ("0.05", "0.2"))
        .banded("C", "85", "13.97", "0.055", ("0", "0.02"))
        .reserve("16554.357", "0");
    let solution = solved(&book);
    assert_eq!(solution.optimality.objective.to_string(), "404.51");
    assert_eq!(solution.holdings.iter().map(|h| h.trade).collect::<Vec<_>>(), [0, 0, -2]);
}

/// A security whose quantity is settled later.
fn listed(price_in_cents: i128, target_in_fives: i128, (low, high): (i128, i128)) -> Security {
    let drift = |hundredths| Drift::new(Decimal::new(hundredths, 2).expect("a scale")).expect("a drift");
    Security {
        id: id("unnamed"),
        quantity: Decimal::ZERO,
        price: Price::new(Decimal::new(price_in_cents, 2).expect("a scale")).expect("positive"),
        target: Target::new(Decimal::new(target_in_fives * 5, 3).expect("a scale")).expect("a target"),
        drifts: DriftRange::new(drift(low.min(high)), drift(high)).expect("low not above high"),
        in_model: true,
    }
}

/// Prices in hundreds.
fn on_grid() -> impl Strategy<Value = Security> {
    (1..=12_i128, 5..=50_i128, 5..=20_i128, 5..=25_i128)
        .prop_map(|(hundreds, target, low, high)| listed(hundreds * 10_000, target, (low, high)))
}

/// Prices in cents. Without a low drift nothing can be lowered below the target: the price then is no part of the grid.
fn off_grid() -> impl Strategy<Value = Security> {
    let low = prop_oneof![4 => Just(0), 1 => 0..=2_i128];
    (1_001..=4_999_i128, 4..=20_i128, low, 1..=3_i128)
        .prop_map(|(price, target, low, high)| listed(price, target, (low, high)))
}

/// The book in which these quantities are held and `room` (in cents) may be invested of `worth` (in cents).
fn held(securities: &[Security], quantities: &[i128], worth: i128, room: i128) -> Book {
    let named = securities.iter().zip(quantities).enumerate();
    let securities: Vec<Security> = named
        .map(|(index, (s, held))| Security { id: id(&format!("S{index}")), quantity: Decimal::whole(*held), ..*s })
        .collect();
    let value: i128 = securities.iter().map(|s| units(s.quantity, 0) * units(s.price.amount(), 2)).sum();
    let cents = |amount: i128| Decimal::new(amount, 2).expect("a scale");
    let reserve = Reserve::new(cents((worth - room).max(0)), Decimal::ZERO).expect("a reserve");
    Book { cash: cents(worth - value), securities, reserve }
}

/// Securities on a grid, held at or near the best counts for some room; one or two off the grid, held above them; and
/// room for little more than all that.
fn off_the_lattice() -> impl Strategy<Value = Book> {
    let securities = (prop::collection::vec(on_grid(), 2..=3), prop::collection::vec(off_grid(), 1..=2));
    let away = (prop::collection::vec(prop_oneof![6 => Just(0), 1 => -1..=1_i128], 3), 1..=3_i128);
    (securities, 1..=4_i128, 100..=900_i128, away, 0..=20_000_i128).prop_map(
        |((on, off), five_thousands, share, (near, above), spare)| {
            let worth = five_thousands * 500_000;
            let grid = on.len();
            let securities: Vec<Security> = on.into_iter().chain(off).collect();
            let targets: i128 = securities.iter().map(|s| units(s.target.weight(), 3)).sum();
            let none = vec![0; securities.len()];
            let empty = held(&securities, &none, worth, worth * targets * share / 1_000_000);
            let quantities: Vec<i128> = Plain::of(&empty.problem()).best().map_or(none, |best| {
                let counts = best.units.iter().map(|units| units / 1_000_000).enumerate();
                counts.map(|(i, n)| if i < grid { (n + near[i]).max(0) } else { n + above }).collect()
            });
            let value: i128 =
                securities.iter().zip(&quantities).map(|(s, held)| held * units(s.price.amount(), 2)).sum();
            held(&securities, &quantities, worth, value + spare)
        },
    )
}

proptest! {
    // 6,400 times 16 problems: more than 100,000.
    #![proptest_config(ProptestConfig { cases: 6_400 * ProptestConfig::default().cases / 256, ..ProptestConfig::default() })]

    #[test]
    fn the_best_of_all_combinations_is_found_from_holdings_off_the_lattice(
        books in prop::collection::vec(off_the_lattice(), 16),
    ) {
        for book in &books {
            let problem = book.problem();
            match (Plain::of(&problem).best(), solve(&problem, &Limits::default(), &|| false)) {
                (None, Outcome::Infeasible(_)) => {}
                (Some(best), Outcome::Solved(solution)) => {
                    prop_assert_eq!(solution.optimality.objective, money(best.objective));
                    prop_assert!(solution.optimality.proof.is_some());
                    let chosen: Vec<i128> = solution.holdings.iter().map(|h| units(h.quantity_after, 6)).collect();
                    prop_assert_eq!(chosen, best.units);
                }
                other => prop_assert!(false, "{other:?}"),
            }
        }
    }
}
