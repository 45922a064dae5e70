//! `cargo xtask release`: the next version from conventional commits, its changelog, commit and tag.
//!
//! A dry run unless `--execute` is given. Nothing is pushed: pushing the tag is what publishes, and a person does it.

pub mod changelog;
pub mod next;
pub mod notes;

use std::fs;

use anyhow::{Context, Result};
use clap::{Args as ClapArgs, Subcommand};
use xshell::cmd;

use crate::console::Tone;
use crate::exit::{Exit, Refusal};
use crate::plan::{Invocation, Plan, Step};
use crate::runner::Runner;
use crate::tools;
use crate::version::Version;
use crate::workspace::Workspace;

const PRODUCTION: &str = "deployments/overlays/production/kustomization.yaml";
const STAGING: &str = "deployments/overlays/staging/kustomization.yaml";

/// Arguments of `cargo xtask release`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    action: Option<Action>,
    /// Does it; otherwise only shows what would be done.
    #[arg(long)]
    execute: bool,
    /// A patch release from a branch named hotfix/…, whose commits only repair: `feat` and breaking changes are refused.
    #[arg(long)]
    hotfix: bool,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Writes the notes of a version that is tagged to target/ci/release-notes.md.
    Notes(notes::Args),
    /// Writes the notes and creates the release in GitHub, with the bills of materials.
    Create(notes::Args),
}

/// What the repository looks like before a release.
#[derive(Clone, Debug)]
pub struct State {
    /// The branch that is checked out; empty when none is.
    pub branch: String,
    /// `git status --porcelain`.
    pub changes: String,
    /// All tags.
    pub tags: Vec<String>,
    /// Messages since the last version tag that is part of this branch, newest first.
    pub commits: Vec<String>,
    /// The last version tag that is part of this branch.
    pub last: Option<Version>,
    /// The files that name the version: path and content.
    pub files: Vec<(String, String)>,
    /// The content of `CHANGELOG.md`.
    pub changelog: String,
}

/// Runs the command.
///
/// # Errors
/// When the repository is not in a state to release, there is nothing to release, or a step fails.
pub fn run(workspace: &Workspace, args: &Args) -> Result<Exit> {
    match &args.action {
        Some(Action::Notes(args)) => return notes::run(workspace, args),
        Some(Action::Create(args)) => return notes::create(workspace, args),
        None => {}
    }
    let state = state(workspace)?;
    let Some((version, plan)) = plan(&state, args.hotfix)? else {
        workspace
            .console
            .say(Tone::Plain, "nothing to release: no commit since the last version changes what users get");
        return Ok(Exit::Done);
    };
    workspace.console.say(Tone::Plain, plan.placed(workspace).to_string().trim_end());
    if !args.execute {
        workspace.console.say(Tone::Plain, "dry run: add --execute to do it");
        return Ok(Exit::Done);
    }
    tools::ensure(workspace)?;
    Runner::new(workspace).execute(&plan)?;
    let push = format!("v{version} is tagged; publish it with: git push --atomic origin {} v{version}", state.branch);
    workspace.console.say(Tone::Good, &push);
    Ok(Exit::Done)
}

/// What releasing does; `None` when no commit calls for it.
///
/// # Errors
/// A [`Refusal`] when the tree has changes or the branch is the wrong one; otherwise when a file does not name the
/// version where it should.
pub fn plan(state: &State, hotfix: bool) -> Result<Option<(Version, Plan)>> {
    let refuse = |message: String| Err(Refusal::invalid(message).into());
    if !state.changes.is_empty() {
        return refuse(format!("the tree has changes; commit or stash them first:\n{}", state.changes));
    }
    let branch = &state.branch;
    match (hotfix, branch.as_str(), branch.starts_with("hotfix/")) {
        (false, "main", _) | (true, _, true) => {}
        (false, ..) => return refuse(format!("releases are made from main, not from `{branch}` (see --hotfix)")),
        (true, ..) => {
            return refuse(format!("a hotfix is released from a branch named hotfix/…, not from `{branch}`"));
        }
    }
    let Some(version) = next::version(state.last.as_ref(), &state.commits, hotfix)? else { return Ok(None) };
    let tag = format!("v{version}");
    if state.tags.contains(&tag) {
        return refuse(format!("{tag} exists already on another branch: a released version never changes"));
    }
    let mut plan = Plan::new(format!("release {tag}"));
    let mut changed = ["Cargo.lock", changelog::FILE, "docs", "openapi"].map(str::to_owned).to_vec();
    for (path, content) in &state.files {
        let contents = with_version(path, content, &version)?;
        changed.push(path.clone());
        plan = plan.then(Step::Write { path: path.into(), contents });
    }
    let message = format!("chore(release): {tag}");
    plan = plan.then(Invocation::new("cargo update --workspace --offline").remedy("run `cargo fetch` first"));
    plan = changelog::steps(&state.changelog, &tag).into_iter().fold(plan, Plan::then);
    let plan = plan
        .then(Invocation::new("cargo xtask docs").remedy("the OpenAPI document names the version"))
        .then(Invocation::new("git add --").args(&changed))
        .then(Invocation::new("git commit --quiet --message").arg(&message))
        .then(Invocation::new("git tag --annotate").arg(&tag).arg("--message").arg(format!("Release {tag}")));
    Ok(Some((version, plan)))
}

