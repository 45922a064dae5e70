//! An answer and what can be read from it.

use crate::failure::{Failure, excerpt};
use chrono::DateTime;
use reqwest::StatusCode;
use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;

/// The longest `Retry-After` that is believed.
const LONGEST_RETRY_AFTER: Duration = Duration::from_mins(1);

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Vec<u8>,
    /// Its part of the bytes that may be held in all; given back when the answer is dropped.
    #[expect(dead_code, reason = "it is held, not read")]
    pub(crate) held: Option<OwnedSemaphorePermit>,
}

impl Reply {
    /// The body of a 2xx answer.
    ///
    /// # Errors
    /// `Unavailable` for 408, 429 and 5xx; `Invalid` for any other status and for a body that is not such JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        if !self.status.is_success() {
            return Err(self.refusal());
        }
        self.parsed().map_err(|error| {
            let (error, begin) = (excerpt(error.to_string().as_bytes()), excerpt(&self.body));
            Failure::invalid(format!("not the expected JSON: {error}; it begins with {begin:?}"))
        })
    }

    /// The rows of a 2xx answer that is a list, each read by itself: one that cannot be read spoils no other. It is left
    /// out and told in the log, with its place and the field concerned.
    ///
    /// # Errors
    /// As [`json`](Self::json); and `Invalid`, naming the first row and its field, when no row of a list can be read.
    pub(crate) fn rows<T: DeserializeOwned>(&self) -> Result<Vec<T>, Failure> {
        readable(&self.json::<Vec<Box<RawValue>>>()?)
    }

    /// The body as JSON, whatever the status.
    pub(crate) fn parsed<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }

    /// What a status other than 2xx means, unless the client knows better.
    pub(crate) fn refusal(&self) -> Failure {
        let cause = format!("status {}: {:?}", self.status.as_u16(), excerpt(&self.body)).into();
        let retryable = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS].contains(&self.status);
        if retryable || self.status.is_server_error() {
            Failure::Unavailable { retry_after: self.retry_after, cause }
        } else {
            Failure::Invalid { cause }
        }
    }
}

/// Those of the rows that can be read.
///
/// # Errors
/// `Invalid`, naming the first row and its field, when there are rows and none of them can be read.
pub(crate) fn readable<T: DeserializeOwned>(rows: &[Box<RawValue>]) -> Result<Vec<T>, Failure> {
    let mut read = Vec::with_capacity(rows.len());
    let mut first_error: Option<String> = None;
    for (index, row) in rows.iter().enumerate() {
        let mut deserializer = serde_json::Deserializer::from_str(row.get());
        match serde_path_to_error::deserialize(&mut deserializer) {
            Ok(row) => read.push(row),
            Err(error) => {
                let (field, why) = (error.path().to_string(), excerpt(error.inner().to_string().as_bytes()));
                first_error.get_or_insert_with(|| format!("row {index}, field {field}: {why}"));
            }
        }
    }
    let left_out = rows.len() - read.len();
    if let Some(first) = &first_error {
        tracing::warn!(left_out, first, "rows of an answer cannot be read");
    }
    match first_error {
        Some(error) if read.is_empty() => Err(Failure::invalid(format!("no row can be read; {error}"))),
        _ => Ok(read),
    }
}

/// When the service wants to be asked again: in seconds, or as a date, which is compared with the date of the answer
/// so that no clock is needed.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: HeaderName| headers.get(name)?.to_str().ok().map(str::trim);
    let asked = text(RETRY_AFTER)?;
    let wait = if let Ok(seconds) = asked.parse() {
        Duration::from_secs(seconds)
    } else {
        let [at, now] = [asked, text(DATE)?].map(DateTime::parse_from_rfc2822);
        (at.ok()? - now.ok()?).to_std().unwrap_or(Duration::ZERO)
    };
    Some(wait.min(LONGEST_RETRY_AFTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&str, &str)| {
            (HeaderName::try_from(*name).expect("a name"), value.parse().expect("a value"))
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn retry_after_is_read_as_seconds_or_as_a_date() {
        let now = ("date", "Mon, 05 Jan 2026 14:30:00 GMT");
        for (pairs, seconds) in [
            (&[("retry-after", "42")][..], Some(42)),
            (&[("retry-after", "120")], Some(60)),
            (&[("retry-after", " 0 ")], Some(0)),
            (&[("retry-after", "999999")], Some(60)),
            (&[now, ("retry-after", "Mon, 05 Jan 2026 14:30:07 GMT")], Some(7)),
            (&[now, ("retry-after", "Mon, 05 Jan 2026 14:29:00 GMT")], Some(0)),
            (&[("retry-after", "Mon, 05 Jan 2026 14:30:07 GMT")], None),
            (&[now, ("retry-after", "soon")], None),
            (&[("retry-after", "-1")], None),
            (&[now], None),
        ] {
            assert_eq!(retry_after(&headers(pairs)), seconds.map(Duration::from_secs), "{pairs:?}");
        }
    }

    fn reply(status: u16, body: &str) -> Reply {
        let status = StatusCode::from_u16(status).expect("a status");
        Reply { status, retry_after: Some(Duration::from_secs(9)), body: body.into(), held: None }
    }

    #[test]
    fn a_status_says_whether_asking_again_helps() {
        for status in [408, 429, 500, 502, 503, 504] {
            let failure = reply(status, "").json::<u8>().expect_err("refused");
            assert!(failure.is_retryable(), "{status}");
            assert_eq!(failure.retry_after(), Some(Duration::from_secs(9)), "{status}");
        }
        for status in [301, 304, 400, 401, 403, 404, 405, 409, 422] {
            assert!(matches!(reply(status, "1").json::<u8>(), Err(Failure::Invalid { .. })), "{status}");
        }
    }

    #[test]
    fn a_body_of_another_shape_is_invalid_and_quoted_in_short() {
        for body in ["", "<html>", "[1,", "\"text\"", "{}", "-1", "1 1", "null"] {
            assert!(matches!(reply(200, body).json::<u8>(), Err(Failure::Invalid { .. })), "{body:?}");
        }
        let Err(Failure::Invalid { cause }) = reply(200, &"\"x".repeat(10_000)).json::<u8>() else {
            panic!("readable");
        };
        assert!(cause.to_string().len() < 400, "{cause}");
    }
}
