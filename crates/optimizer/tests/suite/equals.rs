//! Equals have a budget of their own: however many there are, choosing among them costs no more than the proof did, or a
//! few hundred microseconds.

use crate::builder::{Book, id};
use domain::rebalance::Ties;
use domain::{Decimal, Drift, DriftRange, Price, Reserve, Target};
use optimizer::{Limits, Outcome, Problem, Security, Solution, solve};
use proptest::prelude::*;

fn solved(problem: &Problem, limits: &Limits) -> Option<Solution> {
    match solve(problem, limits, &|| false) {
        Outcome::Solved(solution) => Some(solution),
        Outcome::Infeasible(_) => None,
        other => panic!("{other:?}"),
    }
}

#[test]
fn ten_positions_with_a_reserve_of_six_percent_cost_little_more_than_their_proof() {
    let mut book = Book::new("1000000").reserve("0", "0.06");
    for (index, price) in ["45.13", "101.77", "88.02", "23.91", "150.40", "64.35", "12.99", "77.70", "39.21", "58.66"]
        .into_iter()
        .enumerate()
    {
        book = book.listed(&format!("S{index}"), "0", price, "0.095", "0.02");
    }
    let problem = book.problem();
    let proof = solved(&problem, &Limits { tie_nodes: 0, ..Limits::default() }).expect("feasible");
    let both = solved(&problem, &Limits::default()).expect("feasible");
    assert!(proof.optimality.proof.is_some() && both.optimality.proof == proof.optimality.proof);
    assert_eq!(both.optimality.objective, proof.optimality.objective);
    assert!(both.nodes <= 2 * proof.nodes + Limits::default().tie_nodes, "{} {}", both.nodes, proof.nodes);
}

/// Accounts that hold nothing but cash, of which a reserve keeps enough back that many combinations free the same amount.
fn many_equals() -> impl Strategy<Value = Book> {
    let one = (5..=200_i128, prop_oneof![Just(100_i128), Just(50), Just(1)], 1..=5_i128, 1..=30_i128);
    (prop::collection::vec(one, 2..=12), 1..=400_i128, 51..=400_i128).prop_map(|(drawn, hundreds, reserve)| {
        let targets: i128 = drawn.iter().map(|one| one.2).sum();
        let named = drawn.into_iter().enumerate();
        let securities = named
            .map(|(index, (price, cents, target, drift))| {
                let drift = Drift::new(Decimal::new(drift, 2).expect("a scale")).expect("a drift");
                let target = Decimal::new(target * 190 / targets * 5, 3).expect("a scale");
                Security {
                    id: id(&format!("S{index:02}")),
                    quantity: Decimal::ZERO,
                    price: Price::new(Decimal::new(price * cents, 2).expect("a scale")).expect("positive"),
                    target: Target::new(target).expect("a target"),
                    drifts: DriftRange::new(drift, drift).expect("equal"),
                    in_model: true,
                }
            })
            .collect();
        let fraction = Decimal::new(reserve, 3).expect("a scale");
        let reserve = Reserve::new(Decimal::ZERO, fraction).expect("a reserve");
        Book { cash: Decimal::whole(hundreds * 100), securities, reserve }
    })
}

proptest! {
    // 6,400 times 16 problems: more than 100,000.
    #![proptest_config(ProptestConfig { cases: 6_400 * ProptestConfig::default().cases / 256, ..ProptestConfig::default() })]

    #[test]
    fn choosing_among_equals_stays_within_its_budget_and_changes_no_objective(
        books in prop::collection::vec(many_equals(), 16),
    ) {
        for book in &books {
            let problem = book.problem();
            let without = Limits { nodes: 20_000, tie_nodes: 0, memory_bytes: 1 << 16 };
            let with = Limits { tie_nodes: 500, ..without };
            let (Some(proof), Some(both)) = (solved(&problem, &without), solved(&problem, &with)) else { continue };
            prop_assert_eq!(both.optimality.objective, proof.optimality.objective);
            prop_assert_eq!(both.optimality.proof, proof.optimality.proof);
            prop_assert!(both.nodes <= 2 * proof.nodes + with.tie_nodes, "{} {}", both.nodes, proof.nodes);
            if proof.optimality.ties == Ties::Settled && both.optimality.ties == Ties::Settled {
                prop_assert_eq!(both.holdings, proof.holdings);
            }
        }
    }
}
