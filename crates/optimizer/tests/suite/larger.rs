//! A dozen securities with a few dozen counts each, against a dynamic program over the value held: too many
//! combinations to try, and yet every one of them counted.

use crate::builder::{Book, ample, id};
use crate::oracle::{Allowed, Plain, money, units};
use domain::rebalance::Ties;
use domain::{Decimal, Drift, DriftRange, Price, Reserve, Target};
use optimizer::{Outcome, Security, solve};
use proptest::prelude::*;
use std::collections::HashMap;

/// The best of all ways to hold some value with the securities from some position on.
#[derive(Clone, Copy)]
struct Best {
    objective: i128,
    trades: usize,
    traded: i128,
    units: i128,
    value: i128,
}

/// The first of all affordable combinations in the whole order: objective and units.
fn best(plain: &Plain) -> Option<(i128, Vec<i128>)> {
    let mut tables = vec![HashMap::from([(0, Best { objective: 0, trades: 0, traded: 0, units: 0, value: 0 })])];
    for options in plain.allowed.iter().rev() {
        let behind = &tables[tables.len() - 1];
        let mut table: HashMap<i128, Best> = HashMap::with_capacity(behind.len() * 2);
        for (held, rest) in behind {
            for option in options {
                let candidate = with(option, rest);
                let entry = table.entry(held + option.value).or_insert(candidate);
                // Of equals the one that holds more of this security: it is the first of those that are left.
                if (rank(&candidate), -candidate.units) < (rank(entry), -entry.units) {
                    *entry = candidate;
                }
            }
        }
        tables.push(table);
    }
    let all = tables.pop()?;
    let affordable = all.iter().filter(|(held, _)| **held <= plain.room);
    let least = affordable.clone().map(|(_, best)| rank(best)).min()?;
    let equals = affordable.filter(|(_, best)| rank(best) == least);
    let first = equals.map(|(held, best)| follow(&tables, *held, *best)).max()?;
    Some((least.0, first))
}

fn with(option: &Allowed, rest: &Best) -> Best {
    Best {
        objective: rest.objective + option.distance,
        trades: rest.trades + usize::from(option.traded > 0),
        traded: rest.traded + option.traded,
        units: option.units,
        value: option.value,
    }
}

fn rank(best: &Best) -> (i128, usize, i128) {
    (best.objective, best.trades, best.traded)
}

/// The units of each security on the way down the tables.
fn follow(tables: &[HashMap<i128, Best>], held: i128, first: Best) -> Vec<i128> {
    let (mut held, mut step, mut chosen) = (held, first, vec![first.units]);
    for table in tables[1..].iter().rev() {
        held -= step.value;
        step = table[&held];
        chosen.push(step.units);
    }
    chosen
}

/// A dozen securities, prices in whole dollars, cash short by a reserve.
fn dozen() -> impl Strategy<Value = Book> {
    let security = (20..=90_i128, 0..=40_i128, 5..=9_i128, 2..=6_i128);
    (prop::collection::vec(security, 12), 0..=400_i128, 40..=100_i128).prop_map(|(drawn, cash, reserve)| {
        let securities: Vec<Security> = drawn
            .into_iter()
            .enumerate()
            .map(|(index, (price, quantity, target, drift))| {
                let drift = Drift::new(Decimal::new(drift, 2).expect("scale")).expect("a drift");
                Security {
                    id: id(&format!("S{index:02}")),
                    quantity: Decimal::whole(quantity),
                    price: Price::new(Decimal::whole(price)).expect("positive"),
                    target: Target::new(Decimal::new(target, 2).expect("scale")).expect("a target"),
                    drifts: DriftRange::new(drift, drift).expect("equal"),
                    in_model: true,
                }
            })
            .collect();
        let sum: i128 = securities.iter().map(|s| units(s.target.weight(), 3)).sum();
        let fraction = Decimal::new(1000 - sum + reserve * sum / 1000, 3).expect("scale");
        let reserve = Reserve::new(Decimal::ZERO, fraction).expect("a reserve");
        Book { cash: Decimal::whole(cash * 7), securities, reserve }
    })
}

fn targets_fit(book: &Book) -> bool {
    book.securities.iter().map(|s| units(s.target.weight(), 3)).sum::<i128>() <= 950
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn objective_and_choice_of_equals_are_those_of_an_exact_dynamic_program(book in dozen().prop_filter("targets", targets_fit)) {
        let problem = book.problem();
        let plain = Plain::of(&problem);
        match (best(&plain), solve(&problem, &ample(), &|| false)) {
            (None, Outcome::Infeasible(_)) => {}
            (Some((objective, chosen)), Outcome::Solved(solution)) => {
                prop_assert_eq!(solution.optimality.objective, money(objective));
                prop_assert!(solution.optimality.proof.is_some());
                prop_assert_eq!(solution.optimality.ties, Ties::Settled);
                let held: Vec<i128> = solution.holdings.iter().map(|h| units(h.quantity_after, 6)).collect();
                prop_assert_eq!(held, chosen);
            }
            (best, outcome) => prop_assert!(false, "{best:?} {outcome:?}"),
        }
    }
}
