//! The solver agrees with trying every combination, in everything: feasibility, objective, proof and choice of equals.
//! `PROPTEST_CASES` makes the run longer; every case holds sixteen problems.

use crate::builder::Book;
use crate::oracle::{Plain, money, units};
use crate::shapes::book;
use domain::rebalance::Ties;
use optimizer::{Limits, Outcome, solve};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use std::cell::Cell;

/// Combinations that are worth trying one by one.
const MOST_COMBINATIONS: usize = 3_000;

/// Compares the answers when the combinations can be tried; whether they can.
fn agrees(book: &Book) -> Result<bool, TestCaseError> {
    let problem = book.problem();
    let plain = Plain::of(&problem);
    if plain.combinations() > MOST_COMBINATIONS {
        return Ok(false);
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
    Ok(true)
}

/// Runs the property, and fails when fewer than `least` of 100 books were small enough to be compared.
fn compared(books: impl Strategy<Value = Book>, least: usize) {
    let (tried, seen) = (Cell::new(0_usize), Cell::new(0_usize));
    let mut runner = TestRunner::new(ProptestConfig { source_file: Some(file!()), ..ProptestConfig::default() });
    let run = runner.run(&prop::collection::vec(books, 16), |books| {
        for book in &books {
            seen.set(seen.get() + 1);
            tried.set(tried.get() + usize::from(agrees(book)?));
        }
        Ok(())
    });
    if let Err(error) = run {
        panic!("{error}\n{runner}");
    }
    assert!(tried.get() * 100 >= seen.get() * least, "only {} of {} books were compared", tried.get(), seen.get());
}

#[test]
fn the_best_of_all_combinations_is_found() {
    compared(book(4, 8), 50);
}

#[test]
fn the_best_of_all_combinations_of_more_securities_is_found() {
    compared(book(8, 2), 50);
}
