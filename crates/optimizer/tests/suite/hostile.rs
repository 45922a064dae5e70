//! Numbers chosen to keep a search busy: amounts of fourteen digits over prices of pennies, so that counts and sums are
//! astronomical while securities are few. A search that goes through numbers one by one, without asking whether to stop,
//! never comes back; nextest ends it.

use crate::builder::{Book, id};
use domain::{Decimal, Drift, DriftRange, Price, Reserve, Target};
use optimizer::{Limits, Outcome, Security, check::check, solve};
use proptest::prelude::*;
use std::cell::Cell;

#[test]
fn two_penny_shares_and_sixty_trillion_are_solved_or_given_up() {
    let book = Book::new("60000000000000")
        .listed("A", "0", "0.69", "0.50", "0.50")
        .listed("B", "0", "0.50", "0.45", "0.50")
        .reserve("0", "0.28");
    let outcome = solve(&book.problem(), &Limits::default(), &|| false);
    let Outcome::Solved(solution) = outcome else { panic!("{outcome:?}") };
    assert!(solution.nodes <= Limits::default().nodes + Limits::default().tie_nodes.max(solution.nodes / 2 + 1));
}

/// A price of few or many digits.
fn price() -> impl Strategy<Value = Price> {
    let units = prop_oneof![
        3 => (1..=300_i128).prop_map(|n| (n, 2)),
        2 => (1..=99_999_i128).prop_map(|n| (n, 4)),
        2 => (1..=99_999_999_i128).prop_map(|n| (n, 8)),
        1 => (1..=10_i128).prop_map(|n| (n * 100_000, 0)),
    ];
    units.prop_map(|(n, scale)| Price::new(Decimal::new(n, scale).expect("a scale")).expect("positive"))
}

fn securities() -> impl Strategy<Value = Vec<Security>> {
    let one = (price(), 1..=60_i128, 0..=1_000_000_i128, 0..=1_000_000_i128, 0..=10_i128.pow(9));
    prop::collection::vec(one, 1..=4).prop_map(|drawn| {
        let named = drawn.into_iter().enumerate();
        named
            .map(|(index, (price, target, a, b, quantity))| {
                let drift = |units| Drift::new(Decimal::new(units, 6).expect("a scale")).expect("a drift");
                Security {
                    id: id(&format!("S{index}")),
                    quantity: Decimal::whole(if quantity % 3 == 0 { quantity } else { 0 }),
                    price,
                    target: Target::new(Decimal::new(target.min(38) * 5, 3).expect("a scale")).expect("a target"),
                    drifts: DriftRange::new(drift(a.min(b)), drift(a.max(b))).expect("low not above high"),
                    in_model: true,
                }
            })
            .collect()
    })
}

/// Few securities, and cash of up to fourteen digits.
fn hostile() -> impl Strategy<Value = Book> {
    let cash = (0..=14_u32, 1..=9_i128, 0..=99_999_999_i128, 0..=2_u32);
    (securities(), cash, 0..=999_999_i128).prop_map(|(securities, (digits, lead, tail, scale), reserve)| {
        let whole = lead * 10_i128.pow(digits) + tail % 10_i128.pow(digits);
        let fraction = Decimal::new(reserve, 6).expect("a scale");
        Book {
            cash: Decimal::new(whole * 10_i128.pow(scale) + tail % 10_i128.pow(scale), scale).expect("a scale"),
            securities,
            reserve: Reserve::new(Decimal::ZERO, fraction).expect("a reserve"),
        }
    })
}

proptest! {
    // 6,400 times 16 problems: more than 100,000.
    #![proptest_config(ProptestConfig { cases: 6_400 * ProptestConfig::default().cases / 256, ..ProptestConfig::default() })]

    #[test]
    fn every_problem_ends_within_its_limits_and_at_once_when_it_is_told_to(
        books in prop::collection::vec(hostile(), 16),
        polls in 1..=4_u32,
    ) {
        let limits = Limits { nodes: 3_000, tie_nodes: 300, memory_bytes: 1 << 14 };
        for book in &books {
            let Ok(problem) = optimizer::Problem::new(book.cash, book.securities.clone(), book.reserve) else { continue };
            let asked = Cell::new(0);
            let stop = || {
                asked.set(asked.get() + 1);
                asked.get() >= polls
            };
            match solve(&problem, &limits, &stop) {
                Outcome::Solved(solution) => {
                    prop_assert_eq!(check(&problem, &solution), Ok(()));
                    // Once told to stop, nothing asks again: the rest is a straight line.
                    prop_assert!(asked.get() <= polls);
                    prop_assert_eq!(solution.optimality.cut_short, asked.get() == polls);
                    prop_assert!(solution.nodes <= 2 * limits.nodes + limits.tie_nodes);
                }
                Outcome::Infeasible(reasons) => prop_assert!(!reasons.is_empty()),
                Outcome::Stopped => prop_assert_eq!(polls, 1),
                Outcome::Rejected(error) => prop_assert!(false, "{error}"),
            }
        }
    }
}
