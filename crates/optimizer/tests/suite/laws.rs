//! Laws that hold for every problem, whatever its size.

use crate::builder::{Book, ample};
use crate::oracle::Plain;
use crate::shapes::book;
use domain::rebalance::Ties;
use domain::{Decimal, Reserve};
use minilp::{ComparisonOp, OptimizationDirection, Problem as Relaxation};
use optimizer::{Limits, Outcome, Problem, Security, Solution, check::check, solve};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

fn answer(problem: &Problem) -> Outcome {
    solve(problem, &Limits::default(), &|| false)
}

/// The problem of the portfolio after the trades.
fn afterwards(problem: &Problem, solution: &Solution) -> Problem {
    let after = |(s, h): (&Security, &optimizer::HoldingAfter)| Security { quantity: h.quantity_after, ..*s };
    let securities = problem.securities().iter().zip(&solution.holdings).map(after).collect();
    Problem::new(solution.cash_after, securities, problem.reserve()).expect("still within bounds")
}

proptest! {
    #[test]
    fn solving_again_after_the_trades_proposes_nothing(books in prop::collection::vec(book(12, 60), 4)) {
        for book in &books {
            let problem = book.problem();
            let Outcome::Solved(solution) = solve(&problem, &ample(), &|| false) else { continue };
            // About one in 2,000 of these awkward books is harder than that, and says so.
            if solution.optimality.proof.is_none() {
                continue;
            }
            let again = afterwards(&problem, &solution);
            prop_assert_eq!(again.market_value(), problem.market_value());
            let Outcome::Solved(second) = solve(&again, &ample(), &|| false) else { panic!("the holdings are admissible") };
            prop_assert!(second.holdings.iter().all(|holding| holding.trade == 0));
            prop_assert_eq!(second.optimality.objective, solution.optimality.objective);
            prop_assert_eq!(second.optimality.ties, Ties::Settled);
        }
    }

    #[test]
    fn the_order_of_the_securities_changes_nothing(book in book(12, 60), shift in 0_usize..12) {
        let mut turned = book.clone();
        let by = shift % turned.securities.len();
        turned.securities.rotate_left(by);
        turned.securities.reverse();
        prop_assert_eq!(answer(&turned.problem()), answer(&book.problem()));
    }

    #[test]
    fn a_search_that_is_limited_answers_with_a_gap_that_holds(books in prop::collection::vec(book(12, 60), 4), nodes in 0_u64..30) {
        for book in &books {
            let problem = book.problem();
            let limits = Limits { nodes, tie_nodes: nodes, memory_bytes: 256 };
            match (answer(&problem), solve(&problem, &limits, &|| false)) {
                (Outcome::Solved(best), Outcome::Solved(limited)) => {
                    let objective = best.optimality.objective;
                    prop_assert!(limited.optimality.lower_bound <= objective);
                    prop_assert!(objective <= limited.optimality.objective);
                    let closed = limited.optimality.lower_bound == limited.optimality.objective;
                    prop_assert_eq!(limited.optimality.proof.is_some(), closed);
                    prop_assert!(!limited.optimality.cut_short);
                    prop_assert_eq!(check(&problem, &limited), Ok(()));
                }
                (Outcome::Infeasible(a), Outcome::Infeasible(b)) => prop_assert_eq!(a, b),
                (a, b) => prop_assert!(false, "{a:?} {b:?}"),
            }
        }
    }

    #[test]
    fn the_linear_relaxation_is_never_above_the_objective(books in prop::collection::vec(book(10, 60), 4)) {
        for book in &books {
            let problem = book.problem();
            let Outcome::Solved(solution) = answer(&problem) else { continue };
            let objective = float(solution.optimality.objective);
            let relaxed = relaxation(&problem, &Plain::of(&problem));
            prop_assert!(relaxed <= objective + 1e-6 * (1.0 + objective), "{relaxed} > {objective}");
        }
    }
}

fn float(value: Decimal) -> f64 {
    value.to_string().parse().expect("a number")
}

/// The least objective when units may be any fraction between the least and the most that is allowed.
fn relaxation(problem: &Problem, plain: &Plain) -> f64 {
    let mut relaxation = Relaxation::new(OptimizationDirection::Minimize);
    let mut spent = Vec::new();
    let worth = float(problem.market_value());
    for (security, allowed) in problem.securities().iter().zip(&plain.allowed) {
        let values = || allowed.iter().map(|one| float(crate::oracle::money(one.value)));
        let bounds = (values().fold(f64::INFINITY, f64::min), values().fold(0.0, f64::max));
        let value = relaxation.add_var(0.0, bounds);
        let distance = relaxation.add_var(1.0, (0.0, f64::INFINITY));
        let target = worth * float(security.target.weight());
        relaxation.add_constraint([(distance, 1.0), (value, 1.0)], ComparisonOp::Ge, target);
        relaxation.add_constraint([(distance, 1.0), (value, -1.0)], ComparisonOp::Ge, -target);
        spent.push((value, 1.0));
    }
    relaxation.add_constraint(spent, ComparisonOp::Le, float(crate::oracle::money(plain.room)));
    relaxation.solve().expect("feasible").into_solution().expect("a solution").objective()
}

