//! The worked example of the documentation, without and with a reserve.

use crate::builder::{Book, d};
use domain::rebalance::{Proof, Reason, Ties};
use optimizer::{Limits, Outcome, Solution, solve};

fn example() -> Book {
    Book::new("420.00")
        .listed("A", "10", "101.00", "0.40", "0.08")
        .listed("B", "0", "133.00", "0.30", "0.10")
        .listed("C", "0", "57.00", "0.25", "0.10")
        .unlisted("D", "3.5", "20.00")
}

fn solved(book: &Book) -> Solution {
    match solve(&book.problem(), &Limits::default(), &|| false) {
        Outcome::Solved(solution) => solution,
        other => panic!("{other:?}"),
    }
}

fn units(solution: &Solution) -> Vec<String> {
    solution.holdings.iter().map(|h| h.quantity_after.to_string()).collect()
}

#[test]
fn the_market_value_is_that_of_cash_and_holdings() {
    assert_eq!(example().problem().market_value(), d("1500"));
}

#[test]
fn without_a_reserve_every_security_goes_to_its_nearest_count() {
    let solution = solved(&example());
    assert_eq!(units(&solution), ["6", "3", "7", "0.5"]);
    let trades: Vec<i128> = solution.holdings.iter().map(|h| h.trade).collect();
    assert_eq!(trades, [-4, 3, 7, -3]);
    let optimality = solution.optimality;
    assert_eq!(optimality.proof, Some(Proof::Separable));
    assert_eq!((optimality.objective, optimality.lower_bound, optimality.ties), (d("91"), d("91"), Ties::Settled));
    assert_eq!(solution.cash_after, d("86"));
    let reasons: Vec<Reason> = solution.holdings.iter().map(|h| h.reason).collect();
    let rounding = Reason::WholeShareRounding;
    assert_eq!(reasons, [rounding, rounding, rounding, Reason::FractionalResidue]);
}

#[test]
fn a_reserve_of_eight_percent_lowers_the_security_whose_first_step_is_cheapest() {
    let solution = solved(&example().reserve("0", "0.08"));
    assert_eq!(units(&solution), ["6", "3", "6", "0.5"]);
    let optimality = solution.optimality;
    assert_eq!(optimality.proof, Some(Proof::Search));
    assert_eq!((optimality.objective, optimality.lower_bound, optimality.ties), (d("100"), d("100"), Ties::Settled));
    assert_eq!(solution.cash_after, d("143"));
    assert_eq!(solution.holdings[2].reason, Reason::CashLimit);
}
