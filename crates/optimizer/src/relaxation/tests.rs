//! Tests of the module `relaxation`.

use super::*;
use crate::Security;
use domain::{Price, Reserve, Target};

fn d(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

fn drifts(low: &str, high: &str) -> DriftRange {
    let drift = |text| Drift::new(d(text)).expect("a drift");
    DriftRange::new(drift(low), drift(high)).expect("low not above high")
}

fn security(name: &str, quantity: &str, price: &str, target: &str, drifts: DriftRange) -> Security {
    Security {
        id: format!("{name:x<24}").parse().expect("an id"),
        quantity: d(quantity),
        price: Price::new(d(price)).expect("positive"),
        target: Target::new(d(target)).expect("a target"),
        drifts,
        in_model: target != "0",
    }
}

fn sentences(cash: &str, securities: Vec<Security>, reserve: Reserve) -> Vec<String> {
    let problem = Problem::new(d(cash), securities, reserve).expect("valid");
    reasons(&problem).iter().map(|reason| format!("{}: {reason}", reason.code())).collect()
}

#[test]
fn a_share_that_is_too_dear_for_its_band_is_helped_by_a_high_drift() {
    let x = security("X", "0", "41.00", "0.015", drifts("0.010", "0.010"));
    assert_eq!(
        sentences("1000", vec![x], Reserve::NONE),
        ["empty_band: one share of Xxxxxxxxxxxxxxxxxxxxxxxx is 4.1 % of the portfolio; its band admits 0.5 %..2.5 \
          %; a high drift of 0.026 instead of 0.010 would admit one share"]
    );
}

#[test]
fn the_lesser_widening_is_named() {
    // Shares of 10 % around a band of 21 %..26 %.
    let x = security("X", "0", "100", "0.23", drifts("0.02", "0.03"));
    assert_eq!(
        sentences("1000", vec![x], Reserve::NONE),
        ["empty_band: 2 shares of Xxxxxxxxxxxxxxxxxxxxxxxx are 20 % of the portfolio and 3 shares are 30 %; its \
          band admits 21 %..26 %; a low drift of 0.03 instead of 0.02 would admit 2 shares"]
    );
}

#[test]
fn both_drifts_are_raised_where_a_share_is_dearer_than_two_portfolios() {
    let x = security("X", "0", "5000", "0.1", drifts("0.01", "0.02"));
    assert_eq!(
        sentences("1000", vec![x], Reserve::NONE),
        ["empty_band: one share of Xxxxxxxxxxxxxxxxxxxxxxxx is 500 % of the portfolio; its band admits 9 %..12 %; a \
          low drift of 0.1 instead of 0.01 with a high drift of 0.1 instead of 0.02 would admit no share"]
    );
}

#[test]
fn the_missing_amount_is_named_with_what_holds_it() {
    let x = security("X", "0", "100", "0.5", drifts("0.01", "0.01"));
    let y = security("Y", "0.5", "20", "0", DriftRange::ZERO);
    let reserve = Reserve::new(d("600"), d("0")).expect("a reserve");
    assert_eq!(
        sentences("990", vec![x, y], reserve),
        [
            "cash_short: the smallest holdings that the bands admit are worth 510, but the portfolio is worth 1000 and \
          must keep 600 in cash: 110 is missing",
            "band_floor: the band of Xxxxxxxxxxxxxxxxxxxxxxxx admits no less than 5 shares, worth 500 or 50 % of the \
          portfolio",
            "fractional_residue: whole-share trades leave 0.5 shares of Yxxxxxxxxxxxxxxxxxxxxxxx, worth 10 or 1 % of \
          the portfolio"
        ]
    );
}

#[test]
fn a_portfolio_that_owes_more_than_it_holds_says_so() {
    assert_eq!(
        sentences("-12.5", vec![security("X", "1", "2", "0", DriftRange::ZERO)], Reserve::NONE),
        ["negative_market_value: the portfolio is worth -10.5: it owes more than it holds"]
    );
}

#[test]
fn a_relaxation_is_rounded_up_to_what_a_drift_can_be() {
    let x = security("X", "0", "100", "0.05", drifts("0.001", "0.05"));
    let problem = Problem::new(d("977"), vec![x], Reserve::NONE).expect("valid");
    let InfeasibleReason::EmptyBand(empty) = &reasons(&problem)[0] else { panic!("an empty band") };
    // One share is 100/977 = 0.1023541…, so 0.0523541… above the target.
    assert_eq!((empty.relaxation.drifts, empty.relaxation.admits), (drifts("0.001", "0.052355"), d("1")));
}