/// The file with its one mention of the version replaced.
fn with_version(path: &str, content: &str, version: &Version) -> Result<String> {
    let (start, end, value) = match path.rsplit_once('.') {
        Some((_, "toml")) => ("version = \"", "\"", version.to_string()),
        _ => ("newTag: ", "\n", format!("v{version}")),
    };
    let section = if path == "Cargo.toml" { "[workspace.package]" } else { "" };
    let from = content.find(section).with_context(|| format!("{path} has no {section}"))?;
    let at =
        content[from..].find(start).with_context(|| format!("{path} does not name its version"))? + from + start.len();
    let length = content[at..].find(end).with_context(|| format!("the version in {path} does not end"))?;
    Ok(format!("{}{value}{}", &content[..at], &content[at + length..]))
}

fn state(workspace: &Workspace) -> Result<State> {
    let shell = workspace.shell()?;
    let branch = cmd!(shell, "git branch --show-current").quiet().read()?;
    let changes = cmd!(shell, "git status --porcelain").quiet().read()?;
    let tags: Vec<String> = cmd!(shell, "git tag --list").quiet().read()?.lines().map(str::to_owned).collect();
    let merged = cmd!(shell, "git tag --list v* --merged HEAD").quiet().read()?;
    let last = merged.lines().filter_map(|tag| Version::parse_tag(tag).ok()).filter(|tag| !tag.is_prerelease()).max();
    let range = last.as_ref().map_or("HEAD".to_owned(), |last| format!("v{last}..HEAD"));
    let log = cmd!(shell, "git log --format=%B%x00 {range}").quiet().read()?;
    let commits = log.split('\0').map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned).collect();
    let mut files = Vec::new();
    for path in ["Cargo.toml", PRODUCTION, STAGING] {
        let text = fs::read_to_string(workspace.path(path)).with_context(|| format!("cannot read {path}"))?;
        files.push((path.to_owned(), text));
    }
    let changelog = fs::read_to_string(workspace.path(changelog::FILE)).context("cannot read CHANGELOG.md")?;
    Ok(State { branch, changes, tags, commits, last, files, changelog })
}

#[cfg(test)]
mod tests {
    use super::{PRODUCTION, State, plan};
    use crate::exit::Exit;
    use crate::version::Version;

    fn state(branch: &str, commits: &[&str]) -> State {
        let cargo = "[workspace.dependencies]\nclap = { version = \"4\" }\n[workspace.package]\nversion = \"0.3.1\"\nedition = \"2024\"\n";
        let overlay = "images:\n  - name: kasbench/globeco-order-generation-service\n    newTag: v0.3.1\n";
        State {
            branch: branch.into(),
            changes: String::new(),
            tags: vec!["v0.3.0".into(), "v0.3.1".into()],
            commits: commits.iter().map(|&text| text.to_owned()).collect(),
            last: Some(Version::new(0, 3, 1)),
            files: vec![("Cargo.toml".into(), cargo.into()), (PRODUCTION.into(), overlay.into())],
            changelog: "# Changelog\n\n## [Unreleased]\n\nIn our own words.\n".into(),
        }
    }

    #[test]
    fn a_release_and_a_hotfix_have_reviewed_plans() {
        let (_, release) = plan(&state("main", &["feat(http): a new route"]), false).unwrap().unwrap();
        let (_, hotfix) = plan(&state("hotfix/rounding", &["fix: rounding"]), true).unwrap().unwrap();
        insta::assert_snapshot!(format!("{release}\n{hotfix}"));
    }

    #[test]
    fn the_version_is_replaced_where_it_is_meant_and_nowhere_else() {
        let (_, release) = plan(&state("main", &["feat: x"]), false).unwrap().unwrap();
        insta::assert_debug_snapshot!(&release.steps[..2]);
    }

    #[test]
    fn a_dirty_tree_a_wrong_branch_and_a_taken_version_are_refused() {
        let refused = |state: &State, hotfix| {
            let error = plan(state, hotfix).unwrap_err();
            assert_eq!(Exit::of(&error), Exit::Invalid);
            error.to_string()
        };
        let dirty = State { changes: " M Cargo.toml".into(), ..state("main", &["fix: x"]) };
        assert!(refused(&dirty, false).contains("the tree has changes"));
        assert!(refused(&state("develop", &["fix: x"]), false).contains("made from main"));
        assert!(refused(&state("hotfix/x", &["fix: x"]), false).contains("--hotfix"));
        assert!(refused(&state("main", &["fix: x"]), true).contains("branch named hotfix/"));
        let mut taken = state("hotfix/x", &["fix: x"]);
        taken.tags.push("v0.3.2".into());
        assert!(refused(&taken, true).contains("v0.3.2 exists already"));
    }

    #[test]
    fn without_a_commit_that_matters_there_is_nothing_to_release() {
        assert_eq!(plan(&state("main", &["docs: a word", "chore: tidy"]), false).unwrap(), None);
        assert_eq!(plan(&state("main", &[]), false).unwrap(), None);
    }
}
