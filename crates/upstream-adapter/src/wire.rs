//! Decimals straight from the text of the JSON token.
//!
//! The services write them as strings (accounting) or numbers (pricing), and a number may be in scientific form. No
//! binary fraction is involved at any point.

use domain::Decimal;
use serde::de::{Deserialize, Deserializer, Error};
use serde_json::value::RawValue;

/// A decimal in a JSON number or string, plain or scientific, of up to 28 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WireDecimal(pub(crate) Decimal);

impl<'de> Deserialize<'de> for WireDecimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let token = <&RawValue>::deserialize(deserializer)?.get();
        let decimal = if token.starts_with('"') {
            serde_json::from_str::<String>(token).map_err(D::Error::custom)?.parse()
        } else {
            token.parse()
        };
        decimal.map(Self).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(json: &str) -> Result<String, String> {
        serde_json::from_str::<WireDecimal>(json).map(|read| read.0.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn numbers_and_strings_in_plain_and_scientific_form_are_read_exactly() {
        for (json, text) in [
            ("\"1200\"", "1200"),
            ("\"-3.25\"", "-3.25"),
            ("\"\\u0031.5\"", "1.5"),
            ("43.00", "43.00"),
            ("0", "0"),
            ("-0.01", "-0.01"),
            ("1E-8", "0.00000001"),
            ("\"1.5e3\"", "1500"),
            ("0.1000000000000000055511151231", "0.1000000000000000055511151231"),
            ("\"9999999999999999999999999999\"", "9999999999999999999999999999"),
            (" 7.50 ", "7.50"),
        ] {
            assert_eq!(read(json).as_deref(), Ok(text), "{json}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for json in [
            "null",
            "true",
            "\"\"",
            "\" 1\"",
            "\"1,000\"",
            "\"NaN\"",
            "\"Infinity\"",
            "[1]",
            "{}",
            "1e400",
            "99999999999999999999999999999",
            "\"0.00000000000000000000000000001\"",
        ] {
            assert!(read(json).is_err(), "{json}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_read_back_to_the_last_digit(units in -(10_i128.pow(28) - 1)..10_i128.pow(28), scale in 0..=28_u32) {
            let text = Decimal::new(units, scale).expect("a scale that exists").to_string();
            prop_assert_eq!(read(&text), Ok(text.clone()));
            prop_assert_eq!(read(&format!("\"{text}\"")), Ok(text.clone()));
            prop_assert_eq!(read(&format!("{units}e-{scale}")), Ok(text));
        }
    }

    #[test]
    fn the_error_says_what_is_wrong() {
        let error = read("99999999999999999999999999999").expect_err("too long");
        assert!(error.contains("more than 28 significant digits"), "{error}");
    }
}
