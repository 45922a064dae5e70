//! Exact decimals as the suite's databases hold them: `DECIMAL(18,8)`, computed in integers.

use std::fmt;

use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// Decimals kept by every amount.
const DECIMALS: u32 = 8;
/// Units of the last decimal in one whole.
const UNITS: i128 = 100_000_000;
/// First magnitude that a `DECIMAL(18,8)` column refuses, in units.
const COLUMN_LIMIT: i128 = 10_000_000_000 * UNITS;

/// A quantity, a price or an amount of US dollars, exact to eight decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(i128);

/// Why a text is not an amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// The text is not a decimal number.
    #[error("`{0}` is not a decimal number")]
    NotANumber(String),
    /// The magnitude reaches 10^10, which the suite's columns cannot hold.
    #[error("`{0}` does not fit 18 digits with 8 decimals")]
    OutOfRange(String),
}

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// A whole number of units of the currency or of shares.
    #[must_use]
    pub const fn whole(count: i64) -> Self {
        Self(count as i128 * UNITS)
    }

    /// An amount of cents.
    #[must_use]
    pub const fn cents(cents: i64) -> Self {
        Self(cents as i128 * (UNITS / 100))
    }

    /// An amount in units of the eighth decimal.
    #[must_use]
    pub const fn from_units(units: i128) -> Self {
        Self(units)
    }

    /// The amount in units of the eighth decimal.
    #[must_use]
    pub const fn units(self) -> i128 {
        self.0
    }

    /// Reads plain or scientific notation; a ninth decimal is rounded half away from zero, as Postgres does.
    ///
    /// # Errors
    /// [`AmountError`] when the text is no number or its magnitude reaches 10^10.
    pub fn parse(text: &str) -> Result<Self, AmountError> {
        let malformed = || AmountError::NotANumber(text.to_owned());
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| malformed())?),
            None => (text, 0),
        };
        let (negative, digits) = match mantissa.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() && fraction.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit())
        {
            return Err(malformed());
        }
        let point = i64::try_from(whole.len()).map_err(|_| malformed())? + i64::from(exponent) + i64::from(DECIMALS);
        let units = shifted(whole.bytes().chain(fraction.bytes()), point)
            .ok_or_else(|| AmountError::OutOfRange(text.into()))?;
        Ok(Self(if negative { -units } else { units }))
    }

    /// Whether a `DECIMAL(18,8)` column can hold the amount.
    #[must_use]
    pub const fn fits_column(self) -> bool {
        self.0.abs() < COLUMN_LIMIT
    }

    /// Product rounded half away from zero to eight decimals; `None` when it leaves the range of the arithmetic.
    #[must_use]
    pub fn times(self, other: Self) -> Option<Self> {
        let product = self.0.checked_mul(other.0)?;
        let half = if product < 0 { -UNITS / 2 } else { UNITS / 2 };
        Some(Self(product.checked_add(half)? / UNITS))
    }

    /// Rounded half away from zero to whole cents.
    #[must_use]
    pub const fn to_cents(self) -> Self {
        let cent = UNITS / 100;
        let half = if self.0 < 0 { -cent / 2 } else { cent / 2 };
        Self((self.0 + half) / cent * cent)
    }

    /// Text with exactly `decimals` (0 to 8) decimals, rounded half away from zero.
    #[must_use]
    pub fn fixed(self, decimals: u32) -> String {
        let decimals = decimals.min(DECIMALS);
        let step = 10_i128.pow(DECIMALS - decimals);
        let rounded = (self.0.abs() + step / 2) / step;
        let sign = if self.0 < 0 && rounded != 0 { "-" } else { "" };
        let base = 10_i128.pow(decimals);
        if decimals == 0 {
            return format!("{sign}{rounded}");
        }
        format!("{sign}{}.{:0width$}", rounded / base, rounded % base, width = decimals as usize)
    }

    /// JSON number with exactly `decimals` decimals.
    #[must_use]
    pub fn number(self, decimals: u32) -> Number {
        Number(self.fixed(decimals))
    }

    /// JSON number as Java prints a decimal of scale 8: plain, or scientific below 10^-6.
    #[must_use]
    pub fn java_number(self) -> Number {
        let magnitude = self.0.unsigned_abs();
        if magnitude >= 100 {
            return self.number(DECIMALS);
        }
        let sign = if self.0 < 0 { "-" } else { "" };
        Number(match (magnitude / 10, magnitude % 10) {
            (0, ones) => format!("{sign}{ones}E-8"),
            (tens, ones) => format!("{sign}{tens}.{ones}E-7"),
        })
    }
}

