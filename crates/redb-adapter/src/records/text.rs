//! Values that are stored as their text.

use domain::Decimal;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

/// A value that prints as its text and is read from it.
#[derive(Clone, Copy)]
pub(super) struct Text<T>(pub(super) T);

impl<T: fmt::Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de, T: FromStr<Err: fmt::Display>> Deserialize<'de> for Text<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor(PhantomData))
    }
}

struct TextVisitor<T>(PhantomData<T>);

impl<T: FromStr<Err: fmt::Display>> Visitor<'_> for TextVisitor<T> {
    type Value = Text<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Text<T>, E> {
        text.parse().map(Text).map_err(E::custom)
    }
}

/// A decimal of any length: records hold products, which have more digits than input may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Amount(pub(super) Decimal);

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Text(amount) = Text::<Self>::deserialize(deserializer)?;
        Ok(amount)
    }
}

impl FromStr for Amount {
    type Err = &'static str;

    /// Reads what [`Decimal`] prints: a sign, digits, a point, digits.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "not a decimal of at most 38 digits";
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let mut units: i128 = 0;
        for byte in whole.bytes().chain(fraction.bytes()) {
            let digit = byte.is_ascii_digit().then(|| i128::from(byte - b'0')).ok_or(WRONG)?;
            // Counted downwards when negative: the least integer has no positive counterpart.
            let step = if negative { -digit } else { digit };
            units = units.checked_mul(10).and_then(|shifted| shifted.checked_add(step)).ok_or(WRONG)?;
        }
        let scale = u32::try_from(fraction.len()).map_err(|_| WRONG)?;
        let empty = whole.is_empty() || (fraction.is_empty() && digits.contains('.'));
        Decimal::new(units, scale).filter(|_| !empty).map(Self).ok_or(WRONG)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_decimal_is_read_back_as_it_was() {
        let units = [0, 1, -1, 60, -60, i128::MAX, i128::MIN, 10_i128.pow(38), -(10_i128.pow(33)) + 7];
        for (units, scale) in units.into_iter().flat_map(|units| [0, 1, 2, 17, 38].map(|scale| (units, scale))) {
            let value = Decimal::new(units, scale).expect("a scale in range");
            let read: Amount = value.to_string().parse().expect("what is printed");
            assert_eq!((read.0.units(), read.0.scale()), (units, scale));
        }
    }

    #[test]
    fn what_no_decimal_prints_is_refused() {
        for text in ["", "-", ".", "1.", ".5", "+1", "1e3", "1 ", "--1", "1.2.3", "1_0", "½", &"9".repeat(40)] {
            assert!(text.parse::<Amount>().is_err(), "{text:?}");
        }
        assert!(format!("0.{}", "0".repeat(39)).parse::<Amount>().is_err());
    }
}
