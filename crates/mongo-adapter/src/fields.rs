//! Reading the fields of a document, with errors that name the field.

use crate::amount;
use domain::{Date, Decimal, Timestamp, Version};
use mongodb::bson::{DateTime, RawArray, RawBsonRef, RawDocument, oid::ObjectId};
use ports::StoreError;
use std::error::Error;
use std::fmt;
use std::str::FromStr;

/// The fields of one stored document.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a> {
    document: &'a RawDocument,
    /// The fields, when they were all looked up at once.
    table: Option<&'a [(&'a str, RawBsonRef<'a>)]>,
}

/// A field that cannot be read.
#[derive(Debug)]
pub(crate) struct FieldError {
    path: String,
    problem: Problem,
}

#[derive(Debug)]
enum Problem {
    Missing,
    Unexpected(&'static str),
    Invalid(Box<dyn Error + Send + Sync>),
}

impl FieldError {
    /// A field whose value breaks a rule.
    pub(crate) fn invalid(path: &str, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { path: path.to_owned(), problem: Problem::Invalid(cause.into()) }
    }

    /// The same problem, seen from the document that holds this one at `place`.
    pub(crate) fn inside(self, place: impl fmt::Display) -> Self {
        Self { path: format!("{place}.{}", self.path), ..self }
    }

    /// The error of a store that found this in the `kind` stored under `id`.
    pub(crate) fn corrupt(self, kind: &'static str, id: impl fmt::Display) -> StoreError {
        StoreError::Corrupt { kind, id: id.to_string(), cause: Box::new(self) }
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.problem {
            Problem::Missing => write!(f, "{} is missing", self.path),
            Problem::Unexpected(wanted) => write!(f, "{} is not {wanted}", self.path),
            Problem::Invalid(cause) => write!(f, "{}: {cause}", self.path),
        }
    }
}

impl Error for FieldError {}

impl<'a> Fields<'a> {
    pub(crate) const fn new(document: &'a RawDocument) -> Self {
        Self { document, table: None }
    }

    /// Reads with all fields looked up at once, which is worth it for a document of which there are millions.
    pub(crate) fn at_once<T>(self, read: impl FnOnce(Fields<'_>) -> Result<T, FieldError>) -> Result<T, FieldError> {
        let mut table = Vec::with_capacity(16);
        for field in self.document {
            let (name, value) = field.map_err(|error| FieldError::invalid("", error))?;
            table.push((name.as_str(), value));
        }
        read(Fields { document: self.document, table: Some(&table) })
    }

    /// The value, unless it is missing or null.
    pub(crate) fn optional(self, field: &str) -> Result<Option<RawBsonRef<'a>>, FieldError> {
        let value = match self.table {
            Some(table) => table.iter().find(|(name, _)| *name == field).map(|(_, value)| *value),
            None => self.document.get(field).map_err(|error| FieldError::invalid(field, error))?,
        };
        Ok(value.filter(|value| !matches!(value, RawBsonRef::Null | RawBsonRef::Undefined)))
    }

    fn required<T>(
        self,
        field: &str,
        wanted: &'static str,
        convert: impl FnOnce(RawBsonRef<'a>) -> Option<T>,
    ) -> Result<T, FieldError> {
        let error = |problem| FieldError { path: field.to_owned(), problem };
        let value = self.optional(field)?.ok_or_else(|| error(Problem::Missing))?;
        convert(value).ok_or_else(|| error(Problem::Unexpected(wanted)))
    }

    /// What `read` makes of the field, or `None` when it is missing or null.
    pub(crate) fn maybe<T>(
        self,
        field: &str,
        read: impl FnOnce(Self, &str) -> Result<T, FieldError>,
    ) -> Result<Option<T>, FieldError> {
        self.optional(field)?.map(|_| read(self, field)).transpose()
    }

    pub(crate) fn text(self, field: &str) -> Result<&'a str, FieldError> {
        self.required(field, "a text", RawBsonRef::as_str)
    }

    pub(crate) fn flag(self, field: &str) -> Result<bool, FieldError> {
        self.required(field, "true or false", RawBsonRef::as_bool)
    }

    /// A text of a type that has its own reader.
    pub(crate) fn parsed<T>(self, field: &str) -> Result<T, FieldError>
    where
        T: FromStr<Err: Into<Box<dyn Error + Send + Sync>>>,
    {
        self.text(field)?.parse().map_err(|error: T::Err| FieldError::invalid(field, error))
    }

    /// A text that names one of a fixed set.
    pub(crate) fn coded<T>(self, field: &str, from_code: impl FnOnce(&str) -> Option<T>) -> Result<T, FieldError> {
        let code = self.text(field)?;
        from_code(code).ok_or_else(|| FieldError::invalid(field, format!("{code:?} is unknown")))
    }

    pub(crate) fn object_id(self, field: &str) -> Result<ObjectId, FieldError> {
        self.required(field, "an ObjectId", RawBsonRef::as_object_id)
    }

