//! Decimals are read, printed, compared, added and rounded exactly.

use super::*;
use proptest::prelude::*;

fn d(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

#[test]
fn the_scale_that_was_written_is_kept() {
    for text in ["0.60", "0", "0.000", "-12.50", "9999999999999999999999999999", "0.0000000000000000000000000001"] {
        assert_eq!(d(text).to_string(), text);
    }
}

#[test]
fn scientific_notation_is_printed_plain() {
    for (text, plain) in
        [("1E-8", "0.00000001"), ("1.50e2", "150"), ("12.5E+3", "12500"), ("0E+2", "0"), ("-1e1", "-10")]
    {
        assert_eq!(d(text).to_string(), plain, "{text}");
    }
}

#[test]
fn a_negative_zero_has_no_sign() {
    assert_eq!(d("-0.00").to_string(), "0.00");
}

#[test]
fn what_is_not_a_number_is_refused() {
    for text in
        ["", ".", "-", "+", "1_000", " 1", "1 ", "NaN", "inf", "0x1", "1e", "1e+", "--1", "1.2.3", "١", "e5", "1e1.5"]
    {
        assert_eq!(text.parse::<Decimal>(), Err(DecimalError::Malformed), "{text:?}");
    }
}

#[test]
fn what_cannot_be_kept_exactly_is_refused() {
    for text in ["12345678901234567890123456789", "1e28", "1e999999999999999999999", "0.12345678901234567890123456789"]
    {
        assert_eq!(text.parse::<Decimal>(), Err(DecimalError::TooManyDigits), "{text}");
    }
    for text in ["1e-29", "0.00000000000000000000000000001", "1e-99999999999999999999", "0e-40"] {
        assert_eq!(text.parse::<Decimal>(), Err(DecimalError::TooManyDecimals), "{text}");
    }
}

#[test]
fn ninety_five_hundredths_sum_exactly() {
    let sum = (0..95).fold(Decimal::ZERO, |sum, _| sum.checked_add(d("0.01")).expect("fits"));
    assert_eq!(sum.to_string(), "0.95");
}

#[test]
fn values_compare_and_hash_across_scales() {
    use std::collections::HashSet;
    assert_eq!(d("0.60"), d("0.6"));
    assert!(d("-0.61") < d("-0.6") && d("0.6") < d("0.61") && d("-1") < d("0.00"));
    assert!(d("9999999999999999999999999999") > d("0.0000000000000000000000000001"));
    let set: HashSet<Decimal> = [d("0.60"), d("0.6"), d("0.600")].into();
    assert_eq!(set.len(), 1);
}

#[test]
fn halves_round_to_the_even_neighbour() {
    for (text, scale, rounded) in [
        ("0.12345", 4, "0.1234"),
        ("0.12355", 4, "0.1236"),
        ("-0.12345", 4, "-0.1234"),
        ("-0.123451", 4, "-0.1235"),
        ("0.5", 0, "0"),
        ("1.5", 0, "2"),
        ("0.6", 4, "0.6"),
    ] {
        assert_eq!(d(text).round_half_even(scale).to_string(), rounded, "{text} to {scale}");
    }
}

#[test]
fn quotients_are_rounded_once() {
    assert_eq!(d("606").checked_div_half_even(d("1500"), 4).expect("fits").to_string(), "0.4040");
    assert_eq!(d("-17").checked_div_half_even(d("150"), 6).expect("fits").to_string(), "-0.113333");
    assert_eq!(d("1").checked_div_half_even(d("8"), 2).expect("fits").to_string(), "0.12");
    assert_eq!(d("1").checked_div_half_even(d("0.00"), 2), None);
    let huge = d("999999999999999.9999999999999"); // 28 digits, and as many decimals again in the quotient
    assert_eq!(
        huge.checked_div_half_even(d("0.0000000000001"), 6).expect("fits").to_string(),
        "9999999999999999999999999999.000000"
    );
    assert_eq!(d("1000").checked_div_half_even(d("0.004"), 0).expect("fits").to_string(), "250000");
}

#[test]
fn records_hold_more_digits_than_callers_may_write() {
    for text in ["99999999999999999999999999999999999999", "-1234567890123456.0123456789012345678901", "0.50", "-0.1"] {
        assert_eq!(Decimal::from_record(text).expect("a decimal").to_string(), text);
    }
    for text in ["", "-", ".", "1e5", "+1", "1 ", "--1"] {
        assert_eq!(Decimal::from_record(text), Err(DecimalError::Malformed), "{text:?}");
    }
    assert_eq!(Decimal::from_record(&"9".repeat(40)), Err(DecimalError::TooManyDigits));
}

#[test]
fn an_overflow_is_said_and_never_wraps() {
    let big = Decimal::whole(i128::MAX);
    assert_eq!(big.checked_add(Decimal::ONE), None);
    assert_eq!(big.checked_mul(d("10")), None);
    assert_eq!(Decimal::whole(i128::MIN).checked_neg(), None);
    assert_eq!(big.units_at(1), None);
    assert_eq!(Decimal::new(1, 39), None);
}

proptest! {
    #[test]
    fn printing_and_reading_gives_the_same_value_and_scale(units in -10_i128.pow(28) + 1..10_i128.pow(28), scale in 0_u32..=28) {
        let value = Decimal::new(units, scale).expect("a scale in range");
        let read: Decimal = value.to_string().parse().expect("reads what it prints");
        prop_assert_eq!((read.units(), read.scale()), (units, scale));
    }

    #[test]
    fn sums_and_products_agree_with_integers(a in -1_000_000_i64..1_000_000, b in -1_000_000_i64..1_000_000, s in 0_u32..6, t in 0_u32..6) {
        let (x, y) = (Decimal::new(a.into(), s).expect("scale"), Decimal::new(b.into(), t).expect("scale"));
        let (a, b) = (i128::from(a) * 10_i128.pow(6 - s), i128::from(b) * 10_i128.pow(6 - t));
        prop_assert_eq!(x.checked_add(y), Decimal::new(a + b, 6));
        prop_assert_eq!(x.checked_mul(y), Decimal::new(a * b, 12));
        prop_assert_eq!(x.cmp(&y), a.cmp(&b));
    }

    #[test]
    fn rounding_is_within_half_a_unit(units in any::<i64>(), scale in 1_u32..18, to in 0_u32..18) {
        let value = Decimal::new(units.into(), scale).expect("scale");
        let error = value.checked_sub(value.round_half_even(to)).and_then(Decimal::checked_abs).expect("fits");
        prop_assert!(error <= Decimal::new(5, to + 1).expect("scale"));
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "[-+0-9eE._ ]{0,40}") {
        let _ = text.parse::<Decimal>();
    }
}
