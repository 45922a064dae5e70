//! Image tags: which are well-formed, which are releases, and which may go to production.

use std::fmt;

/// A well-formed image tag.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Tag(String);

/// Text that no registry accepts as a tag.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an image tag: 1 to 128 of A-Z a-z 0-9 _ . - and not starting with . or -")]
pub struct TagError(String);

impl Tag {
    /// # Errors
    /// When the text is not a tag.
    pub fn parse(text: &str) -> Result<Self, TagError> {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let fits = (1..=128).contains(&text.len())
            && text.chars().all(|c| word(c) || c == '.' || c == '-')
            && text.starts_with(word);
        if fits { Ok(Self(text.to_owned())) } else { Err(TagError(text.to_owned())) }
    }

    /// The tag's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The version that a release tag `vX.Y.Z` (or `vX.Y.Z-pre`) stands for; `None` for every other tag: those move.
    #[must_use]
    pub fn release_version(&self) -> Option<&str> {
        let version = self.0.strip_prefix('v')?;
        let (core, pre) = version.split_once('-').map_or((version, None), |(core, pre)| (core, Some(pre)));
        let numbers: Vec<&str> = core.split('.').collect();
        let numeric = |part: &&str| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_digit()) && (part.len() == 1 || !part.starts_with('0'))
        };
        let fits = numbers.len() == 3
            && numbers.iter().all(numeric)
            && pre.is_none_or(|pre| pre.split('.').all(|part| !part.is_empty() && !part.contains('_')));
        fits.then_some(version)
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Tag;

    #[test]
    fn tags_are_what_a_registry_accepts() {
        for text in ["latest", "v1.2.3", "main-sha123456", "_x", "pr-123", &"a".repeat(128)] {
            assert!(Tag::parse(text).is_ok(), "{text}");
        }
        for text in ["", "-x", ".x", "a b", "a/b", "a:b", "ä", "a@sha256", &"a".repeat(129)] {
            assert!(Tag::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn only_full_versions_are_releases() {
        for (text, version) in [
            ("v1.2.3", Some("1.2.3")),
            ("v0.1.0-rc.1", Some("0.1.0-rc.1")),
            ("1.2.3", None),
            ("1.2", None),
            ("v1.2", None),
            ("v01.2.3", None),
            ("v1.2.3-", None),
            ("latest", None),
            ("main-sha123456", None),
            ("pr-12", None),
        ] {
            assert_eq!(Tag::parse(text).unwrap().release_version(), version, "{text}");
        }
    }
}
