//! Exact numbers for the independent calculation: integers of a millionth of a millionth, read from the text of the
//! JSON token. Shares no code with the service.

use std::fmt;

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// Decimals kept.
const PLACES: usize = 12;
/// One, in units of [`Exact`].
pub(super) const ONE: i128 = 10_i128.pow(12);

/// A number in units of `10^-12`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Exact(pub(super) i128);

impl Exact {
    fn read(text: &str) -> Result<Self> {
        let text = text.trim_matches('"');
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let fraction = fraction.trim_end_matches('0');
        ensure!(fraction.len() <= PLACES, "{text} has more than {PLACES} decimals");
        let digits = format!("{whole}{fraction:0<PLACES$}");
        if whole.is_empty() || digits.bytes().any(|b| !b.is_ascii_digit()) {
            bail!("{text} is not a plain decimal");
        }
        let magnitude: i128 = digits.parse().with_context(|| format!("{text} is too large"))?;
        Ok(Self(if negative { -magnitude } else { magnitude }))
    }

    /// Whether it is a whole number.
    pub(super) const fn is_whole(self) -> bool {
        self.0 % ONE == 0
    }

    /// For tables only.
    #[expect(clippy::cast_precision_loss, reason = "shown to people, not calculated with")]
    pub(super) fn approximate(self) -> f64 {
        self.0 as f64 / ONE as f64
    }
}

impl fmt::Display for Exact {
    /// Two decimals and thousands separators: money as people read it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cents = (self.0.unsigned_abs() + 5_000_000_000) / 10_000_000_000;
        let whole = (cents / 100).to_string();
        let groups: Vec<&str> =
            whole.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
        let sign = if self.0 < 0 && cents > 0 { "-" } else { "" };
        f.pad(&format!("{sign}{}.{:02}", groups.join(","), cents % 100))
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Self::read(raw.get()).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::{Exact, ONE};

    #[test]
    fn numbers_are_read_from_their_text() {
        for (text, units) in [("1", ONE), ("\"-0.50\"", -ONE / 2), ("0.000000000001", 1), ("12.5", ONE * 25 / 2)] {
            assert_eq!(Exact::read(text).unwrap(), Exact(units), "{text}");
        }
        for text in ["1e3", "", "0.0000000000001", "null"] {
            assert!(Exact::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn money_is_shown_with_thousands() {
        assert_eq!(Exact(1_234_567 * ONE + ONE / 2).to_string(), "1,234,567.50");
        assert_eq!(Exact(-ONE / 1000).to_string(), "0.00");
        assert_eq!(Exact(-ONE * 86).to_string(), "-86.00");
    }
}
