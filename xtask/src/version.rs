//! Semantic versions as this project uses them: `1.2.3`, with `-rc.1` and the like before a release.

use std::cmp::Ordering;
use std::fmt;

use anyhow::{Context, Result, bail};

/// A version. Its order is that of semantic versioning: a prerelease comes before its release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Changes that break users.
    pub major: u64,
    /// Additions; before 1.0 also changes that break users.
    pub minor: u64,
    /// Repairs.
    pub patch: u64,
    /// What follows the hyphen; empty for a release.
    pub prerelease: String,
}

impl Version {
    /// A release.
    #[must_use]
    pub fn new(major: u64, minor: u64, patch: u64) -> Self {
        Self { major, minor, patch, prerelease: String::new() }
    }

    /// Reads `1.2.3` or `1.2.3-rc.1`.
    ///
    /// # Errors
    /// When the text is anything else; build metadata is not accepted because image tags cannot hold it.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = || format!("`{text}` is not a version such as 1.2.3 or 1.2.3-rc.1");
        let (numbers, prerelease) = match text.split_once('-') {
            Some((numbers, rest)) => (numbers, rest),
            None => (text, ""),
        };
        let number = |part: &str| -> Result<u64> {
            let is_plain = part.chars().all(|c| c.is_ascii_digit()) && (part == "0" || !part.starts_with('0'));
            if is_plain { part.parse().with_context(wrong) } else { bail!(wrong()) }
        };
        let parts: Vec<&str> = numbers.split('.').collect();
        let [major, minor, patch] = parts[..] else { bail!(wrong()) };
        let is_identifier =
            |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if text.contains('-') && !prerelease.split('.').all(is_identifier) {
            bail!(wrong());
        }
        Ok(Self { major: number(major)?, minor: number(minor)?, patch: number(patch)?, prerelease: prerelease.into() })
    }

    /// Reads a git tag, `v` and a version.
    ///
    /// # Errors
    /// When the tag is anything else.
    pub fn parse_tag(tag: &str) -> Result<Self> {
        Self::parse(tag.strip_prefix('v').with_context(|| format!("`{tag}` is not a version tag such as v1.2.3"))?)
    }

    /// Whether it is not a release yet.
    #[must_use]
    pub fn is_prerelease(&self) -> bool {
        !self.prerelease.is_empty()
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if self.is_prerelease() { write!(f, "-{}", self.prerelease) } else { Ok(()) }
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        let numbers = |version: &Self| (version.major, version.minor, version.patch);
        numbers(self).cmp(&numbers(other)).then_with(|| match (self.is_prerelease(), other.is_prerelease()) {
            (false, false) => Ordering::Equal,
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (true, true) => compare_prereleases(&self.prerelease, &other.prerelease),
        })
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Semantic Versioning 2.0.0, item 11: numbers by value and before words, words by character, shorter first.
fn compare_prereleases(one: &str, other: &str) -> Ordering {
    let mut pairs = one.split('.').zip(other.split('.'));
    let by_part = pairs.find_map(|(a, b)| {
        let order = match (a.parse::<u64>(), b.parse::<u64>()) {
            (Ok(a), Ok(b)) => a.cmp(&b),
            (Ok(_), Err(_)) => Ordering::Less,
            (Err(_), Ok(_)) => Ordering::Greater,
            (Err(_), Err(_)) => a.cmp(b),
        };
        order.is_ne().then_some(order)
    });
    by_part.unwrap_or_else(|| one.split('.').count().cmp(&other.split('.').count()))
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn the_order_is_that_of_the_specification() {
        let ordered = ["0.9.0", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0"];
        let versions = ordered.map(|text| Version::parse(text).unwrap());
        assert!(versions.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(versions.map(|version| version.to_string()), ordered);
    }

    #[test]
    fn everything_else_is_refused() {
        for text in ["", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.x", "1.2.3-", "1.2.3-a..b", "1.2.3+build", "v1.2.3"] {
            assert!(Version::parse(text).is_err(), "{text}");
        }
    }
}
