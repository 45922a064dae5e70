//! Reading JSON bodies member by member, so that all faults are found at once and numbers keep their text.

use crate::problem::{Code, FieldProblem, MAX_FIELD_PROBLEMS, Problem};
use domain::{Decimal, DecimalError, IdError};
use serde::de::{DeserializeOwned, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;
use serde_json::value::RawValue;
use std::fmt;
use std::str::FromStr;

/// A member of an object as it was written. Absent is not the same as null.
#[derive(Debug, Default)]
pub(crate) struct Member(Option<Box<RawValue>>);

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(|raw| Self(Some(raw)))
    }
}

/// The beginning of an array, and how long it is.
struct Bounded {
    kept: Vec<Member>,
    length: usize,
}

/// Elements of an array that are kept at the most.
const MOST_KEPT: usize = 1_024;

impl<'de> Deserialize<'de> for Bounded {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(BoundedVisitor)
    }
}

struct BoundedVisitor;

impl<'de> Visitor<'de> for BoundedVisitor {
    type Value = Bounded;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Bounded, A::Error> {
        let mut list = Bounded { kept: Vec::new(), length: 0 };
        while list.kept.len() < MOST_KEPT {
            let Some(element) = elements.next_element()? else { return Ok(list) };
            list.kept.push(element);
            list.length += 1;
        }
        while elements.next_element::<IgnoredAny>()?.is_some() {
            list.length += 1;
        }
        Ok(list)
    }
}

/// The faults found so far: those that are told, and how many there are in all.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    told: Vec<FieldProblem>,
    all: usize,
}

impl Faults {
    /// One more fault.
    pub(crate) fn add(&mut self, pointer: &str, code: Code, message: impl Into<String>) {
        self.push(FieldProblem::at(pointer, code, message));
    }

    /// One more fault.
    pub(crate) fn push(&mut self, fault: FieldProblem) {
        self.all += 1;
        if self.told.len() < MAX_FIELD_PROBLEMS {
            self.told.push(fault);
        }
    }

    /// The value, when there was no fault.
    pub(crate) fn finish<T>(self, value: Option<T>) -> Result<T, Problem> {
        match value {
            Some(value) if self.all == 0 => Ok(value),
            _ => Err(Problem::invalid(self.told, self.all)),
        }
    }
}

/// What a body begins with that is no JSON in UTF-8 and looks like one to people.
fn foreign_encoding(body: &[u8]) -> Option<&'static str> {
    match body {
        [0xEF, 0xBB, 0xBF, ..] => Some("a byte order mark"),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Some("the byte order mark of UTF-16"),
        [0, b'{' | b'[', ..] | [b'{' | b'[', 0, ..] => Some("a letter of UTF-16"),
        _ => None,
    }
}

/// The object that a body is.
pub(crate) fn object<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    if let Some(encoding) = foreign_encoding(body) {
        let detail = format!("The body begins with {encoding}; send UTF-8 without a byte order mark.");
        return Err(Problem::new(Code::MalformedJson, detail));
    }
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    let parsed = serde_json::from_slice::<&RawValue>(body).and_then(|_| serde_json::from_slice(body));
    match (first, parsed) {
        (None, _) => Err(Problem::new(Code::MalformedJson, "The body is empty; a JSON object is expected.")),
        (Some(b'{'), Ok(value)) => Ok(value),
        (_, Err(error)) if error.classify() != Category::Data => {
            Err(Problem::new(Code::MalformedJson, format!("The body is not JSON: {error}.")))
        }
        (Some(b'{'), Err(error)) => {
            Err(Problem::about(Code::WrongType, "", format!("The body cannot be read: {error}.")))
        }
        (Some(_), _) => Err(Problem::about(Code::WrongType, "", "The body must be a JSON object.")),
    }
}

impl Member {
    /// True when the member is not there.
    pub(crate) const fn is_absent(&self) -> bool {
        self.0.is_none()
    }

