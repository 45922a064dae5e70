//! Exact decimals: an integer of up to 38 digits and the number of its decimals, never a binary fraction.
//!
//! A [`Decimal`] keeps the scale that it was written with (`0.60` prints as `0.60`) and compares by value
//! (`0.60 == 0.6`). Sums, differences and products are exact or refused ([`None`]); the only rounding is the one that
//! a caller asks for by name.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

/// The most significant digits that a number may be written with.
pub const MAX_INPUT_DIGITS: usize = 28;
/// The most decimals that a number may be written with.
pub const MAX_INPUT_SCALE: u32 = 28;
/// The most decimals that any value may have: a fraction of this many digits still fits the integer.
const MAX_SCALE: u32 = 38;

/// An exact decimal number: `units / 10^scale`.
#[derive(Clone, Copy)]
pub struct Decimal {
    units: i128,
    scale: u32,
}

/// Why a text is not a usable decimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    /// Not a number in plain or scientific notation.
    #[error("not a decimal number")]
    Malformed,
    /// More significant digits than can be kept exactly.
    #[error("more than {MAX_INPUT_DIGITS} significant digits")]
    TooManyDigits,
    /// More decimals than can be kept exactly.
    #[error("more than {MAX_INPUT_SCALE} decimals")]
    TooManyDecimals,
}

impl Decimal {
    /// Zero, without decimals.
    pub const ZERO: Self = Self { units: 0, scale: 0 };
    /// One, without decimals.
    pub const ONE: Self = Self { units: 1, scale: 0 };

    /// `units / 10^scale`, or `None` when the scale is above 38.
    #[must_use]
    pub const fn new(units: i128, scale: u32) -> Option<Self> {
        if scale > MAX_SCALE { None } else { Some(Self { units, scale }) }
    }

    /// A whole number.
    #[must_use]
    pub const fn whole(units: i128) -> Self {
        Self { units, scale: 0 }
    }

    /// The integer of which this value is `1 / 10^scale`.
    #[must_use]
    pub const fn units(self) -> i128 {
        self.units
    }

    /// The number of decimals that this value is written with.
    #[must_use]
    pub const fn scale(self) -> u32 {
        self.scale
    }

    /// True for zero of any scale.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.units == 0
    }

    /// True below zero.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.units < 0
    }

    /// True above zero.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.units > 0
    }

    /// The value without its sign, or `None` when it does not fit.
    #[must_use]
    pub fn checked_abs(self) -> Option<Self> {
        Some(Self { units: self.units.checked_abs()?, ..self })
    }

    /// The value with the other sign, or `None` when it does not fit.
    #[must_use]
    pub fn checked_neg(self) -> Option<Self> {
        Some(Self { units: self.units.checked_neg()?, ..self })
    }

    /// The exact sum, or `None` when it does not fit.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let scale = self.scale.max(other.scale);
        let units = self.units_at(scale)?.checked_add(other.units_at(scale)?)?;
        Some(Self { units, scale })
    }

    /// The exact difference, or `None` when it does not fit.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.checked_add(other.checked_neg()?)
    }

    /// The exact product, or `None` when it does not fit.
    #[must_use]
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        Self::new(self.units.checked_mul(other.units)?, self.scale + other.scale)
    }

    /// The integer that this value is of `1 / 10^scale`; `None` when that is not whole or does not fit.
    #[must_use]
    pub fn units_at(self, scale: u32) -> Option<i128> {
        if scale >= self.scale {
            self.units.checked_mul(power_of_ten(scale - self.scale)?)
        } else {
            let divisor = power_of_ten(self.scale - scale)?;
            (self.units % divisor == 0).then(|| self.units / divisor)
        }
    }

    /// The same value without trailing zero decimals.
    #[must_use]
    pub fn normalized(self) -> Self {
        let mut value = self;
        while value.scale > 0 && value.units % 10 == 0 {
            value = Self { units: value.units / 10, scale: value.scale - 1 };
        }
        value
    }

    /// The nearest value with `scale` decimals, an exact half going to the even neighbour; a value that has fewer
    /// decimals is returned as it is.
    #[must_use]
    pub fn round_half_even(self, scale: u32) -> Self {
        if scale >= self.scale {
            return self;
        }
        match power_of_ten(self.scale - scale) {
            Some(divisor) => {
                let (magnitude, divisor) = (self.units.unsigned_abs(), divisor.unsigned_abs());
                let (quotient, remainder) = (magnitude / divisor, magnitude % divisor);
                // A quotient by 10 or more always fits the signed type again.
                let rounded = (quotient + u128::from(rounds_up(quotient, remainder, divisor))).cast_signed();
                Self { units: if self.units < 0 { -rounded } else { rounded }, scale }
            }
            None => Self { units: 0, scale },
        }
    }

    /// Reads what [`Display`](fmt::Display) prints: plain notation with up to 38 digits, more than callers may write.
    /// For records of this service.
    pub fn from_record(text: &str) -> Result<Self, DecimalError> {
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.len() + fraction.len() == 0 || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
            return Err(DecimalError::Malformed);
        }
        let add = |units: i128, b: u8| units.checked_mul(10)?.checked_add(i128::from(b - b'0'));
        let units = whole.bytes().chain(fraction.bytes()).try_fold(0, add).ok_or(DecimalError::TooManyDigits)?;
        let scale = u32::try_from(fraction.len()).map_err(|_| DecimalError::TooManyDecimals)?;
        Self::new(if negative { -units } else { units }, scale).ok_or(DecimalError::TooManyDecimals)
    }

    /// `self / divisor` to `scale` decimals, an exact half going to the even neighbour; `None` when the divisor is
    /// zero or the quotient does not fit.
    #[must_use]
    pub fn checked_div_half_even(self, divisor: Self, scale: u32) -> Option<Self> {
        let common = self.scale.max(divisor.scale);
        let numerator = self.units_at(common)?.unsigned_abs();
        let denominator = divisor.units_at(common)?.unsigned_abs();
        // Long division, so that only the quotient has to fit and not the numerator with `scale` zeros behind it.
        let mut quotient = numerator.checked_div(denominator)?;
        let mut remainder = numerator % denominator;
        for _ in 0..scale {
            remainder = remainder.checked_mul(10)?;
            quotient = quotient.checked_mul(10)?.checked_add(remainder / denominator)?;
            remainder %= denominator;
        }
        let quotient = i128::try_from(quotient + u128::from(rounds_up(quotient, remainder, denominator))).ok()?;
        let negative = self.is_negative() != divisor.is_negative();
        Self::new(if negative { -quotient } else { quotient }, scale)
    }
}

