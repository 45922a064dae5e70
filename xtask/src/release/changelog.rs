//! The entries of a version, from its commits; what people wrote in CHANGELOG.md stays.

use crate::plan::{Invocation, Step};
use crate::version::Version;

/// What users read.
pub const FILE: &str = "CHANGELOG.md";
/// How git-cliff writes.
const CLIFF: &str = "xtask/tools/cliff.toml";
/// Below it stands what people wrote since the last version.
const UNRELEASED: &str = "## [Unreleased]";
/// Where that belongs when the version is out.
const NOTES: &str = "### Notes";

/// Puts the new entries on top. What was written by hand since the last version becomes the last part of them.
#[must_use]
pub fn steps(text: &str, tag: &str) -> Vec<Step> {
    let heading = text.lines().any(|line| line == UNRELEASED);
    let adopted = heading.then(|| Step::Write { path: FILE.into(), contents: text.replacen(UNRELEASED, NOTES, 1) });
    let entries = cliff().args(["--unreleased", "--tag", tag, "--prepend", FILE]);
    adopted.into_iter().chain([entries.into()]).collect()
}

/// Prints the entries of a version that is tagged, whatever was tagged after it. `commit` is what the tag points to,
/// `previous` the version before it.
#[must_use]
pub fn of_version(tag: &str, commit: &str, previous: Option<&Version>) -> Invocation {
    let range = previous.map_or(commit.to_owned(), |previous| format!("v{previous}..{commit}"));
    // No other tag is seen: a prerelease on the way does not cut the entries of its release in two.
    let only = format!("^{}$", tag.replace('.', "\\."));
    cliff().args(["--strip", "all", "--tag-pattern", &only, &range])
}

/// The version that the entries of `tag` begin after: for a release the release before it, otherwise whatever was
/// tagged last. `reachable` are the tags that the tag's commit contains.
#[must_use]
pub fn previous(version: &Version, reachable: &[String]) -> Option<Version> {
    let versions = reachable.iter().filter_map(|tag| Version::parse_tag(tag).ok());
    versions.filter(|other| other < version && (version.is_prerelease() || !other.is_prerelease())).max()
}

