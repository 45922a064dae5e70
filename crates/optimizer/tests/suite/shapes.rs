//! Problems of awkward shapes: tiny accounts, pricey shares, zero bands, whole bands, shorts, fractional holdings,
//! negative cash, price grids, reserves, accounts worth nothing or less.

use crate::builder::{Book, id};
use domain::{Decimal, Drift, DriftRange, Price, Reserve, Target};
use optimizer::Security;
use proptest::prelude::*;

fn decimal(units: i128, scale: u32) -> Decimal {
    Decimal::new(units, scale).expect("a scale within bounds")
}

/// Units held: none, whole, fractional, short.
fn quantity(most: i128) -> impl Strategy<Value = Decimal> {
    prop_oneof![
        3 => Just(decimal(0, 0)),
        4 => (0..=most).prop_map(|units| decimal(units, 0)),
        1 => (1..=most * 4).prop_map(|units| decimal(units * 25, 2)),
        1 => (-most..=most).prop_map(|units| decimal(units * 1000 + 3, 3)),
        1 => (-2..=-1_i128).prop_map(|units| decimal(units, 0)),
        1 => (-5..=-1_i128).prop_map(|units| decimal(units * 5, 1)),
    ]
}

/// A price: on a grid, in cents, finer, pricey.
fn price() -> impl Strategy<Value = Price> {
    let units = prop_oneof![
        4 => (1..=40_i128).prop_map(|n| decimal(n * 500, 2)),
        2 => (1..=8_i128).prop_map(|n| decimal(n * 25, 0)),
        4 => (500..=20_000_i128).prop_map(|n| decimal(n, 2)),
        1 => (50_000..=2_000_000_i128).prop_map(|n| decimal(n, 4)),
        1 => (1_000..=5_000_i128).prop_map(|n| decimal(n, 0)),
    ];
    units.prop_map(|amount| Price::new(amount).expect("positive"))
}

/// Low and high drift: none, narrow, usual, wide, whole.
fn drifts() -> impl Strategy<Value = DriftRange> {
    let drift = || {
        prop_oneof![
            1 => Just(decimal(0, 0)),
            3 => (1..=30_i128).prop_map(|n| decimal(n, 3)),
            3 => (5..=20_i128).prop_map(|n| decimal(n, 2)),
            1 => (1..=99_999_i128).prop_map(|n| decimal(n, 6)),
            1 => Just(decimal(1, 0)),
        ]
    };
    (drift(), drift()).prop_map(|(a, b)| {
        let (low, high) = (a.min(b), a.max(b));
        let drift = |fraction| Drift::new(fraction).expect("a drift");
        DriftRange::new(drift(low), drift(high)).expect("low not above high")
    })
}

/// One security; its share of what is left of 0.95 is settled afterwards.
fn security(index: usize, most: i128) -> impl Strategy<Value = (Security, i128)> {
    (quantity(most), price(), 0..=190_i128, drifts(), prop::bool::weighted(0.85)).prop_map(
        move |(quantity, price, steps, drifts, in_model)| {
            let id = id(&format!("S{index:03}"));
            let drifts = if in_model { drifts } else { DriftRange::ZERO };
            (Security { id, quantity, price, target: Target::ZERO, drifts, in_model }, steps)
        },
    )
}

/// A problem of at most `count` securities with at most about `most` units each.
pub(crate) fn book(count: usize, most: i128) -> impl Strategy<Value = Book> {
    let securities = (1..=count).prop_flat_map(move |n| (0..n).map(|i| security(i, most)).collect::<Vec<_>>());
    let full = prop::bool::ANY;
    (securities, full, -50_000..=300_000_i128, reserve(), 0..10_u8).prop_map(|(drawn, full, cash, reserve, odd)| {
        let securities = with_targets(drawn, full);
        let worth: i128 = securities.iter().map(value_in_cents).sum();
        let cash = match odd {
            // Worth nothing; worth exactly something round; little cash beside the holdings.
            0 => decimal(-worth, 2),
            1..=4 => decimal(cash.div_euclid(10_000) * 10_000 - worth, 2),
            5 => decimal(cash % 2_000, 2),
            _ => decimal(cash, 2),
        };
        Book { cash, securities, reserve }
    })
}

fn value_in_cents(s: &Security) -> i128 {
    let exact = s.quantity.checked_mul(s.price.amount()).expect("fits");
    exact.round_half_even(2).units_at(2).expect("whole cents")
}

/// Targets in proportion to the drawn steps, of 0.95 together or of what was drawn.
fn with_targets(drawn: Vec<(Security, i128)>, full: bool) -> Vec<Security> {
    let sum: i128 = drawn.iter().filter(|(s, _)| s.in_model).map(|(_, steps)| steps).sum();
    let share = |steps: i128| if full || sum > 190 { steps * 190 / sum.max(1) } else { steps };
    let target = |steps: i128| Target::new(decimal(share(steps) * 5, 3)).expect("a target");
    drawn.into_iter().map(|(s, steps)| if s.in_model { Security { target: target(steps), ..s } } else { s }).collect()
}

fn reserve() -> impl Strategy<Value = Reserve> {
    prop_oneof![
        4 => Just(Reserve::NONE),
        1 => (0..=60_000_i128).prop_map(|cents| Reserve::new(decimal(cents, 2), Decimal::ZERO).expect("a reserve")),
        2 => (0..=300_i128).prop_map(|n| Reserve::new(Decimal::ZERO, decimal(n, 3)).expect("a reserve")),
        1 => (1..=99_999_i128).prop_map(|n| Reserve::new(decimal(5, 0), decimal(n, 6)).expect("a reserve")),
    ]
}
