//! Query parameters: by name, each at most once, unknown ones ignored.

use crate::problem::{Code, Problem};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use domain::{ModelId, Version};
use std::future::{Ready, ready};

/// The parameters that some path reads.
const KNOWN: [&str; 8] =
    ["version", "offset", "limit", "sort_by", "view", "model_id", "include_external", "include_optimization"];

/// The parameters of a request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

/// A number in a query: its sign decides which refusal it gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Number {
    /// Below zero.
    Negative,
    /// At least zero; what exceeds the type is the greatest that fits.
    Natural(u64),
}

impl Query {
    /// The parameter, with surrounding white space removed.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim())
    }

    /// The same, unless a known parameter stands twice: whichever were meant, the other one was not.
    fn each_once(self) -> Result<Self, Problem> {
        let times = |name: &str| self.0.iter().filter(|(key, _)| key == name).count();
        match KNOWN.into_iter().find(|name| times(name) > 1) {
            Some(name) => {
                let detail = format!("The query parameter {name} is given {} times; give it once.", times(name));
                Err(Problem::about(Code::BadRequest, &format!("/{name}"), detail))
            }
            None => Ok(self),
        }
    }

    /// An integer parameter.
    pub(crate) fn integer(&self, name: &str) -> Result<Option<Number>, Problem> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            let detail = format!("The query parameter {name} must be an integer, not {text:?}.");
            return Err(Problem::about(Code::NotAnInteger, &format!("/{name}"), detail));
        }
        let zero = digits.bytes().all(|b| b == b'0');
        Ok(Some(if negative && !zero { Number::Negative } else { Number::Natural(digits.parse().unwrap_or(u64::MAX)) }))
    }

    /// The version that a delete expects.
    pub(crate) fn version(&self) -> Result<Version, Problem> {
        let Some(number) = self.integer("version")? else {
            let detail = "The query parameter version is missing: send the version that you read, ?version=.";
            return Err(Problem::about(Code::Required, "/version", detail));
        };
        let version = match number {
            Number::Natural(number) => u32::try_from(number).ok().and_then(Version::new),
            Number::Negative => None,
        };
        version.ok_or_else(|| {
            let detail = "The query parameter version must be from 1 to 4294967295.";
            Problem::about(Code::InvalidVersion, "/version", detail)
        })
    }

    /// The model to follow.
    pub(crate) fn model_id(&self) -> Result<Option<ModelId>, Problem> {
        let parse = |text: &str| {
            text.parse().map_err(|error| {
                let detail = format!("The query parameter model_id {error}; got {text:?}.");
                Problem::about(Code::InvalidModelId, "/model_id", detail)
            })
        };
        self.get("model_id").map(parse).transpose()
    }

    /// A truth value, `default` when it is not given.
    pub(crate) fn boolean(&self, name: &str, default: bool) -> Result<bool, Problem> {
        match self.get(name) {
            None => Ok(default),
            Some("true" | "1") => Ok(true),
            Some("false" | "0") => Ok(false),
            Some(text) => {
                let detail = format!("The query parameter {name} must be true or false, not {text:?}.");
                Err(Problem::about(Code::InvalidBoolean, &format!("/{name}"), detail))
            }
        }
    }
}

impl FromRequest for Query {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let pairs = web::Query::<Vec<(String, String)>>::from_query(request.query_string());
        let pairs = pairs.map(|pairs| Self(pairs.into_inner())).map_err(|error| {
            Problem::new(Code::BadRequest, "The query string cannot be read.").caused_by(error.to_string())
        });
        ready(pairs.and_then(Self::each_once))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Query {
        let pairs = web::Query::<Vec<(String, String)>>::from_query(text).expect("a query");
        Query(pairs.into_inner())
    }

    #[test]
    fn a_known_parameter_stands_once() {
        for name in KNOWN {
            let twice = query(&format!("{name}=1&{name}=99")).each_once().map_err(|problem| problem.code());
            assert_eq!(twice.err(), Some(Code::BadRequest), "{name}");
        }
        assert!(query("a=1&a=2&version=1").each_once().is_ok(), "unknown ones are ignored");
    }

    #[test]
    fn a_plus_is_a_space() {
        assert_eq!(query("sort_by=+name").get("sort_by"), Some("name"));
        assert_eq!(query("sort_by=%2Bname").get("sort_by"), Some("+name"));
        assert_eq!(query("").get("a"), None);
    }

    #[test]
    fn integers_of_any_size_are_integers() {
        let natural = |n| Ok(Some(Number::Natural(n)));
        for (text, number) in [("7", 7), ("+7", 7), ("-0", 0), ("99999999999999999999999999", u64::MAX)] {
            assert_eq!(query(&format!("n={text}")).integer("n").map_err(|p| p.code()), natural(number), "{text}");
        }
        let negative = query("n=-99999999999999999999999").integer("n").map_err(|p| p.code());
        assert_eq!(negative, Ok(Some(Number::Negative)));
        for text in ["", "x", "1.0", "1e3", "--1", "0x1"] {
            assert_eq!(
                query(&format!("n={text}")).integer("n").map_err(|p| p.code()),
                Err(Code::NotAnInteger),
                "{text}"
            );
        }
    }
}