#[test]
fn a_portfolio_without_anything_is_left_alone_whatever_the_reserve() {
    let book =
        Book::new("0.00").listed("A", "0", "101.00", "0.40", "0.08").unlisted("B", "0", "7").reserve("5000", "1");
    let Outcome::Solved(solution) = answer(&book.problem()) else { panic!("nothing to trade") };
    assert!(solution.holdings.iter().all(|holding| holding.trade == 0));
    assert_eq!(solution.cash_after, Decimal::ZERO);
    assert_eq!(solution.optimality.objective, Decimal::ZERO);
}

#[test]
fn a_portfolio_that_owes_what_it_holds_sells_everything() {
    let book = Book::new("-350.00").listed("A", "3", "100.00", "0.40", "0.08").unlisted("B", "5", "10");
    let Outcome::Solved(solution) = answer(&book.problem()) else { panic!("feasible") };
    assert_eq!(solution.holdings.iter().map(|h| h.trade).collect::<Vec<_>>(), [-3, -5]);
    assert_eq!(solution.cash_after, Decimal::ZERO);
}

#[test]
fn a_residue_of_a_portfolio_worth_nothing_is_named() {
    let book = Book::new("-350.00").listed("A", "3.5", "100.00", "0.40", "0.08");
    let Outcome::Infeasible(reasons) = answer(&book.problem()) else { panic!("the residue cannot be sold") };
    assert_eq!(
        reasons.iter().map(optimizer::InfeasibleReason::code).collect::<Vec<_>>(),
        ["cash_short", "fractional_residue"]
    );
}

#[test]
fn shorts_are_covered() {
    let book = Book::new("20000").unlisted("A", "-35.5", "100").listed("B", "-2", "50", "0.1", "0.05");
    let Outcome::Solved(solution) = answer(&book.problem()) else { panic!("feasible") };
    assert_eq!(solution.holdings[0].quantity_after.to_string(), "0.5");
    assert_eq!(solution.holdings[0].trade, 36);
    assert_eq!(solution.holdings[1].quantity_after.to_string(), "33");
}

#[test]
fn a_reserve_above_what_is_left_is_infeasible() {
    let book = Book::new("100").listed("A", "0", "10", "0.5", "0.5").reserve("101", "0");
    let Outcome::Infeasible(reasons) = answer(&book.problem()) else { panic!("the reserve is above everything") };
    assert_eq!(reasons[0].code(), "cash_short");
    assert!(reasons[0].to_string().ends_with(": 1 is missing"), "{}", reasons[0]);
}

#[test]
fn a_callback_that_stops_at_once_leaves_no_answer() {
    let problem = Book::new("100").listed("A", "0", "10", "0.5", "0.5").problem();
    assert_eq!(solve(&problem, &Limits::default(), &|| true), Outcome::Stopped);
}

#[test]
fn holdings_that_are_optimal_are_not_traded_for_equals() {
    // Either security may give up the five shares that the reserve needs.
    let book = |a, b| {
        Book::new("100").listed("A", a, "10", "0.5", "0.1").listed("B", b, "10", "0.4", "0.1").reserve("150", "0")
    };
    for (a, b) in [("50", "35"), ("45", "40"), ("47", "38")] {
        let cash = 1000 - 10 * (a.parse::<i64>().expect("a number") + b.parse::<i64>().expect("a number"));
        let book = Book { cash: Decimal::whole(cash.into()), ..book(a, b) };
        let Outcome::Solved(solution) = answer(&book.problem()) else { panic!("feasible") };
        assert!(solution.holdings.iter().all(|holding| holding.trade == 0), "{a} {b}");
        assert_eq!(solution.optimality.ties, Ties::Settled);
    }
}

#[test]
fn the_answer_is_the_same_whoever_asks_about_the_time() {
    let problem = Book::new("1000").listed("A", "0", "30.01", "0.95", "0.2").reserve("0", "0.1").problem();
    let polled = std::cell::Cell::new(0);
    let counting = || {
        polled.set(polled.get() + 1);
        false
    };
    assert_eq!(solve(&problem, &Limits::default(), &counting), answer(&problem));
    assert!(polled.get() > 0);
    assert_eq!(problem.reserve(), Reserve::new(Decimal::ZERO, "0.1".parse().expect("a decimal")).expect("valid"));
}

/// How far the usual limits reach, on the same awkward books each time: nearly always to a proof.
#[test]
fn the_usual_limits_nearly_always_suffice_for_a_proof() {
    let (mut runner, books) = (TestRunner::deterministic(), book(12, 60));
    let (mut solved, mut gaps) = (0, 0);
    for _ in 0..4_000 {
        let problem = books.new_tree(&mut runner).expect("a book").current().problem();
        if let Outcome::Solved(solution) = answer(&problem) {
            solved += 1;
            gaps += usize::from(solution.optimality.proof.is_none());
        }
    }
    assert!(solved > 1_000, "{solved}");
    assert!(gaps * 100 <= solved, "{gaps} of {solved}");
}
