//! Decimals in answers: as strings (models, answers of a rebalance) or as numbers (stored rebalances).

use domain::Decimal;
use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

/// A decimal in plain notation: digits, and a point with more of them if there is a scale.
const PLAIN: &str = r"^-?[0-9]+(\.[0-9]+)?$";
/// What is read as a decimal when it comes as a string.
const READABLE: &str = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$";

/// A decimal that is written as a JSON string, with its scale kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TextDecimal(pub(crate) Decimal);

impl Serialize for TextDecimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl PartialSchema for TextDecimal {
    fn schema() -> RefOr<Schema> {
        string(PLAIN).description(Some("An exact decimal in plain notation.")).examples(["0.60"]).into()
    }
}

impl ToSchema for TextDecimal {}

/// A decimal that is written as a JSON number, without loss.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NumberDecimal(pub(crate) Decimal);

impl Serialize for NumberDecimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.to_string()).map_err(S::Error::custom)?.serialize(serializer)
    }
}

impl PartialSchema for NumberDecimal {
    fn schema() -> RefOr<Schema> {
        number().description(Some("An exact decimal: read its text, not a binary fraction.")).into()
    }
}

impl ToSchema for NumberDecimal {}

/// A decimal in a request: a string or a number, from `MIN` to `MAX` in units of 1/100.
#[derive(Debug)]
pub(crate) struct DecimalInput<const MIN: i16, const MAX: i16>;

impl<const MIN: i16, const MAX: i16> PartialSchema for DecimalInput<MIN, MAX> {
    fn schema() -> RefOr<Schema> {
        let bounds = number().minimum(Some(f64::from(MIN) / 100.0)).maximum(Some(f64::from(MAX) / 100.0));
        let text = string(READABLE).max_length(Some(64));
        OneOfBuilder::new().item(bounds).item(text).into()
    }
}

impl<const MIN: i16, const MAX: i16> ToSchema for DecimalInput<MIN, MAX> {}

/// A decimal in a request without bounds of its own.
#[derive(Debug)]
pub(crate) struct AnyDecimalInput;

impl PartialSchema for AnyDecimalInput {
    fn schema() -> RefOr<Schema> {
        OneOfBuilder::new().item(number()).item(string(READABLE).max_length(Some(64))).into()
    }
}

impl ToSchema for AnyDecimalInput {}

fn string(pattern: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).pattern(Some(pattern))
}

fn number() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::new(Type::Number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_strings_keep_the_scale() {
        let value: Decimal = "0.60".parse().expect("a decimal");
        assert_eq!(serde_json::to_string(&NumberDecimal(value)).expect("JSON"), "0.60");
        assert_eq!(serde_json::to_string(&TextDecimal(value)).expect("JSON"), "\"0.60\"");
    }
}