fn cliff() -> Invocation {
    Invocation::new("git-cliff --config").arg(CLIFF).remedy("after `rm -r target/tools` the tools are installed anew")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use xshell::{Shell, cmd};

    use super::super::next::tests::GOLDEN;
    use super::super::next::{Change, change};
    use super::{CLIFF, FILE, of_version, previous, steps};
    use crate::console::{Colour, Console};
    use crate::plan::{Invocation, Plan};
    use crate::runner::Runner;
    use crate::tools;
    use crate::version::Version;
    use crate::workspace::Workspace;

    /// A repository with nothing but the changelog, and the real configuration and tools.
    struct Scratch {
        workspace: Workspace,
        shell: Shell,
        _folder: tempfile::TempDir,
    }

    impl Scratch {
        fn new() -> Self {
            let real = Workspace::new(Console::new(Colour::Never)).unwrap();
            tools::ensure(&real).unwrap();
            let folder = tempfile::tempdir().unwrap();
            let workspace = Workspace::at(folder.path(), Console::new(Colour::Never));
            for path in [FILE, CLIFF] {
                fs::create_dir_all(workspace.path(path).parent().unwrap()).unwrap();
                fs::copy(real.path(path), workspace.path(path)).unwrap();
            }
            fs::create_dir_all(workspace.path("target")).unwrap();
            std::os::unix::fs::symlink(real.path("target/tools"), workspace.path("target/tools")).unwrap();
            let shell = workspace.shell().unwrap();
            for line in ["init --quiet --initial-branch main", "config user.name Somebody", "config user.email a@b.c"] {
                let words = line.split(' ');
                cmd!(shell, "git {words...}").quiet().run().unwrap();
            }
            Self { workspace, shell, _folder: folder }
        }

        fn commit(&self, message: &str) {
            cmd!(self.shell, "git commit --quiet --allow-empty --message {message}").quiet().run().unwrap();
        }

        fn tag(&self, tag: &str) {
            cmd!(self.shell, "git tag {tag}").quiet().run().unwrap();
        }

        fn printed(&self, invocation: &Invocation) -> String {
            Runner::quiet(&self.workspace).run(&invocation.clone().stdout("target/printed.md")).unwrap();
            fs::read_to_string(self.workspace.path("target/printed.md")).unwrap()
        }

        fn notes(&self, tag: &str) -> String {
            let commit = cmd!(self.shell, "git rev-parse {tag}^0").quiet().read().unwrap();
            let reachable = cmd!(self.shell, "git tag --merged {tag}").quiet().read().unwrap();
            let reachable: Vec<String> = reachable.lines().map(str::to_owned).collect();
            self.printed(&of_version(tag, &commit, previous(&Version::parse_tag(tag).unwrap(), &reachable).as_ref()))
        }
    }

    #[test]
    fn the_entries_are_those_of_the_version_also_when_a_newer_one_exists() {
        let scratch = Scratch::new();
        for (message, tag) in [
            ("feat: first", "v0.1.0"),
            ("feat: candidate", "v0.2.0-rc.1"),
            ("fix: second", "v0.2.0"),
            ("fix: third", "v0.2.1"),
        ] {
            scratch.commit(message);
            scratch.tag(tag);
        }
        scratch.commit("fix: not released");
        let shown = ["v0.1.0", "v0.2.0-rc.1", "v0.2.0", "v0.2.1"].map(|tag| scratch.notes(tag));
        let headings = shown.each_ref().map(|text| text.lines().next().unwrap().split(',').next().unwrap());
        assert_eq!(headings, ["## v0.1.0", "## v0.2.0-rc.1", "## v0.2.0", "## v0.2.1"]);
        let entries = shown.map(|text| {
            text.lines().filter_map(|line| line.strip_prefix("- ").map(str::to_owned)).collect::<Vec<_>>().join(", ")
        });
        assert_eq!(entries, ["First", "Candidate", "Candidate, Second", "Third"]);
    }

    #[test]
    fn a_change_is_told_exactly_when_the_version_counts_it() {
        for (last, commits, _) in GOLDEN {
            let scratch = Scratch::new();
            scratch.commit("chore: start");
            if !last.is_empty() {
                scratch.tag(&format!("v{last}"));
            }
            commits.iter().for_each(|message| scratch.commit(message));
            let text = scratch.printed(&super::cliff().args(["--unreleased", "--strip", "all"]));
            let counted = |kind| commits.iter().any(|message| change(message) == kind);
            let told = |headings: &[&str]| headings.iter().any(|heading| text.contains(&format!("\n### {heading}\n")));
            assert_eq!(told(&["Breaking"]), counted(Change::Breaking), "{commits:?}\n{text}");
            assert_eq!(told(&["Added"]), counted(Change::Feature), "{commits:?}\n{text}");
            assert_eq!(told(&["Fixed", "Faster", "Reverted"]), counted(Change::Fix), "{commits:?}\n{text}");
        }
    }

    #[test]
    fn what_was_written_by_hand_stays_through_two_releases() {
        let scratch = Scratch::new();
        let start = fs::read_to_string(scratch.workspace.path(FILE)).unwrap();
        let header = start.split("\n## ").next().unwrap();
        let by_hand = format!("{header}\n## [Unreleased]\n\nThe first version, in our own words.\n");
        fs::write(scratch.workspace.path(FILE), by_hand).unwrap();
        for (message, tag) in [("feat: begin", "v0.1.0"), ("fix(http): a status", "v0.1.1")] {
            scratch.commit(message);
            let text = fs::read_to_string(scratch.workspace.path(FILE)).unwrap();
            let plan = steps(&text, tag).into_iter().fold(Plan::new("changelog"), Plan::then);
            Runner::quiet(&scratch.workspace).execute(&plan).unwrap();
            scratch.tag(tag);
        }
        let text = fs::read_to_string(scratch.workspace.path(FILE)).unwrap();
        let text = regex_lite::Regex::new(r"\d{4}-\d\d-\d\d").unwrap().replace_all(&text, "DATE");
        let entries = "## v0.1.1, DATE\n\n### Fixed\n\n- **http**: A status\n\n## v0.1.0, DATE\n\n### Added\n\n- Begin\n\n\
            ### Notes\n\nThe first version, in our own words.\n";
        assert_eq!(text, format!("{header}\n{entries}"));
    }

    #[test]
    fn a_hotfix_tells_what_it_repairs_and_nothing_of_the_main_line() {
        let scratch = Scratch::new();
        scratch.commit("feat: first");
        scratch.tag("v1.0.0");
        cmd!(scratch.shell, "git branch hotfix/one").quiet().run().unwrap();
        scratch.commit("feat: second");
        scratch.tag("v1.1.0");
        cmd!(scratch.shell, "git switch --quiet hotfix/one").quiet().run().unwrap();
        scratch.commit("fix: rounding");
        let text = scratch.printed(&super::cliff().args(["--unreleased", "--strip", "all", "--tag", "v1.0.1"]));
        assert!(text.starts_with("## v1.0.1, ") && text.ends_with("\n\n### Fixed\n\n- Rounding\n"), "{text}");
        scratch.tag("v1.0.1");
        assert!(scratch.notes("v1.0.1").ends_with("\n\n### Fixed\n\n- Rounding\n"));
    }
}
