//! The solver agrees with trying every combination, in everything: feasibility, objective, proof and choice of equals.
//! `PROPTEST_CASES` makes the run longer; every case holds sixteen problems.

use crate::builder::Book;
use crate::oracle::{Plain, money, units};
use crate::shapes::book;
use domain::rebalance::Ties;
use optimizer::{Limits, Outcome, solve};
use proptest::prelude::*;

/// Combinations that are worth trying one by one.
const MOST_COMBINATIONS: usize = 3_000;

fn agrees(book: &Book) -> Result<(), TestCaseError> {
    let problem = book.problem();
    let plain = Plain::of(&problem);
    if plain.combinations() > MOST_COMBINATIONS {
        return Ok(());
    }
    let outcome = solve(&problem, &Limits::default(), &|| false);
    match (plain.best(), outcome) {
        (None, Outcome::Infeasible(reasons)) => prop_assert!(!reasons.is_empty()),
        (Some(best), Outcome::Solved(solution)) => {
            prop_assert_eq!(solution.optimality.objective, money(best.objective));
            prop_assert_eq!(solution.optimality.lower_bound, money(best.objective));
            prop_assert!(solution.optimality.proof.is_some());
            prop_assert_eq!(solution.optimality.ties, Ties::Settled);
            let chosen: Vec<i128> = solution.holdings.iter().map(|h| units(h.quantity_after, 6)).collect();
            prop_assert_eq!(chosen, best.units, "objective {}", money(best.objective));
        }
        (best, outcome) => prop_assert!(false, "every combination: {best:?}, solver: {outcome:?}"),
    }
    Ok(())
}

proptest! {
    #[test]
    fn the_best_of_all_combinations_is_found(books in prop::collection::vec(book(4, 8), 16)) {
        for book in &books {
            agrees(book)?;
        }
    }

    #[test]
    fn the_best_of_all_combinations_of_more_securities_is_found(books in prop::collection::vec(book(8, 2), 16)) {
        for book in &books {
            agrees(book)?;
        }
    }
}