    /// True when the member is there and null.
    pub(crate) fn is_null(&self) -> bool {
        self.text() == Some("null")
    }

    /// True when there is something to read.
    pub(crate) fn is_given(&self) -> bool {
        !self.is_absent() && !self.is_null()
    }

    fn text(&self) -> Option<&str> {
        self.0.as_deref().map(RawValue::get)
    }

    /// The token, or the fault that there is none.
    fn required(&self, pointer: &str, faults: &mut Faults) -> Option<&str> {
        let text = self.text();
        if text.is_none() {
            faults.add(pointer, Code::Required, format!("{} is missing.", name(pointer)));
        }
        text
    }

    fn typed<T: DeserializeOwned>(&self, pointer: &str, what: &str, faults: &mut Faults) -> Option<T> {
        let text = self.required(pointer, faults)?;
        let parsed = serde_json::from_str(text);
        if parsed.is_err() {
            if text.starts_with('"') && what == "a string" {
                let rule = "has an escape that is no Unicode character";
                faults.add(pointer, Code::InvalidText, format!("{} {rule}.", name(pointer)));
            } else {
                faults.add(pointer, Code::WrongType, format!("{} must be {what}.", name(pointer)));
            }
        }
        parsed.ok()
    }

    /// A string.
    pub(crate) fn string(&self, pointer: &str, faults: &mut Faults) -> Option<String> {
        self.typed(pointer, "a string", faults)
    }

    /// The elements of an array.
    pub(crate) fn list(&self, pointer: &str, faults: &mut Faults) -> Option<Vec<Self>> {
        self.typed(pointer, "an array", faults)
    }

    /// The elements of an array, of which a longer one than `most` is refused with `code` without being kept.
    pub(crate) fn short_list(
        &self,
        pointer: &str,
        (most, code): (usize, Code),
        faults: &mut Faults,
    ) -> Option<Vec<Self>> {
        let list: Bounded = self.typed(pointer, "an array", faults)?;
        if list.length > most {
            let (name, length) = (name(pointer), list.length);
            faults.add(pointer, code, format!("{name} has {length} elements; at most {most} are read."));
            return None;
        }
        Some(list.kept)
    }

    /// An object with these members.
    pub(crate) fn object<T: DeserializeOwned>(&self, pointer: &str, faults: &mut Faults) -> Option<T> {
        let text = self.required(pointer, faults)?;
        if !text.starts_with('{') {
            faults.add(pointer, Code::WrongType, format!("{} must be an object.", name(pointer)));
            return None;
        }
        self.typed(pointer, "an object that names each member once", faults)
    }

    /// An id.
    pub(crate) fn id<T: FromStr<Err = IdError>>(&self, pointer: &str, code: Code, faults: &mut Faults) -> Option<T> {
        let text = self.string(pointer, faults)?;
        let parsed = text.parse();
        if let Err(error) = &parsed {
            faults.add(pointer, code, format!("{} {error}; got {text:?}.", name(pointer)));
        }
        parsed.ok()
    }

    /// An integer from 0 to 2⁶⁴ − 1; others saturate, so that the caller refuses them as out of its range.
    pub(crate) fn integer(&self, pointer: &str, faults: &mut Faults) -> Option<u64> {
        let text = self.required(pointer, faults)?;
        let digits = text.strip_prefix('-').unwrap_or(text);
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            faults.add(pointer, Code::NotAnInteger, format!("{} must be an integer.", name(pointer)));
            return None;
        }
        Some(if text.starts_with('-') { 0 } else { digits.parse().unwrap_or(u64::MAX) })
    }

    /// A decimal: a string, an integer or a float, taken as the exact number of its text.
    pub(crate) fn decimal(&self, pointer: &str, faults: &mut Faults) -> Option<Decimal> {
        let text = self.required(pointer, faults)?;
        let inner: Option<String> = if text.starts_with('"') { serde_json::from_str(text).ok() } else { None };
        let parsed = inner.as_deref().unwrap_or(text).parse::<Decimal>();
        if let Err(error) = &parsed {
            let code = match error {
                DecimalError::Malformed => Code::InvalidDecimal,
                DecimalError::TooManyDigits => Code::TooManyDigits,
                DecimalError::TooManyDecimals => Code::TooManyDecimals,
            };
            faults.add(pointer, code, format!("{} is {}: {}.", name(pointer), worded(*error), shortened(text)));
        }
        parsed.ok()
    }
}

