//! The independent calculation finds faults that are planted in a right answer.

use super::super::run::{Drift, Optimality, Transaction};
use super::*;

fn exact(text: &str) -> Exact {
    serde_json::from_str(text).unwrap()
}

fn position(id: &str, price: &str, before: &str, after: &str, band: [&str; 3]) -> Position {
    Position {
        security_id: id.to_owned(),
        price: exact(price),
        original_quantity: exact(before),
        adjusted_quantity: exact(after),
        target: exact(band[0]),
        low_drift: exact(band[1]),
        high_drift: exact(band[2]),
    }
}

/// Worth 1500 in all; with 120 of it spoken for, C goes to 6 instead of 7.
fn example() -> (Answer, Stored) {
    let stored = Stored {
        portfolio_id: "p".to_owned(),
        market_value: exact("1500"),
        cash_before_rebalance: exact("420"),
        cash_after_rebalance: exact("86"),
        positions: vec![
            position("A", "101.00", "10", "6", ["0.40", "0.08", "0.08"]),
            position("B", "133.00", "0", "3", ["0.30", "0.10", "0.10"]),
            position("C", "57.00", "0", "7", ["0.25", "0.10", "0.10"]),
            position("D", "20.00", "3.5", "0.5", ["0", "0", "0"]),
        ],
    };
    let order =
        |side: &str, id: &str, quantity| Transaction { side: side.to_owned(), security_id: id.to_owned(), quantity };
    let answer = Answer {
        portfolio_id: "p".to_owned(),
        portfolio_name: None,
        rebalance_id: None,
        status: "rebalanced".to_owned(),
        failure: None,
        transactions: vec![order("SELL", "A", 4), order("SELL", "D", 3), order("BUY", "B", 3), order("BUY", "C", 7)],
        drifts: Vec::<Drift>::new(),
        optimality: Some(Optimality {
            status: "proven".to_owned(),
            proof: Some("separable".to_owned()),
            objective: exact("91"),
        }),
    };
    (answer, stored)
}

fn wrong(change: impl FnOnce(&mut Answer, &mut Stored)) -> String {
    let (mut answer, mut stored) = example();
    change(&mut answer, &mut stored);
    format!("{:#}", confirm_one(&answer, &stored).expect_err("the fault is planted"))
}

#[test]
fn the_right_answer_is_confirmed() {
    let (answer, stored) = example();
    confirm_one(&answer, &stored).unwrap();
}

#[test]
fn planted_faults_are_found() {
    assert!(wrong(|_, stored| stored.cash_after_rebalance = exact("86.01")).contains("worth after"));
    assert!(wrong(|answer, _| answer.transactions[0].quantity = 5).contains("orders lead elsewhere"));
    assert!(wrong(|answer, _| answer.optimality.as_mut().unwrap().objective = exact("90")).contains("the objective"));
    // B at 4 is inside its band and spends cash that is there, but is farther from the model.
    let farther = wrong(|answer, stored| {
        stored.positions[1].adjusted_quantity = exact("4");
        stored.cash_after_rebalance = exact("-47");
        answer.transactions[2].quantity = 4;
    });
    assert!(farther.contains("overspent"), "{farther}");
    let farther = wrong(|answer, stored| {
        stored.positions[2].adjusted_quantity = exact("6");
        stored.cash_after_rebalance = exact("143");
        answer.transactions[3].quantity = 6;
        answer.optimality.as_mut().unwrap().objective = exact("100");
    });
    assert!(farther.contains("holdings with objective"), "{farther}");
    let outside = wrong(|answer, stored| {
        stored.positions[0].adjusted_quantity = exact("8");
        stored.cash_after_rebalance = exact("-116");
        answer.transactions[0].quantity = 2;
    });
    assert!(outside.contains("overspent"), "{outside}");
    let fraction = wrong(|_, stored| {
        stored.positions[3].adjusted_quantity = exact("0");
        stored.cash_after_rebalance = exact("96");
    });
    assert!(fraction.contains("a fraction of a share"), "{fraction}");
}

#[test]
fn the_table_agrees_with_the_worked_example_of_a_reserve() {
    let (_, stored) = example();
    let all: Vec<_> = stored.positions.iter().map(|p| choices(p, stored.market_value).unwrap()).collect();
    assert_eq!(least_objective(&all, 1380 * ONE * ONE).unwrap(), 100 * ONE * ONE);
    assert!(least_objective(&all, 1000 * ONE * ONE).is_err(), "the bands alone cost more than that");
}