/// `10^exponent`, or `None` above 38.
fn power_of_ten(exponent: u32) -> Option<i128> {
    10_i128.checked_pow(exponent)
}

/// Whether `quotient + remainder/denominator` is nearer to `quotient + 1`, a half going to the even neighbour.
fn rounds_up(quotient: u128, remainder: u128, denominator: u128) -> bool {
    match remainder.cmp(&(denominator - remainder)) {
        Ordering::Less => false,
        Ordering::Greater => true,
        Ordering::Equal => quotient % 2 == 1,
    }
}

impl FromStr for Decimal {
    type Err = DecimalError;

    /// Reads plain (`-12.50`) or scientific (`1.5E-8`) notation, exactly. A sign, digits before and after the point
    /// and an exponent may be there; at least one digit must be.
    fn from_str(text: &str) -> Result<Self, DecimalError> {
        let (mantissa, exponent) = match text.find(['e', 'E']) {
            Some(at) => (&text[..at], parse_exponent(&text[at + 1..])?),
            None => (text, 0),
        };
        let (negative, digits) = match mantissa.as_bytes().first() {
            Some(b'-') => (true, &mantissa[1..]),
            Some(b'+') => (false, &mantissa[1..]),
            _ => (false, mantissa),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = whole.bytes().chain(fraction.bytes());
        if whole.len() + fraction.len() == 0 || !all_digits.clone().all(|b| b.is_ascii_digit()) {
            return Err(DecimalError::Malformed);
        }
        let significant = all_digits.clone().skip_while(|b| *b == b'0').count();
        if significant > MAX_INPUT_DIGITS {
            return Err(DecimalError::TooManyDigits);
        }
        let magnitude = all_digits.fold(0_i128, |value, b| value * 10 + i128::from(b - b'0'));
        let units = if negative { -magnitude } else { magnitude };
        let decimals = i64::try_from(fraction.len()).map_err(|_| DecimalError::TooManyDecimals)?;
        Self::shifted(units, significant, decimals - exponent)
    }
}

/// The exponent of a scientific notation; one that no exact value can have saturates instead of overflowing.
fn parse_exponent(text: &str) -> Result<i64, DecimalError> {
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(DecimalError::Malformed);
    }
    let magnitude = digits.bytes().fold(0_i64, |value, b| (value * 10 + i64::from(b - b'0')).min(1_000_000));
    Ok(if negative { -magnitude } else { magnitude })
}

impl Decimal {
    /// `units / 10^decimals`, where a negative number of decimals appends zeros.
    fn shifted(units: i128, significant: usize, decimals: i64) -> Result<Self, DecimalError> {
        if units == 0 && decimals < 0 {
            return Ok(Self::ZERO);
        }
        if let Ok(scale) = u32::try_from(decimals) {
            return if scale > MAX_INPUT_SCALE {
                Err(DecimalError::TooManyDecimals)
            } else {
                Ok(Self { units, scale })
            };
        }
        let zeros = usize::try_from(-decimals).map_err(|_| DecimalError::TooManyDigits)?;
        if significant + zeros > MAX_INPUT_DIGITS {
            return Err(DecimalError::TooManyDigits);
        }
        let power = u32::try_from(zeros).ok().and_then(power_of_ten).ok_or(DecimalError::TooManyDigits)?;
        Ok(Self { units: units * power, scale: 0 })
    }
}

impl fmt::Display for Decimal {
    /// Plain notation with all its decimals; also a valid JSON number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.units.unsigned_abs();
        if self.scale == 0 {
            return f.pad_integral(self.units >= 0, "", &magnitude.to_string());
        }
        let width = self.scale as usize + 1;
        let digits = format!("{magnitude:0>width$}");
        let (whole, fraction) = digits.split_at(digits.len() - self.scale as usize);
        f.pad_integral(self.units >= 0, "", &format!("{whole}.{fraction}"))
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.scale == other.scale {
            return self.units.cmp(&other.units);
        }
        let (a, b) = (self.split(), other.split());
        a.cmp(&b)
    }
}

impl Decimal {
    /// Whole part and fraction in units of `10^-38`, both carrying the sign: what orders values of any two scales.
    fn split(self) -> (i128, i128) {
        // A scale of at most 38 keeps both powers inside i128; saturation is unreachable.
        let divisor = power_of_ten(self.scale).unwrap_or(i128::MAX);
        let unit = power_of_ten(MAX_SCALE - self.scale).unwrap_or(1);
        (self.units / divisor, (self.units % divisor) * unit)
    }
}

impl Hash for Decimal {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let value = self.normalized();
        (value.units, value.scale).hash(state);
    }
}

impl From<u64> for Decimal {
    fn from(value: u64) -> Self {
        Self::whole(i128::from(value))
    }
}

#[cfg(test)]
mod tests;