fn worded(error: DecimalError) -> String {
    match error {
        DecimalError::Malformed => error.to_string(),
        DecimalError::TooManyDigits | DecimalError::TooManyDecimals => format!("a number with {error}"),
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// How people call the member at `pointer`: `positions[3].target`.
pub(crate) fn name(pointer: &str) -> String {
    let mut name = String::new();
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        if part.bytes().all(|b| b.is_ascii_digit()) && !part.is_empty() && !name.is_empty() {
            name = format!("{name}[{part}]");
        } else if name.is_empty() {
            name = part;
        } else {
            name = format!("{name}.{part}");
        }
    }
    if name.is_empty() { "The body".to_owned() } else { name }
}

/// `key` as a part of a JSON pointer.
pub(crate) fn pointer_part(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(text: &str) -> Member {
        serde_json::from_str(text).expect("JSON")
    }

    fn decimal(text: &str) -> Result<String, String> {
        let mut faults = Faults::default();
        let value = member(text).decimal("/target", &mut faults);
        faults.finish(value).map(|d| d.to_string()).map_err(|problem| problem.code().as_str().to_owned())
    }

    #[test]
    fn a_decimal_is_the_number_of_its_text() {
        for (text, value) in [
            ("\"0.60\"", "0.60"),
            ("0.1", "0.1"),
            ("1", "1"),
            ("5e-3", "0.005"),
            ("\"1E-8\"", "0.00000001"),
            ("0.1000000000000000055511151231", "0.1000000000000000055511151231"),
        ] {
            assert_eq!(decimal(text), Ok(value.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_no_decimal_is_refused_by_name() {
        for (text, code) in [
            ("null", "invalid_decimal"),
            ("\"NaN\"", "invalid_decimal"),
            ("true", "invalid_decimal"),
            ("{}", "invalid_decimal"),
            ("\"\"", "invalid_decimal"),
            ("1e400", "too_many_digits"),
            ("0.12345678901234567890123456789", "too_many_digits"),
            ("1e-29", "too_many_decimals"),
        ] {
            assert_eq!(decimal(text), Err(code.to_owned()), "{text}");
        }
    }

    #[test]
    fn members_are_named_as_people_write_them() {
        assert_eq!(name("/positions/3/target"), "positions[3].target");
        assert_eq!(name("/prices/a~1b"), "prices.a/b");
        assert_eq!(name(""), "The body");
    }

    #[test]
    fn a_body_is_one_object() {
        let code =
            |body: &str| object::<std::collections::HashMap<String, Member>>(body.as_bytes()).map_err(|p| p.code());
        assert!(code(" {\"a\":1}").is_ok());
        for body in ["", "{", "{\"a\":NaN}", "nonsense", "{} {}", "[1"] {
            assert_eq!(code(body).err(), Some(Code::MalformedJson), "{body}");
        }
        for body in [&b"\xEF\xBB\xBF{}"[..], b"\xFF\xFE{\0}\0", b"\xFE\xFF\0{\0}", b"{\0}\0", b"\0{\0}"] {
            let problem = object::<std::collections::HashMap<String, Member>>(body).expect_err("not UTF-8");
            assert_eq!(problem.code(), Code::MalformedJson, "{body:?}");
        }
        for body in ["[]", "1", "null", "\"{}\""] {
            assert_eq!(code(body).err(), Some(Code::WrongType), "{body}");
        }
    }
}
