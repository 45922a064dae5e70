//! Tests of the module `check`: every claim of a solution, tampered with, is refused.

use super::*;
use crate::{Limits, Outcome, Security, solve};
use domain::rebalance::Optimality;
use domain::{Decimal, Drift, DriftRange, Price, Reserve, SecurityId, Target};

fn d(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

fn id(name: &str) -> SecurityId {
    format!("{name:x<24}").parse().expect("an id")
}

fn security(name: &str, quantity: &str, price: &str, target: &str, drift: &str) -> Security {
    let drift = Drift::new(d(drift)).expect("a drift");
    Security {
        id: id(name),
        quantity: d(quantity),
        price: Price::new(d(price)).expect("positive"),
        target: Target::new(d(target)).expect("a target"),
        drifts: DriftRange::new(drift, drift).expect("equal"),
        in_model: target != "0",
    }
}

/// The worked example of the documentation with a reserve of `fraction`.
fn example(fraction: &str) -> Problem {
    let securities = vec![
        security("A", "10", "101.00", "0.40", "0.08"),
        security("B", "0", "133.00", "0.30", "0.10"),
        security("C", "0", "57.00", "0.25", "0.10"),
        security("D", "3.5", "20.00", "0", "0"),
    ];
    Problem::new(d("420.00"), securities, Reserve::new(d("0"), d(fraction)).expect("a reserve")).expect("valid")
}

/// A short of a ten-thousandth of a share, whose cover alone exceeds the band: the count below it would be short again.
#[test]
fn a_covered_short_above_its_band_is_allowed() {
    let securities = vec![security("A", "-0.0001", "1000", "0.04", "0.2"), security("B", "2", "1000", "0", "0")];
    let reserve = Reserve::new(d("0"), d("0")).expect("a reserve");
    let problem = Problem::new(d("100.1"), securities, reserve).expect("valid");
    let solution = solved(&problem);
    assert_eq!(solution.holdings[0].quantity_after, d("0.9999"));
}

/// Two targets that are whole numbers of shares, with 50 to be freed: a dual proof.
fn exact_targets() -> Problem {
    let securities = vec![security("A", "0", "10", "0.5", "0.1"), security("B", "0", "10", "0.45", "0.1")];
    Problem::new(d("1000"), securities, Reserve::new(d("95"), d("0")).expect("a reserve")).expect("valid")
}

fn solved(problem: &Problem) -> Solution {
    match solve(problem, &Limits::default(), &|| false) {
        Outcome::Solved(solution) => solution,
        other => panic!("{other:?}"),
    }
}

/// The error after one change to the solution.
fn tampered(problem: &Problem, change: impl FnOnce(&mut Solution)) -> CheckError {
    let mut solution = solved(problem);
    assert_eq!(check(problem, &solution), Ok(()));
    change(&mut solution);
    check(problem, &solution).expect_err("refused")
}

/// Moves `trade` more units of security `index`, with cash and objective that match.
fn moved(problem: &Problem, solution: &mut Solution, index: usize, trade: i128) {
    let security = &problem.securities()[index];
    let (held, price) = (&mut solution.holdings[index], security.price.amount());
    let add = |a: Decimal, b: Decimal| a.checked_add(b).expect("fits");
    let times = |a: Decimal, b: Decimal| a.checked_mul(b).expect("fits");
    let target = times(problem.market_value(), security.target.weight());
    let distance =
        |units: Decimal| times(units, price).checked_sub(target).and_then(Decimal::checked_abs).expect("fits");
    let before = distance(held.quantity_after);
    held.trade += trade;
    held.quantity_after = add(held.quantity_after, Decimal::whole(trade));
    let change = distance(held.quantity_after).checked_sub(before).expect("fits");
    solution.cash_after = add(solution.cash_after, times(Decimal::whole(-trade), price));
    solution.optimality.objective = add(solution.optimality.objective, change);
    solution.optimality.lower_bound = solution.optimality.objective;
}

fn search_certificate(solution: &mut Solution) {
    solution.certificate = Certificate::Search;
    solution.optimality.proof = Some(Proof::Search);
}

#[test]
fn the_securities_are_those_of_the_problem() {
    let problem = example("0");
    assert_eq!(tampered(&problem, |s| s.holdings.swap(0, 1)), CheckError::WrongSecurities);
    assert_eq!(tampered(&problem, |s| s.holdings.truncate(3)), CheckError::WrongSecurities);
}

#[test]
fn trades_are_whole_shares() {
    let problem = example("0");
    assert_eq!(tampered(&problem, |s| s.holdings[0].trade += 1), CheckError::WrongTrade(id("A")));
    let fractional = |s: &mut Solution| s.holdings[1].quantity_after = d("3.5");
    assert_eq!(tampered(&problem, fractional), CheckError::WrongTrade(id("B")));
    let residue_sold = |s: &mut Solution| s.holdings[3].quantity_after = d("0");
    assert_eq!(tampered(&problem, residue_sold), CheckError::WrongTrade(id("D")));
}

#[test]
fn nothing_is_held_short() {
    let problem = example("0");
    assert_eq!(tampered(&problem, |s| moved(&problem, s, 3, -1)), CheckError::Short(id("D")));
}

#[test]
fn every_holding_is_in_its_band_or_next_to_it_for_a_residue() {
    let problem = example("0");
    assert_eq!(tampered(&problem, |s| moved(&problem, s, 0, -2)), CheckError::OutsideBand(id("A")));
    assert_eq!(tampered(&problem, |s| moved(&problem, s, 1, 2)), CheckError::OutsideBand(id("B")));
    // The residue excuses 0.5 units of what the model does not list, not 1.5.
    assert_eq!(tampered(&problem, |s| moved(&problem, s, 3, 1)), CheckError::OutsideBand(id("D")));
}

#[test]
fn the_cash_is_exact_and_keeps_the_reserve() {
    let problem = example("0.08");
    assert_eq!(tampered(&problem, |s| s.cash_after = d("143.01")), CheckError::WrongCash);
    assert_eq!(tampered(&problem, |s| s.cash_after = d("143.0000000000001")), CheckError::WrongCash);
    assert_eq!(tampered(&problem, |s| moved(&problem, s, 2, 1)), CheckError::Overspent);
}

#[test]
fn the_objective_is_exact_and_not_below_its_bound() {
    let problem = example("0.08");
    assert_eq!(tampered(&problem, |s| s.optimality.objective = d("99.99")), CheckError::WrongObjective);
    assert_eq!(tampered(&problem, |s| s.optimality.lower_bound = d("99.99")), CheckError::WrongBound);
    assert_eq!(tampered(&problem, |s| s.optimality.lower_bound = d("100.01")), CheckError::WrongBound);
}

#[test]
fn a_gap_is_a_gap() {
    let problem = example("0.08");
    let gap = |bound: &'static str| {
        move |s: &mut Solution| {
            s.certificate = Certificate::Gap;
            s.optimality = Optimality { proof: None, lower_bound: d(bound), ..s.optimality };
        }
    };
    assert_eq!(tampered(&problem, gap("100")), CheckError::WrongBound);
    let mut solution = solved(&problem);
    gap("99")(&mut solution);
    assert_eq!(check(&problem, &solution), Ok(()));
}

