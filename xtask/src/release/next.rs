//! The next version, from the last one and the messages since then.

use anyhow::Result;

use crate::exit::Refusal;
use crate::version::Version;

/// How much a commit raises the version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Change {
    None,
    Fix,
    Feature,
    Breaking,
}

/// The version that the commits call for; `None` when none of them changes what users get. Before 1.0 a breaking
/// change raises the minor version, as Semantic Versioning 2.0.0 (item 4) leaves open and cargo assumes. Without an
/// earlier version the first one is 0.1.0.
///
/// # Errors
/// A [`Refusal`] when a hotfix has nothing to follow, or its commits add or break something.
pub fn version(last: Option<&Version>, commits: &[String], hotfix: bool) -> Result<Option<Version>> {
    let change = commits.iter().map(|message| change(message)).max().unwrap_or(Change::None);
    if change == Change::None {
        return Ok(None);
    }
    let Some(last) = last else {
        if hotfix {
            return Err(Refusal::invalid("there is no released version to repair").into());
        }
        return Ok(Some(Version::new(0, 1, 0)));
    };
    if hotfix && change > Change::Fix {
        let message = format!("a hotfix only repairs: a commit since v{last} adds or breaks something");
        return Err(Refusal::invalid(message).into());
    }
    let Version { major, minor, patch, .. } = *last;
    Ok(Some(match (change, major) {
        (Change::Breaking, 1..) => Version::new(major + 1, 0, 0),
        (Change::Breaking, 0) | (Change::Feature, _) => Version::new(major, minor + 1, 0),
        (Change::Fix | Change::None, _) => Version::new(major, minor, patch + 1),
    }))
}

/// What a message says, by Conventional Commits 1.0.0; a message of any other form, a merge for example, says nothing.
pub(super) fn change(message: &str) -> Change {
    let subject = message.lines().next().unwrap_or_default();
    let Some((head, _)) = subject.split_once(": ") else { return Change::None };
    let (head, is_marked) = head.strip_suffix('!').map_or((head, false), |head| (head, true));
    let kind = head.split_once('(').map_or(head, |(kind, _)| kind);
    let is_scoped_well = head == kind || head.ends_with(')');
    if kind.is_empty() || !kind.chars().all(|c| c.is_ascii_lowercase()) || !is_scoped_well {
        return Change::None;
    }
    let is_footer = |line: &str| line.starts_with("BREAKING CHANGE: ") || line.starts_with("BREAKING-CHANGE: ");
    if is_marked || message.lines().skip(1).any(is_footer) {
        return Change::Breaking;
    }
    match kind {
        "feat" => Change::Feature,
        "fix" | "perf" | "revert" => Change::Fix,
        _ => Change::None,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::version;
    use crate::version::Version;

    /// The last version, the messages since then, the next version; the changelog is compared with it too.
    pub(in crate::release) const GOLDEN: &[(&str, &[&str], &str)] = &[
        // No tag yet.
        ("", &["feat: begin"], "0.1.0"),
        ("", &["docs: begin"], "-"),
        // No commits.
        ("1.2.3", &[], "-"),
        ("1.2.3", &["fix: a"], "1.2.4"),
        ("1.2.3", &["perf: a"], "1.2.4"),
        ("1.2.3", &["fix: a", "feat(http): b", "docs: c"], "1.3.0"),
        ("1.2.3", &["feat!: a"], "2.0.0"),
        ("1.2.3", &["refactor(ports)!: a"], "2.0.0"),
        // Breaking footers, in a commit of any kind.
        ("1.2.3", &["fix: a\n\nBecause.\n\nBREAKING CHANGE: the field is gone"], "2.0.0"),
        ("1.2.3", &["chore: a\n\nBREAKING-CHANGE: gone"], "2.0.0"),
        ("1.2.3", &["fix: a\n\nThis is no BREAKING CHANGE: really"], "1.2.4"),
        // Before 1.0.
        ("0.3.1", &["feat!: a"], "0.4.0"),
        ("0.3.1", &["feat: a"], "0.4.0"),
        ("0.3.1", &["fix: a"], "0.3.2"),
        // Merges and messages of other forms.
        ("1.2.3", &["Merge branch 'develop'", "Merge pull request #1 from x/feat: y"], "-"),
        ("1.2.3", &["fixed the bug", "feat without colon", "FEAT: shouting", ": nothing"], "-"),
        ("1.2.3", &["Merge branch 'x'", "fix: a"], "1.2.4"),
        ("1.2.3", &["feat(broken: a"], "-"),
    ];

    #[test]
    fn the_golden_table() {
        for (last, commits, expected) in GOLDEN {
            let last = Version::parse(last).ok();
            let commits: Vec<String> = commits.iter().map(|&text| text.to_owned()).collect();
            let next = version(last.as_ref(), &commits, false).unwrap();
            assert_eq!(next.map_or("-".to_owned(), |next| next.to_string()), *expected, "{last:?} {commits:?}");
        }
    }

    #[test]
    fn a_hotfix_repairs_a_release_and_nothing_else() {
        let last = Version::new(1, 2, 3);
        assert_eq!(version(Some(&last), &["fix: a".into()], true).unwrap(), Some(Version::new(1, 2, 4)));
        assert!(version(Some(&last), &["feat: a".into()], true).is_err());
        assert!(version(None, &["fix: a".into()], true).is_err());
    }
}
