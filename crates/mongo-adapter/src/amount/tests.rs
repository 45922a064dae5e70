//! Decimals survive both directions, digit by digit.

use super::*;
use proptest::prelude::*;

fn number(text: &str) -> Decimal128 {
    text.parse().expect("the driver reads it")
}

fn stored(value: &RawBson) -> Decimal {
    read(value.as_raw_bson_ref()).expect("readable")
}

#[test]
fn the_bits_are_those_that_the_driver_prints() {
    for text in ["0.60", "0", "-12.50", "9999999999999999999999999999.000000", "1", "-0.0000001"] {
        let value = Decimal::new(parse(text).expect("digits").0, parse(text).expect("digits").1).expect("scale");
        let RawBson::Decimal128(bits) = to_raw(value) else { panic!("{text} fits") };
        assert_eq!(bits, number(text), "{text}");
        assert_eq!(read(RawBsonRef::Decimal128(bits)).expect("readable").to_string(), text);
    }
}

#[test]
fn values_of_more_than_34_digits_are_kept_as_text() {
    let long = Decimal::new(i128::MAX, 7).expect("scale");
    assert_eq!(to_raw(long), RawBson::String("17014118346046923173168730371588.4105727".into()));
    assert_eq!(stored(&to_raw(long)).to_string(), long.to_string());
    let least = Decimal::new(i128::MIN, 38).expect("scale");
    assert_eq!(stored(&to_raw(least)).to_string(), least.to_string());
    let zeros = Decimal::new(25 * 10_i128.pow(36), 38).expect("scale");
    assert_eq!(to_raw(zeros), RawBson::Decimal128(number("0.25")));
}

#[test]
fn positive_exponents_and_odd_zeros_are_read() {
    for (text, plain) in [("1E+2", "100"), ("0E+2", "0"), ("-0", "0"), ("0E-3", "0.000"), ("0E-6000", &zeros(38))] {
        assert_eq!(read(RawBsonRef::Decimal128(number(text))).expect("readable").to_string(), plain, "{text}");
    }
    // A significand of more than 34 digits is not canonical and means zero.
    let bits = (u128::try_from(BIAS).expect("positive") << 113) | (MAX_SIGNIFICAND + 1);
    assert_eq!(read(RawBsonRef::Decimal128(Decimal128::from_bytes(bits.to_le_bytes()))), Ok(Decimal::ZERO));
}

fn zeros(count: usize) -> String {
    format!("0.{}", "0".repeat(count))
}

#[test]
fn what_is_no_decimal_is_refused() {
    for (text, error) in
        [("NaN", AmountError::NotFinite), ("-Infinity", AmountError::NotFinite), ("1E+39", AmountError::TooGreat)]
    {
        assert_eq!(read(RawBsonRef::Decimal128(number(text))), Err(error), "{text}");
    }
    for text in ["", "-", ".5", "1e5", "0x1", "1.2.3", " 1"] {
        assert_eq!(read(RawBsonRef::String(text)), Err(AmountError::Malformed), "{text:?}");
    }
    assert_eq!(read(RawBsonRef::Double(0.5)), Err(AmountError::Type));
    assert_eq!(read(RawBsonRef::Null), Err(AmountError::Type));
}

#[test]
fn an_amount_beyond_38_decimals_is_refused_and_a_ratio_is_rounded() {
    let fine = |text: &str| RawBsonRef::Decimal128(number(text));
    assert_eq!(read(fine("1.5E-39")), Err(AmountError::TooFine));
    let ratio = |text: &str| read_ratio(fine(text)).expect("readable");
    assert_eq!(ratio("1.6E-38"), Decimal::new(2, 38).expect("scale"));
    assert_eq!(ratio("2.5E-38"), Decimal::new(2, 38).expect("scale"));
    assert_eq!(ratio("-3.5E-38"), Decimal::new(-4, 38).expect("scale"));
    assert_eq!(ratio("9.999999999999999999999999999E-100"), Decimal::ZERO);
    assert_eq!(ratio("3.333333333333333333333333333E-11").units(), 3_333_333_333_333_333_333_333_333_333);
}

proptest! {
    #[test]
    fn every_decimal_is_read_back_in_value(units in any::<i128>(), digits in 0_u32..38, scale in 0_u32..=38) {
        let value = Decimal::new(units / 10_i128.pow(digits), scale).expect("scale");
        prop_assert_eq!(stored(&to_raw(value)), value);
    }

    #[test]
    fn a_decimal_of_34_digits_is_read_back_with_its_scale(units in -10_i128.pow(34) + 1..10_i128.pow(34), scale in 0_u32..=38) {
        let value = Decimal::new(units, scale).expect("scale");
        let back = stored(&to_raw(value));
        prop_assert_eq!((back.units(), back.scale()), (units, scale));
    }
}