/// The digits read as an integer of `point` places, rounded half away from zero; `None` from the column's limit on.
fn shifted(digits: impl Iterator<Item = u8>, point: i64) -> Option<i128> {
    let mut units: i128 = 0;
    let mut places: i64 = 0;
    for digit in digits.map(|byte| i128::from(byte - b'0')) {
        if places < point {
            units = units * 10 + digit;
            if units >= COLUMN_LIMIT {
                return None;
            }
        } else if places == point {
            units += i128::from(digit >= 5);
        }
        places += 1;
    }
    while places < point && units != 0 {
        units *= 10;
        if units >= COLUMN_LIMIT {
            return None;
        }
        places += 1;
    }
    (units < COLUMN_LIMIT).then_some(units)
}

/// Plain notation without trailing zeros: `1000`, `12.5`, `-3.25`, `0`.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.fixed(DECIMALS);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl std::ops::Add for Amount {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl std::ops::Sub for Amount {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

/// The string form of accounting.
impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// From a JSON number or string, digit for digit.
impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let token = Box::<RawValue>::deserialize(deserializer)?;
        Self::parse(token.get().trim_matches('"')).map_err(serde::de::Error::custom)
    }
}

/// A decimal that is written as a JSON number, digit for digit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number(String);

impl Number {
    /// The number that is written so in JSON; `None` when it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_number = text.starts_with(|first: char| first == '-' || first.is_ascii_digit());
        (is_number && serde_json::from_str::<&RawValue>(text).is_ok()).then(|| Self(text.to_owned()))
    }

    /// The digits.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.clone()).map_err(S::Error::custom)?.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_notation_is_read_digit_for_digit() {
        for (text, printed) in [
            ("1000.00", "1000"),
            ("12.50000000", "12.5"),
            ("-3.25", "-3.25"),
            ("0.000", "0"),
            ("-0", "0"),
            ("1e3", "1000"),
            ("1.5E-7", "0.00000015"),
            (".5", "0.5"),
            ("9999999999.99999999", "9999999999.99999999"),
            ("0.123456785", "0.12345679"),
            ("0.000000004", "0"),
            ("1E-400", "0"),
        ] {
            assert_eq!(Amount::parse(text).unwrap().to_string(), printed, "{text}");
        }
    }

    #[test]
    fn what_is_no_number_or_too_large_is_refused() {
        for text in ["", ".", "-", "abc", "1,5", "1e", "0x1", "1e1.5", " 1"] {
            assert_eq!(Amount::parse(text), Err(AmountError::NotANumber(text.to_owned())));
        }
        for text in ["10000000000", "9999999999.999999995", "1e99999999"] {
            assert_eq!(Amount::parse(text), Err(AmountError::OutOfRange(text.to_owned())));
        }
    }

    #[test]
    fn products_round_half_away_from_zero() {
        let half_unit = |sign: &str| Amount::parse(&format!("{sign}0.00000001")).unwrap();
        assert_eq!(half_unit("").times(Amount::parse("0.5").unwrap()), Some(half_unit("")));
        assert_eq!(half_unit("-").times(Amount::parse("0.5").unwrap()), Some(half_unit("-")));
        let large = Amount::parse("9999999999.99999999").unwrap();
        assert_eq!(large.times(Amount::whole(1)), Some(large));
    }

    #[test]
    fn numbers_keep_their_decimals() {
        assert_eq!(Amount::whole(43).number(2).text(), "43.00");
        assert_eq!(Amount::parse("-0.004").unwrap().fixed(2), "0.00");
        assert_eq!(Amount::parse("2.675").unwrap().fixed(2), "2.68");
        assert_eq!(Amount::cents(-150).fixed(0), "-2");
        assert_eq!(Amount::parse("-2.675").unwrap().to_cents(), Amount::cents(-268));
        assert_eq!(Amount::whole(100).java_number().text(), "100.00000000");
        assert_eq!(Amount::from_units(1).java_number().text(), "1E-8");
        assert_eq!(Amount::from_units(-12).java_number().text(), "-1.2E-7");
        assert_eq!(Amount::from_units(123).java_number().text(), "0.00000123");
        assert_eq!(serde_json::to_string(&Amount::whole(43).number(2)).unwrap(), "43.00");
        assert_eq!(serde_json::to_string(&Amount::whole(43)).unwrap(), "\"43\"");
    }
}