#[test]
fn the_proof_named_is_the_one_given() {
    let problem = example("0.08");
    assert_eq!(tampered(&problem, |s| s.optimality.proof = Some(Proof::Dual)), CheckError::WrongProof);
    assert_eq!(tampered(&problem, |s| s.optimality.proof = None), CheckError::WrongProof);
}

#[test]
fn a_separable_proof_has_every_security_at_its_nearest_count() {
    let problem = example("0");
    assert_eq!(tampered(&problem, |s| moved(&problem, s, 2, -1)), CheckError::NotNearest(id("C")));
}

#[test]
fn a_search_proof_is_refuted_by_one_share() {
    let problem = example("0");
    let below = |s: &mut Solution| {
        moved(&problem, s, 2, -1);
        search_certificate(s);
    };
    assert_eq!(tampered(&problem, below), CheckError::Improvable(id("C")));
    let problem = example("0.08");
    let above = |s: &mut Solution| {
        moved(&problem, s, 0, -1);
        moved(&problem, s, 2, -1);
        moved(&problem, s, 1, 1);
    };
    assert_eq!(tampered(&problem, above), CheckError::Improvable(id("B")));
}

#[test]
fn a_search_proof_is_refuted_by_any_of_few_combinations() {
    let problem = example("0.08");
    // One share of A less in place of one of C: no single share mends that.
    let worse = |s: &mut Solution| {
        moved(&problem, s, 2, 1);
        moved(&problem, s, 0, -1);
    };
    assert_eq!(tampered(&problem, worse), CheckError::NotOptimal);
}

#[test]
fn a_separable_proof_takes_the_equally_near_count_that_trades_less() {
    let halfway = vec![security("A", "0", "10", "0.025", "0.02")];
    let problem = Problem::new(d("1000"), halfway, Reserve::NONE).expect("valid");
    assert_eq!(solved(&problem).holdings[0].trade, 2);
    assert_eq!(tampered(&problem, |s| moved(&problem, s, 0, 1)), CheckError::NotNearest(id("A")));
    assert_eq!(tampered(&problem, |s| s.optimality.ties = Ties::Open), CheckError::WrongBound);
}

#[test]
fn a_dual_proof_is_computed_anew() {
    let problem = exact_targets();
    assert_eq!(solved(&problem).optimality.proof, Some(Proof::Dual));
    let multiplier =
        |numerator, denominator| move |s: &mut Solution| s.certificate = Certificate::Dual { numerator, denominator };
    for (numerator, denominator) in [(1, 2), (0, 1), (-1, 1), (2, 1), (1, 0), (1, -1)] {
        assert_eq!(tampered(&problem, multiplier(numerator, denominator)), CheckError::BoundNotReached);
    }
    assert_eq!(tampered(&problem, |s| moved(&problem, s, 0, -1)), CheckError::BoundNotReached);
}

#[test]
fn a_dual_claim_where_only_a_search_proves_is_refused() {
    let problem = example("0.08");
    let claim = |s: &mut Solution| {
        s.certificate = Certificate::Dual { numerator: 9, denominator: 57 };
        s.optimality.proof = Some(Proof::Dual);
    };
    assert_eq!(tampered(&problem, claim), CheckError::BoundNotReached);
}

#[test]
fn amounts_beyond_exact_arithmetic_are_refused() {
    let problem = example("0");
    let enormous = |s: &mut Solution| s.holdings[0].trade = i128::MAX;
    assert!(matches!(tampered(&problem, enormous), CheckError::WrongTrade(_) | CheckError::Overflow));
    let fine = |s: &mut Solution| s.cash_after = Decimal::new(1, 38).expect("a scale within bounds");
    assert_eq!(tampered(&problem, fine), CheckError::WrongCash);
}
