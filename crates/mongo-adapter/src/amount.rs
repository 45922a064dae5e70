//! Decimals as they are stored: `Decimal128` with the scale that was written, and text for what is longer.
//!
//! A [`Decimal`] has up to 38 digits, `Decimal128` 34 (IEEE 754-2008, binary integer significand). Both directions are
//! exact: a value of more than 34 digits first loses trailing zeros, and if it is still too long it is stored as a
//! string in plain notation, which is read back the same way (docs/adr/0602).

use domain::Decimal;
use mongodb::bson::{Bson, Decimal128, RawBson, RawBsonRef};

/// The greatest significand of a `Decimal128`: 34 digits.
const MAX_SIGNIFICAND: u128 = 10_u128.pow(34) - 1;
/// What is added to the exponent of a `Decimal128` before it is stored.
const BIAS: i32 = 6176;
/// The most decimals of a [`Decimal`].
const MAX_SCALE: u32 = 38;

/// Why a stored value is not a usable decimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AmountError {
    /// Neither a `Decimal128`, nor a text, nor an integer.
    #[error("not a decimal")]
    Type,
    /// Infinite, or not a number.
    #[error("not a finite number")]
    NotFinite,
    /// More digits before the point than are kept exactly.
    #[error("too great")]
    TooGreat,
    /// More than 38 decimals.
    #[error("more than {MAX_SCALE} decimals")]
    TooFine,
    /// A text that is no number in plain notation.
    #[error("not a number in plain notation")]
    Malformed,
}

/// The value as it is stored in a document that is built as bytes.
pub(crate) fn to_raw(value: Decimal) -> RawBson {
    match encode(value) {
        Some(number) => RawBson::Decimal128(number),
        None => RawBson::String(value.to_string()),
    }
}

/// The value as it is stored in an update or a filter.
pub(crate) fn to_bson(value: Decimal) -> Bson {
    match encode(value) {
        Some(number) => Bson::Decimal128(number),
        None => Bson::String(value.to_string()),
    }
}

/// The exact value of what is stored.
pub(crate) fn read(stored: RawBsonRef<'_>) -> Result<Decimal, AmountError> {
    let (units, scale) = parts(stored)?;
    exact(units, scale).ok_or(AmountError::TooFine)
}

/// The value of a stored ratio. The previous service kept 28 digits however small a ratio was: decimals beyond the
/// 38th, which no [`Decimal`] has, are rounded half-even. Nothing is computed from such a ratio.
pub(crate) fn read_ratio(stored: RawBsonRef<'_>) -> Result<Decimal, AmountError> {
    let (units, scale) = parts(stored)?;
    Ok(exact(units, scale).unwrap_or_else(|| rounded(units, scale)))
}

/// `units / 10^scale`, read without any loss; the scale may exceed what a [`Decimal`] can have.
fn parts(stored: RawBsonRef<'_>) -> Result<(i128, u32), AmountError> {
    match stored {
        RawBsonRef::Decimal128(number) => decode(number),
        RawBsonRef::String(text) => parse(text),
        RawBsonRef::Int32(number) => Ok((number.into(), 0)),
        RawBsonRef::Int64(number) => Ok((number.into(), 0)),
        _ => Err(AmountError::Type),
    }
}

fn encode(value: Decimal) -> Option<Decimal128> {
    let value = if value.units().unsigned_abs() > MAX_SIGNIFICAND { value.normalized() } else { value };
    let significand = value.units().unsigned_abs();
    if significand > MAX_SIGNIFICAND {
        return None;
    }
    let exponent = u128::try_from(BIAS - i32::try_from(value.scale()).ok()?).ok()?;
    let bits = u128::from(value.is_negative()) << 127 | exponent << 113 | significand;
    Some(Decimal128::from_bytes(bits.to_le_bytes()))
}

fn decode(number: Decimal128) -> Result<(i128, u32), AmountError> {
    let bits = u128::from_le_bytes(number.bytes());
    if (bits >> 122) & 0x1e == 0x1e {
        return Err(AmountError::NotFinite);
    }
    // Significands beyond 34 digits are not canonical and mean zero; the form with the high bits 11 has no others.
    let (exponent, significand) = match ((bits >> 125) & 3, bits & ((1 << 113) - 1)) {
        (3, _) => ((bits >> 111) & 0x3fff, 0),
        (_, significand) if significand > MAX_SIGNIFICAND => ((bits >> 113) & 0x3fff, 0),
        (_, significand) => ((bits >> 113) & 0x3fff, significand),
    };
    let magnitude = i128::try_from(significand).map_err(|_| AmountError::TooGreat)?;
    let units = if bits >> 127 == 1 { -magnitude } else { magnitude };
    let exponent = i32::try_from(exponent).map_err(|_| AmountError::TooGreat)? - BIAS;
    match u32::try_from(exponent) {
        Ok(_) if units == 0 => Ok((0, 0)),
        Ok(zeros) => {
            let units = 10_i128.checked_pow(zeros).and_then(|power| units.checked_mul(power));
            Ok((units.ok_or(AmountError::TooGreat)?, 0))
        }
        Err(_) => Ok((units, exponent.unsigned_abs())),
    }
}

/// Reads what [`Decimal`] prints: an optional minus, digits, and digits behind a point.
fn parse(text: &str) -> Result<(i128, u32), AmountError> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
        return Err(AmountError::Malformed);
    }
    let magnitude = whole.bytes().chain(fraction.bytes()).try_fold(0_i128, |value, b| {
        value.checked_mul(10)?.checked_sub(i128::from(b - b'0')) // downwards: the least i128 has no positive twin
    });
    let magnitude = magnitude.ok_or(AmountError::TooGreat)?;
    let units = if negative { Some(magnitude) } else { magnitude.checked_neg() };
    let scale = u32::try_from(fraction.len()).map_err(|_| AmountError::TooFine)?;
    Ok((units.ok_or(AmountError::TooGreat)?, scale))
}

/// The value, if trailing zeros are all that is too fine.
fn exact(mut units: i128, mut scale: u32) -> Option<Decimal> {
    if units == 0 {
        return Decimal::new(0, scale.min(MAX_SCALE));
    }
    while scale > MAX_SCALE && units % 10 == 0 {
        (units, scale) = (units / 10, scale - 1);
    }
    Decimal::new(units, scale)
}

/// The nearest value of 38 decimals, an exact half going to the even neighbour.
fn rounded(units: i128, scale: u32) -> Decimal {
    let nearest = match 10_i128.checked_pow(scale - MAX_SCALE) {
        Some(divisor) => {
            let (quotient, rest) = (units / divisor, (units % divisor).unsigned_abs());
            let half = divisor.unsigned_abs() / 2;
            let up = rest > half || (rest == half && quotient % 2 != 0);
            quotient + if up { units.signum() } else { 0 }
        }
        None => 0,
    };
    Decimal::new(nearest, MAX_SCALE).unwrap_or(Decimal::ZERO)
}

#[cfg(test)]
mod tests;
