//! What credentials look like.

use std::collections::HashMap;

use anyhow::{Context, Result};
use regex_lite::Regex;

/// Kinds with a shape of their own: what matches is one.
const SHAPES: &[(&str, &str)] = &[
    ("a private key", r"-----BEGIN ([A-Z]+ )*PRIVATE KEY"),
    ("an AWS access key", r"\b(AKIA|ASIA)[A-Z2-7]{16}\b"),
    ("a GitHub token", r"\b(gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})"),
    ("a Docker Hub token", r"\bdckr_(pat|oat)_[A-Za-z0-9_-]{20,}"),
    ("a package registry token", r"\b(npm_[A-Za-z0-9]{36}|cio[A-Za-z0-9]{32}|pypi-[A-Za-z0-9_-]{40,})"),
    ("a Slack token", r"\bxox[abposr]-[A-Za-z0-9-]{10,}"),
    ("a Google API key", r"\bAIza[A-Za-z0-9_-]{35}\b"),
    ("a signed token", r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
];

/// A password in a URL; the group is the password.
const IN_URL: &str = r#"[a-z][a-z0-9+.-]*://[^/\s:@"'`{}<>$]+:([^/\s@"'`{}<>$*]{4,})@[A-Za-z0-9\[]"#;

/// What documentation and tests write where a password would stand.
const STAND_INS: &[&str] = &["password", "pass", "secret", "s3cret", "hunter2"];

/// A value given to a name that says it is secret; the group is the value.
const ASSIGNED: &str =
    r#"(?i)(?:password|passwd|secret|token|api_?key|credential)[a-z_]*["']?\s*[:=]\s*["']([^"'\s]{12,})["']"#;

/// The compiled patterns.
#[derive(Debug)]
pub struct Rules {
    shapes: Vec<(&'static str, Regex)>,
    in_url: Regex,
    assigned: Regex,
}

impl Rules {
    /// Compiles them.
    ///
    /// # Errors
    /// When a pattern is not valid.
    pub fn new() -> Result<Self> {
        let compile = |pattern: &str| Regex::new(pattern).with_context(|| format!("not a pattern: {pattern}"));
        let shapes = SHAPES.iter().map(|(kind, pattern)| Ok((*kind, compile(pattern)?))).collect::<Result<_>>()?;
        Ok(Self { shapes, in_url: compile(IN_URL)?, assigned: compile(ASSIGNED)? })
    }

    /// The first thing in a line that looks like a credential: its kind and its text.
    #[must_use]
    pub fn find<'a>(&self, line: &'a str) -> Option<(&'static str, &'a str)> {
        let shape = self.shapes.iter().find_map(|(kind, rule)| rule.find(line).map(|found| (*kind, found.as_str())));
        shape.or_else(|| self.password_in_url(line)).or_else(|| {
            let value = self.assigned.captures(line)?.get(1)?.as_str();
            is_random(value).then_some(("a secret value", value))
        })
    }

    fn password_in_url<'a>(&self, line: &'a str) -> Option<(&'static str, &'a str)> {
        let password = self.in_url.captures(line)?.get(1)?.as_str();
        (!STAND_INS.contains(&password)).then_some(("a password in a URL", password))
    }
}

/// Whether a text is too random for a name or a sentence: letters and digits, and more than 3.2 bits a character
/// (Shannon; English identifiers stay below 3, random base 64 of 20 characters is near 4).
fn is_random(text: &str) -> bool {
    let mut counts: HashMap<char, f64> = HashMap::new();
    for c in text.chars() {
        *counts.entry(c).or_default() += 1.0;
    }
    let length: f64 = counts.values().sum();
    let bits: f64 = counts.values().map(|count| -(count / length) * (count / length).log2()).sum();
    let has = |wanted: fn(&char) -> bool| text.chars().any(|c| wanted(&c));
    bits > 3.2 && has(char::is_ascii_digit) && has(char::is_ascii_alphabetic) && !text.contains("${")
}

#[cfg(test)]
mod tests {
    use super::Rules;

    /// Planted secrets, in two halves so that the scan does not find this file.
    #[test]
    fn planted_secrets_are_found() {
        let planted = [
            ("-----BEGIN RSA PRI", "VATE KEY-----", "a private key"),
            ("-----BEGIN PRI", "VATE KEY-----", "a private key"),
            ("aws = AKIA", "Q3EGRNVBZ7XQ4ZK2", "an AWS access key"),
            ("ghp_", "16C7e42F292c6912E7710c838347Ae178B4a", "a GitHub token"),
            ("dckr_pat_", "a1B2c3D4e5F6g7H8i9J0k1L2", "a Docker Hub token"),
            ("npm_", "1234567890abcdefghijABCDEFGHIJ123456", "a package registry token"),
            ("xoxb-", "123456789012-abcdefghijkl", "a Slack token"),
            ("AIza", "SyA1234567890abcdefghijklmnopqrstuv", "a Google API key"),
            ("eyJhbGciOiJIUzI1NiJ9", ".eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVPmB92K27u", "a signed token"),
            ("MONGODB_URL=mongodb://app:", "hunter22@db.example.com/orders", "a password in a URL"),
            ("password: \"", "x9$Kq2!vT7pLm4\"", "a secret value"),
            ("const TOKEN = \"", "9f8e7d6c5b4a39281706\"", "a secret value"),
            ("\"client_secret\": \"", "Zm9vYmFyMTIzNDU2Nzg5\"", "a secret value"),
        ];
        let rules = Rules::new().unwrap();
        for (start, end, kind) in planted {
            let line = [start, end].concat();
            assert_eq!(rules.find(&line).map(|(found, _)| found), Some(kind), "{line}");
        }
    }

    #[test]
    fn what_only_talks_about_secrets_is_not() {
        let innocent = [
            "MONGODB_URL=mongodb://${USER}:${PASSWORD}@db/orders",
            "the url is mongodb://user:***@host",
            "password: \"<from the secret store>\"",
            "token = \"DOCKERHUB_TOKEN\"",
            "secret_name: \"order-generation-service-secrets\"",
            "mongodb://user:password@host/orders",
            "http://127.0.0.1:8080/health",
            "# secrets.DOCKERHUB_TOKEN",
        ];
        let rules = Rules::new().unwrap();
        for line in innocent {
            assert_eq!(rules.find(line), None, "{line}");
        }
    }
}
