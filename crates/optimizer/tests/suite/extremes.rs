//! The bounds of exact arithmetic: whatever is within them is solved or refused for a reason, never by overflow.

use crate::builder::{d, id};
use domain::{Decimal, Drift, DriftRange, Price, Reserve, Target};
use optimizer::{Limits, Outcome, Problem, Security, solve};
use proptest::prelude::*;

fn decimal(units: i128, scale: u32) -> Decimal {
    Decimal::new(units, scale).expect("a scale within bounds")
}

/// Prices of any size with 8 decimals, the least and the greatest among them.
fn price() -> impl Strategy<Value = Price> {
    let units = prop_oneof![
        Just(1),
        Just(10_i128.pow(17) - 1),
        (0..17_u32, 1..=9_i128, 0..=99_999_i128)
            .prop_map(|(digits, lead, tail)| lead * 10_i128.pow(digits) + tail % 10_i128.pow(digits)),
    ];
    units.prop_map(|units| Price::new(decimal(units, 8)).expect("positive"))
}

/// A value of up to some 10^14, as a quantity of what costs `price`, with 8 decimals.
fn quantity(price: Price, (digits, lead, tail): (u32, i128, i128)) -> Decimal {
    let value = lead * 10_i128.pow(digits) + tail;
    let units = value.checked_mul(10_i128.pow(8)).expect("fits") / price.amount().units_at(8).expect("8 decimals");
    decimal(units, 8)
}

fn security(index: usize) -> impl Strategy<Value = Security> {
    let value = (0..21_u32, -2..=4_i128, 0..=10_i128.pow(8));
    let drift = (0..=1_000_000_i128, 0..=1_000_000_i128);
    (price(), value, 0..=9_i128, drift, prop::bool::weighted(0.9)).prop_map(
        move |(price, value, steps, (a, b), in_model)| {
            let drift = |units| Drift::new(decimal(units, 6)).expect("a drift");
            let drifts = DriftRange::new(drift(a.min(b)), drift(a.max(b))).expect("low not above high");
            Security {
                id: id(&format!("S{index}")),
                quantity: quantity(price, value),
                price,
                target: if in_model { Target::new(decimal(steps * 10, 3)).expect("a target") } else { Target::ZERO },
                drifts: if in_model { drifts } else { DriftRange::ZERO },
                in_model,
            }
        },
    )
}

fn problem(count: usize) -> impl Strategy<Value = Option<Problem>> {
    let securities = (1..=count).prop_flat_map(|n| (0..n).map(security).collect::<Vec<_>>());
    let cash = (0..22_u32, -9..=9_i128, 0..=10_i128.pow(8));
    let reserve = (0..=999_999_i128, 0..10_u8);
    (securities, cash, reserve).prop_map(|(securities, (digits, lead, tail), (fraction, kind))| {
        let cash = decimal(lead * 10_i128.pow(digits) + tail, 8);
        let fraction = if kind < 5 { 0 } else { fraction / i128::from(kind) };
        let reserve = Reserve::new(decimal(fraction, 8), decimal(fraction, 6)).expect("a reserve");
        Problem::new(cash, securities, reserve).ok()
    })
}

proptest! {
    #[test]
    fn no_amount_within_the_bounds_overflows(problems in prop::collection::vec(problem(10), 8)) {
        let limits = Limits { nodes: 2_000, tie_nodes: 200, memory_bytes: 1 << 16 };
        for problem in problems.iter().flatten() {
            match solve(problem, &limits, &|| false) {
                Outcome::Solved(solution) => prop_assert!(solution.optimality.lower_bound <= solution.optimality.objective),
                Outcome::Infeasible(reasons) => {
                    prop_assert!(!reasons.is_empty());
                    prop_assert!(reasons.iter().all(|reason| !reason.to_string().is_empty()));
                }
                other => prop_assert!(false, "{other:?}: {problem:?}"),
            }
        }
    }
}

#[test]
fn a_binding_problem_at_the_bound_is_solved() {
    // 36 securities of two dozen digits each, cash short by a reserve: sums near the limit of 128 bits.
    let securities: Vec<Security> = (0..36)
        .map(|index| Security {
            id: id(&format!("S{index:02}")),
            quantity: decimal(1, 8),
            price: Price::new(decimal(10_i128.pow(17) - 1 - index * 7_919, 8)).expect("positive"),
            target: Target::new(d("0.025")).expect("a target"),
            drifts: DriftRange::new(Drift::new(d("0.000001")).expect("ok"), Drift::new(d("1")).expect("ok"))
                .expect("ok"),
            in_model: true,
        })
        .collect();
    let cash = d("999999000000000.00000001");
    let reserve = Reserve::new(d("0.00000001"), d("0.100001")).expect("a reserve");
    let problem = Problem::new(cash, securities, reserve).expect("within bounds");
    let outcome = solve(&problem, &Limits { nodes: 10_000, memory_bytes: 1 << 20, ..Limits::default() }, &|| false);
    assert!(matches!(outcome, Outcome::Solved(_) | Outcome::Infeasible(_)), "{outcome:?}");
}
