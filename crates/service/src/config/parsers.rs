//! From the text of a variable to its value. An error says what the value must be.

use super::{LogFormat, Secret};
use domain::{Decimal, Reserve};
use std::net::IpAddr;
use std::time::Duration;
use upstream_adapter::BaseUrl;

/// What may be shown of a value: whatever stands before an `@` may be credentials, and so may a query.
pub(super) fn masked(text: &str) -> String {
    let (text, query) = text.split_once('?').map_or((text, ""), |(text, _)| (text, "?***"));
    let shown = text.rsplit_once('@').map_or_else(|| text.to_owned(), |(_, host)| format!("***@{host}"));
    shown + query
}

pub(super) fn address(text: &str) -> Result<IpAddr, String> {
    text.parse().map_err(|_| "must be an IP address".to_owned())
}

pub(super) fn port(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| "must be a port, 0 to 65535".to_owned())
}

pub(super) fn count(text: &str, least: usize, most: usize) -> Result<usize, String> {
    let in_range = text.parse().ok().filter(|n| (least..=most).contains(n));
    in_range.ok_or_else(|| format!("must be a whole number from {least} to {most}"))
}

/// Seconds, or a number with a unit: `500ms`, `2s`, `1m`, `1h`.
pub(super) fn positive_duration(text: &str) -> Result<Duration, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit_ms: i128 = match unit.trim() {
        "ms" => 1,
        "" | "s" => 1_000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        _ => return Err(DURATION.to_owned()),
    };
    let number: Decimal = number.parse().map_err(|_| DURATION.to_owned())?;
    let ms = number.checked_mul(Decimal::whole(unit_ms)).map(|ms| ms.round_half_even(0)).and_then(|ms| ms.units_at(0));
    let ms = ms.and_then(|ms| u64::try_from(ms).ok()).filter(|ms| (1..=86_400_000).contains(ms));
    ms.map(Duration::from_millis).ok_or_else(|| DURATION.to_owned())
}

const DURATION: &str = "must be a time from 1ms to 24h: seconds, or a number with ms, s, m or h";

pub(super) fn base_url(text: &str) -> Result<BaseUrl, String> {
    text.parse().map_err(|error: upstream_adapter::BaseUrlError| error.to_string())
}

fn http_url(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    let host = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    match host {
        Some(host) if !host.is_empty() && !text.contains(char::is_whitespace) => {
            Ok(text.trim_end_matches('/').to_owned())
        }
        _ => Err("must be a URL that starts with http:// or https://".to_owned()),
    }
}

pub(super) fn mongodb_url(text: &str) -> Result<Secret, String> {
    if text.starts_with("mongodb://") || text.starts_with("mongodb+srv://") {
        Ok(Secret(text.to_owned()))
    } else {
        Err("must start with mongodb:// or mongodb+srv://".to_owned())
    }
}

pub(super) fn database_name(text: &str) -> Result<String, String> {
    let forbidden = |c: char| c.is_whitespace() || "/\\.\"$*<>:|?\0".contains(c);
    if text.len() > 63 || text.contains(forbidden) {
        return Err("must be a MongoDB database name: at most 63 bytes, none of / \\ . \" $ * < > : | ?".to_owned());
    }
    Ok(text.to_owned())
}

/// An amount, or a percentage of market value.
pub(super) fn reserve(text: &str) -> Result<Reserve, String> {
    let decimal = |text: &str| text.trim().parse::<Decimal>();
    let reserve = match text.strip_suffix('%') {
        None => decimal(text).map(|amount| Reserve::new(amount, Decimal::ZERO)),
        Some(percent) => decimal(percent).map(|percent| {
            let hundredth = Decimal::new(1, 2).and_then(|hundredth| percent.checked_mul(hundredth));
            Reserve::new(Decimal::ZERO, hundredth.unwrap_or(Decimal::whole(2)))
        }),
    };
    match reserve {
        Ok(Ok(reserve)) => Ok(reserve),
        Ok(Err(error)) => Err(format!("must be an amount (5000) or a percentage (2%): {error}")),
        Err(error) => Err(format!("must be an amount (5000) or a percentage (2%): {error}")),
    }
}

/// `*` is every origin: an empty list.
pub(super) fn origins(text: &str) -> Result<Vec<String>, String> {
    if text == "*" {
        return Ok(Vec::new());
    }
    let origins = text.split(',').map(str::trim).filter(|origin| !origin.is_empty());
    let checked = origins.map(|origin| match http_url(origin) {
        Ok(origin) if origin.matches('/').count() == 2 => Ok(origin),
        _ => Err(format!(
            "must be * or a list of origins such as https://portal.example.org; {:?} is none",
            masked(origin)
        )),
    });
    checked.collect()
}

pub(super) fn log_level(text: &str) -> Result<String, String> {
    let lower = text.to_lowercase();
    // The previous service took Python's names.
    let level = match lower.as_str() {
        "warning" => "warn".to_owned(),
        "critical" => "error".to_owned(),
        _ => lower,
    };
    // A bare word that is no level would be taken for the name of a target, and silence everything else.
    let is_level = |part: &str| part.contains('=') || part.parse::<tracing_subscriber::filter::LevelFilter>().is_ok();
    let is_filter = level.parse::<tracing_subscriber::filter::Targets>().is_ok();
    if is_filter && level.split(',').all(|part| is_level(part.trim())) {
        Ok(level)
    } else {
        Err("must be ERROR, WARN, INFO, DEBUG, TRACE or a filter such as info,upstream_adapter=debug".to_owned())
    }
}

pub(super) fn log_format(text: &str) -> Result<LogFormat, String> {
    match text.to_lowercase().as_str() {
        "json" => Ok(LogFormat::Json),
        "text" => Ok(LogFormat::Text),
        _ => Err("must be json or text".to_owned()),
    }
}

/// `host:port`, with or without `http://`.
pub(super) fn otlp_endpoint(text: &str) -> Result<String, String> {
    let url = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    if url.starts_with("https://") {
        return Err(
            "must be reached without TLS: put a collector on the node or in the pod, and send on from there".to_owned()
        );
    }
    http_url(&url).map_err(|_| "must be host:port or http://host:port".to_owned())
}

/// `key=value` pairs; spaces around commas are allowed.
pub(super) fn attributes(text: &str) -> Result<Vec<(String, String)>, String> {
    let pairs = text.split(',').map(str::trim).filter(|pair| !pair.is_empty());
    let split = pairs.map(|pair| match pair.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.trim().to_owned())),
        _ => Err(format!("must be key=value pairs, separated by commas; {:?} is none", masked(pair))),
    });
    split.collect()
}