    /// An instant, in milliseconds.
    pub(crate) fn instant(self, field: &str) -> Result<Timestamp, FieldError> {
        self.required(field, "a date", |value| {
            Timestamp::from_timestamp_millis(value.as_datetime()?.timestamp_millis())
        })
    }

    /// The day of an instant.
    pub(crate) fn day(self, field: &str) -> Result<Date, FieldError> {
        self.instant(field).map(|instant| instant.date_naive())
    }

    /// A whole number of zero or more, however it is stored.
    pub(crate) fn whole(self, field: &str) -> Result<u64, FieldError> {
        self.required(field, "a whole number of zero or more", |value| match value {
            RawBsonRef::Int32(number) => number.try_into().ok(),
            RawBsonRef::Int64(number) => number.try_into().ok(),
            RawBsonRef::Decimal128(_) => amount::read(value).ok()?.units_at(0)?.try_into().ok(),
            // What a shell writes by hand.
            RawBsonRef::Double(number) if number.fract() == 0.0 => format!("{number:.0}").parse().ok(),
            _ => None,
        })
    }

    pub(crate) fn version(self, field: &str) -> Result<Version, FieldError> {
        let number = u32::try_from(self.whole(field)?).ok().and_then(Version::new);
        number.ok_or_else(|| FieldError::invalid(field, "a version is between 1 and 4294967295"))
    }

    /// An exact decimal.
    pub(crate) fn decimal(self, field: &str) -> Result<Decimal, FieldError> {
        let value = self.required(field, "a decimal", Some)?;
        amount::read(value).map_err(|error| FieldError::invalid(field, error))
    }

    /// A decimal that may be rounded at the 38th decimal.
    pub(crate) fn ratio(self, field: &str) -> Result<Decimal, FieldError> {
        let value = self.required(field, "a decimal", Some)?;
        amount::read_ratio(value).map_err(|error| FieldError::invalid(field, error))
    }

    pub(crate) fn bytes(self, field: &str) -> Result<&'a [u8], FieldError> {
        self.required(field, "binary data", |value| value.as_binary().map(|binary| binary.bytes))
    }

    fn array(self, field: &str) -> Result<&'a RawArray, FieldError> {
        self.required(field, "a list", RawBsonRef::as_array)
    }

    pub(crate) fn document(self, field: &str) -> Result<Fields<'a>, FieldError> {
        self.required(field, "a document", |value| value.as_document().map(Fields::new))
    }

    /// What `read` makes of each document of a list.
    pub(crate) fn documents<T>(
        self,
        field: &str,
        mut read: impl FnMut(Fields<'a>) -> Result<T, FieldError>,
    ) -> Result<Vec<T>, FieldError> {
        self.items(field, |value| {
            let document = value.as_document().ok_or_else(|| FieldError::invalid("", "not a document"))?;
            read(Fields::new(document))
        })
    }

    /// Each text of a list, read.
    pub(crate) fn parsed_list<T>(self, field: &str) -> Result<Vec<T>, FieldError>
    where
        T: FromStr<Err: Into<Box<dyn Error + Send + Sync>>>,
    {
        self.items(field, |value| {
            let text = value.as_str().ok_or_else(|| FieldError::invalid("", "not a text"))?;
            text.parse().map_err(|error: T::Err| FieldError::invalid("", error))
        })
    }

    /// The ids of a list; an absent list has none.
    pub(crate) fn object_ids(self, field: &str) -> Result<Vec<ObjectId>, FieldError> {
        let read = |fields: Self, field: &str| {
            fields.items(field, |value| value.as_object_id().ok_or_else(|| FieldError::invalid("", "not an ObjectId")))
        };
        self.maybe(field, read).map(Option::unwrap_or_default)
    }

    fn items<T>(
        self,
        field: &str,
        mut read: impl FnMut(RawBsonRef<'a>) -> Result<T, FieldError>,
    ) -> Result<Vec<T>, FieldError> {
        let mut items = Vec::new();
        for (index, value) in self.array(field)?.into_iter().enumerate() {
            let value = value.map_err(|error| FieldError::invalid(field, error))?;
            items.push(read(value).map_err(|error| error.inside(format_args!("{field}.{index}")))?);
        }
        Ok(items)
    }
}

/// An instant as it is stored: milliseconds since 1970.
pub(crate) fn date_time(instant: Timestamp) -> DateTime {
    DateTime::from_millis(instant.timestamp_millis())
}

/// A day as it is stored: its first instant in UTC.
pub(crate) fn midnight(day: Date) -> DateTime {
    // Midnight exists on every day of UTC.
    DateTime::from_millis(day.and_hms_opt(0, 0, 0).unwrap_or_default().and_utc().timestamp_millis())
}

/// A whole number as it is stored: 64 bits, or a decimal when it does not fit.
pub(crate) fn whole(number: u64) -> mongodb::bson::RawBson {
    i64::try_from(number).map_or_else(|_| amount::to_raw(number.into()), Into::into)
}
