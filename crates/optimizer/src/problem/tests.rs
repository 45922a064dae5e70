//! Tests of the module `problem`.

use super::*;
use domain::Drift;

fn d(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

fn security(name: &str, quantity: &str, price: &str, target: &str) -> Security {
    let drift = Drift::new(d(if target == "0" { "0" } else { "0.01" })).expect("a drift");
    Security {
        id: format!("{name:x<24}").parse().expect("an id"),
        quantity: d(quantity),
        price: Price::new(d(price)).expect("positive"),
        target: Target::new(d(target)).expect("a target"),
        drifts: DriftRange::new(drift, drift).expect("equal"),
        in_model: target != "0",
    }
}

fn error(cash: &str, securities: Vec<Security>) -> ProblemError {
    Problem::new(d(cash), securities, Reserve::NONE).expect_err("out of bounds")
}

#[test]
fn securities_are_in_order_of_their_ids() {
    let securities = vec![security("B", "1", "2", "0.1"), security("A", "1", "2", "0.1")];
    let problem = Problem::new(d("1"), securities, Reserve::NONE).expect("valid");
    assert!(problem.securities().is_sorted_by_key(|s| s.id));
}

#[test]
fn each_bound_has_its_error() {
    let id = security("A", "0", "1", "0").id;
    assert_eq!(
        error("1", vec![security("A", "1", "2", "0.1"), security("A", "1", "2", "0.1")]),
        ProblemError::DuplicateSecurity(id)
    );
    assert_eq!(
        error("1", vec![security("A", "0.000000001", "2", "0")]),
        ProblemError::QuantityTooFine { security: id, quantity: d("0.000000001") }
    );
    assert_eq!(
        error("1", vec![security("A", "1", "0.123456789", "0")]),
        ProblemError::PriceTooFine { security: id, price: d("0.123456789") }
    );
    assert_eq!(
        error("1", vec![security("A", "1", "1000000000", "0")]),
        ProblemError::PriceTooHigh { security: id, price: d("1000000000") }
    );
    let drift = |text| Drift::stored(d(text)).expect("a drift");
    let drifts = DriftRange::new(drift("0.01"), drift("0.0200001")).expect("in order");
    assert_eq!(error("1", vec![Security { drifts, ..security("A", "1", "1", "0.1") }]), ProblemError::DriftTooFine(id));
    assert_eq!(error("0.000000001", vec![]), ProblemError::CashTooFine(d("0.000000001")));
    assert_eq!(error("1000000000000000", vec![]), ProblemError::GrossTooHigh);
    assert_eq!(error("9999999999999999999999999999", vec![]), ProblemError::GrossTooHigh);
    let both = vec![security("A", "0", "1", "0.5"), security("B", "0", "1", "0.455")];
    assert_eq!(error("1", both), ProblemError::TargetSumTooHigh);
    let unlisted = Security { in_model: false, ..security("A", "0", "1", "0.5") };
    assert_eq!(error("1", vec![unlisted]), ProblemError::TargetOutsideModel(id));
    let reserve = Reserve::new(d("1000000000000000"), d("0")).expect("a reserve");
    assert_eq!(
        Problem::new(d("1"), vec![], reserve).expect_err("too high"),
        ProblemError::ReserveTooHigh(reserve.amount())
    );
    let many = vec![security("A", "0", "1", "0"); MAX_SECURITIES + 1];
    assert_eq!(error("1", many), ProblemError::TooManySecurities(MAX_SECURITIES + 1));
}

#[test]
fn the_gross_bound_counts_amounts_without_their_sign() {
    let long = security("A", "600000", "999999999", "0");
    let short = security("B", "-600000", "999999999", "0");
    assert_eq!(error("0", vec![long, short]), ProblemError::GrossTooHigh);
    assert!(Problem::new(d("-500000000000000"), vec![security("A", "1", "2", "0")], Reserve::NONE).is_ok());
}

#[test]
fn trailing_zeros_are_not_decimals() {
    let problem = Problem::new(d("1.0000000000"), vec![security("A", "2.5000000000", "3.00", "0")], Reserve::NONE);
    let problem = problem.expect("valid");
    assert_eq!(problem.market_value(), d("8.5"));
    assert_eq!(problem.rows()[0].now, 2);
    assert_eq!(problem.quantity_at(0, 0).to_string(), "0.5");
}

#[test]
fn the_scale_is_that_of_the_decimals_that_occur() {
    let coarse = Problem::new(d("100.00"), vec![security("A", "2", "3.00", "0.5")], Reserve::NONE).expect("valid");
    let fine = Problem::new(d("0.00000001"), vec![security("A", "2.00000001", "3.00000001", "0.005")], Reserve::NONE);
    assert_eq!(coarse.scaled.scale, 2);
    assert_eq!(fine.expect("valid").scaled.scale, 19);
}

#[test]
fn a_short_is_split_into_a_lower_whole_and_a_residue() {
    let problem = Problem::new(d("1000"), vec![security("A", "-35.5", "2", "0")], Reserve::NONE).expect("valid");
    let row = problem.rows()[0];
    assert_eq!((row.now, problem.money(row.residue)), (-36, d("1")));
    assert_eq!(problem.market_value(), d("929"));
}
