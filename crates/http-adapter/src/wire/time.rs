//! Times on the wire: RFC 3339 in UTC with milliseconds.

use chrono::Datelike;
use domain::Timestamp;

/// `2026-01-05T14:30:00.000Z`.
pub(crate) fn format(time: Timestamp) -> String {
    time.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// Reads RFC 3339 with `Z` or an offset, or a time without either, which is taken as UTC. Cut to milliseconds.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let parsed = chrono::DateTime::parse_from_rfc3339(text);
    let time = parsed.or_else(|_| chrono::DateTime::parse_from_rfc3339(&format!("{text}Z"))).ok()?;
    // An offset can lead to a year that RFC 3339 cannot write.
    Timestamp::from_timestamp_millis(time.timestamp_millis()).filter(|time| (0..=9999).contains(&time.year()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zulu_offset_and_naive_times_are_the_same_instant() {
        for text in
            ["2026-01-05T14:30:00Z", "2026-01-05T16:30:00+02:00", "2026-01-05T14:30:00", "2026-01-05T14:30:00.0004"]
        {
            assert_eq!(parse(text).map(format).as_deref(), Some("2026-01-05T14:30:00.000Z"), "{text}");
        }
        for text in ["", "2026-01-05", "yesterday", "2026-13-05T14:30:00Z", "1767571200", "9999-12-31T23:59:59-12:00"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
