//! From a git reference to image tags, by a table: see the tests.

use std::fmt;

use anyhow::{Result, bail};

use crate::exit::Refusal;
use crate::version::Version;

/// Where an image comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The branch `main`.
    Main,
    /// The branch `develop`.
    Develop,
    /// Any other branch, or no branch at all.
    Branch(String),
    /// A version tag.
    Release(Version),
    /// A pull request.
    PullRequest(u64),
}

impl Origin {
    /// Reads a full git reference; an empty one stands for a detached head.
    ///
    /// # Errors
    /// A [`Refusal`] when a tag is not a version, or the reference is of no known kind.
    pub fn parse(reference: &str) -> Result<Self> {
        if let Some(branch) = reference.strip_prefix("refs/heads/") {
            return Ok(match branch {
                "main" => Self::Main,
                "develop" => Self::Develop,
                other => Self::Branch(other.to_owned()),
            });
        }
        if let Some(tag) = reference.strip_prefix("refs/tags/") {
            let version = Version::parse_tag(tag);
            return version.map(Self::Release).map_err(|error| Refusal::invalid(error.to_string()).into());
        }
        let number = reference.strip_prefix("refs/pull/").and_then(|rest| rest.split('/').next()?.parse().ok());
        if let Some(number) = number {
            return Ok(Self::PullRequest(number));
        }
        if reference.is_empty() {
            return Ok(Self::Branch("a detached head".into()));
        }
        let known = "refs/heads/main, refs/tags/v1.2.3 or refs/pull/12/merge";
        Err(Refusal::usage(format!("`{reference}` is not a reference such as {known}")).into())
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Main => f.write_str("main"),
            Self::Develop => f.write_str("develop"),
            Self::Branch(name) => f.write_str(name),
            Self::Release(version) => write!(f, "v{version}"),
            Self::PullRequest(number) => write!(f, "pull request {number}"),
        }
    }
}

/// The tags of one image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tags {
    /// All of them, the most specific first.
    pub all: Vec<String>,
    /// The one that must not exist yet, if any.
    pub immutable: Option<String>,
    /// What the image calls its version.
    pub version: String,
    /// Whether images of this origin are published at all.
    pub may_be_pushed: bool,
}

impl Tags {
    /// The tags for an origin. `1.2` and `1` move forward only: a hotfix of an older line does not take them over.
    ///
    /// # Errors
    /// When the commit is not a hash.
    pub fn of(origin: &Origin, commit: &str, released: &[String]) -> Result<Self> {
        if commit.len() < 7 || !commit.chars().all(|c| c.is_ascii_hexdigit()) {
            bail!("`{commit}` is not a commit hash");
        }
        let short = &commit[..7];
        let (all, may_be_pushed) = match origin {
            Origin::Main => (vec![format!("main-sha{short}"), "latest".to_owned()], true),
            Origin::Develop => (vec![format!("develop-sha{short}")], true),
            Origin::Branch(_) => (vec!["local".to_owned()], false),
            Origin::PullRequest(number) => (vec![format!("pr-{number}")], false),
            Origin::Release(version) => (release(version, released), true),
        };
        let version = all.first().cloned().unwrap_or_default();
        let immutable = matches!(origin, Origin::Release(_)).then(|| version.clone());
        Ok(Self { all, immutable, version, may_be_pushed })
    }
}

fn release(version: &Version, released: &[String]) -> Vec<String> {
    let mut tags = vec![format!("v{version}")];
    if version.is_prerelease() {
        return tags;
    }
    let others: Vec<Version> = released.iter().filter_map(|tag| Version::parse_tag(tag).ok()).collect();
    let is_newest = |within: &dyn Fn(&Version) -> bool| {
        others.iter().filter(|other| !other.is_prerelease() && within(other)).all(|other| other <= version)
    };
    if is_newest(&|other| other.major == version.major && other.minor == version.minor) {
        tags.push(format!("{}.{}", version.major, version.minor));
    }
    if is_newest(&|other| other.major == version.major) {
        tags.push(version.major.to_string());
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::{Origin, Tags};
    use crate::exit::Exit;

    #[test]
    fn the_tagging_table() {
        let cases: &[(&str, &[&str], &[&str])] = &[
            ("refs/heads/main", &[], &["main-sha0123456", "latest"]),
            ("refs/heads/develop", &[], &["develop-sha0123456"]),
            ("refs/heads/feature/new", &[], &["local"]),
            ("", &[], &["local"]),
            ("refs/pull/123/merge", &[], &["pr-123"]),
            ("refs/tags/v1.2.3", &["v1.2.3"], &["v1.2.3", "1.2", "1"]),
            ("refs/tags/v0.1.0", &[], &["v0.1.0", "0.1", "0"]),
            ("refs/tags/v2.0.0-rc.1", &[], &["v2.0.0-rc.1"]),
            ("refs/tags/v1.1.5", &["v1.1.4", "v1.2.0"], &["v1.1.5", "1.1"]),
            ("refs/tags/v1.1.4", &["v1.1.5"], &["v1.1.4"]),
            ("refs/tags/v1.3.0", &["v1.4.0-rc.1", "v2.0.0", "not-a-version"], &["v1.3.0", "1.3", "1"]),
        ];
        for (reference, released, expected) in cases {
            let released: Vec<String> = released.iter().map(|&tag| tag.to_owned()).collect();
            let tags = Tags::of(&Origin::parse(reference).unwrap(), "0123456789abcdef", &released).unwrap();
            assert_eq!(tags.all, *expected, "{reference}");
        }
    }

    #[test]
    fn only_a_release_has_a_tag_that_never_changes() {
        let of = |reference: &str| Tags::of(&Origin::parse(reference).unwrap(), "0123456", &[]).unwrap();
        assert_eq!(of("refs/tags/v1.2.3").immutable.as_deref(), Some("v1.2.3"));
        assert_eq!(of("refs/heads/main").immutable, None);
    }

    #[test]
    fn what_is_not_a_version_or_reference_is_refused() {
        let exit = |reference| Exit::of(&Origin::parse(reference).unwrap_err());
        for reference in ["refs/tags/v1.2", "refs/tags/1.2.3"] {
            assert_eq!(exit(reference), Exit::Invalid, "{reference}");
        }
        for reference in ["refs/notes/x", "main", "refs/pull/x/merge"] {
            assert_eq!(exit(reference), Exit::Usage, "{reference}");
        }
        assert!(Tags::of(&Origin::Main, "main", &[]).is_err());
    }
}
