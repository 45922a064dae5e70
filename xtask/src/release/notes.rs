//! The notes of a release: what changed, the image by tag and digest, how to deploy it and how to go back.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result};
use clap::Args as ClapArgs;
use xshell::cmd;

use crate::console::Tone;
use crate::exit::{Exit, Refusal};
use crate::image::REPOSITORY;
use crate::image::tags::{Origin, Tags};
use crate::plan::Invocation;
use crate::runner::Runner;
use crate::sbom::{CYCLONEDX, SPDX};
use crate::tools;
use crate::version::Version;
use crate::workspace::Workspace;

use super::changelog;

const FILE: &str = "target/ci/release-notes.md";
const ENTRIES: &str = "target/ci/release-entries.md";

/// Arguments of `cargo xtask release notes`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The version tag, such as v1.2.3.
    #[arg(long)]
    tag: String,
    /// The digest of the published image, sha256:….
    #[arg(long)]
    digest: String,
}

/// Writes the notes.
///
/// # Errors
/// A [`Refusal`] when the tag is no version or does not exist, or the digest is none; otherwise when git-cliff fails.
pub fn run(workspace: &Workspace, args: &Args) -> Result<Exit> {
    let version = request(args)?;
    let (shell, tag) = (workspace.shell()?, args.tag.as_str());
    let commit = cmd!(shell, "git rev-parse --quiet --verify refs/tags/{tag}^0").quiet().ignore_status().read()?;
    if commit.is_empty() {
        return Err(Refusal::invalid(format!("there is no tag {tag} in this repository: `git fetch --tags`")).into());
    }
    let lines = |text: String| text.lines().map(str::to_owned).collect::<Vec<String>>();
    let reachable = lines(cmd!(shell, "git tag --list v* --merged {commit}").quiet().read()?);
    let released = lines(cmd!(shell, "git tag --list v*").quiet().read()?);
    tools::ensure(workspace)?;
    let entries = changelog::of_version(tag, &commit, changelog::previous(&version, &reachable).as_ref());
    Runner::new(workspace).run(&entries.stdout(ENTRIES))?;
    let changes = fs::read_to_string(workspace.path(ENTRIES)).with_context(|| format!("cannot read {ENTRIES}"))?;
    let tags = Tags::of(&Origin::Release(version), &commit, &released)?;
    fs::write(workspace.path(FILE), text(tag, &changes, &tags, &args.digest))
        .with_context(|| format!("cannot write {FILE}"))?;
    workspace.console.say(Tone::Good, &format!("wrote {FILE}"));
    Ok(Exit::Done)
}

/// What is asked for, checked before anything is run.
fn request(args: &Args) -> Result<Version> {
    let hash = args.digest.strip_prefix("sha256:").unwrap_or_default();
    if hash.len() != 64 || !hash.chars().all(|c| c.is_ascii_hexdigit()) {
        let message = format!("`{}` is not a digest: sha256: and 64 hexadecimal digits", args.digest);
        return Err(Refusal::invalid(message).into());
    }
    Version::parse_tag(&args.tag).map_err(|error| Refusal::invalid(error.to_string()).into())
}

/// Writes the notes and creates the release.
///
/// # Errors
/// As [`run`], and when `gh` is missing or refused.
pub fn create(workspace: &Workspace, args: &Args) -> Result<Exit> {
    run(workspace, args)?;
    Runner::new(workspace).run(&creation(&args.tag, &Version::parse_tag(&args.tag)?))?;
    Ok(Exit::Done)
}

fn creation(tag: &str, version: &Version) -> Invocation {
    let create = Invocation::new("gh release create").args([tag, "--verify-tag", "--title", tag, "--notes-file", FILE]);
    let create = if version.is_prerelease() { create.arg("--prerelease") } else { create };
    create.args([SPDX, CYCLONEDX]).remedy("GH_TOKEN needs the right `contents: write`; a release is created only once")
}

/// The notes as Markdown.
fn text(tag: &str, changes: &str, tags: &Tags, digest: &str) -> String {
    let mut text = changes.trim().to_owned();
    text.push_str("\n\n### Image\n\n");
    for image in &tags.all {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "- `{REPOSITORY}:{image}`");
    }
    let _ = write!(
        text,
        "- `{REPOSITORY}@{digest}`, for linux/amd64 and linux/arm64\n\n### Deployment\n\n```console\n\
         $ cargo xtask deploy --env staging --tag {tag}\n\
         $ cargo xtask deploy --env production --tag {tag} --context CONTEXT\n```\n\n\
         To go back: `cargo xtask deploy --env production --rollback --context CONTEXT`.\n\n### Verification\n\n```console\n\
         $ gh attestation verify oci://docker.io/{REPOSITORY}@{digest} --owner kasbench\n```\n"
    );
    text
}

#[cfg(test)]
mod tests {
    use super::{Args, creation, request, text};
    use crate::exit::Exit;
    use crate::image::tags::{Origin, Tags};
    use crate::version::Version;

    #[test]
    fn a_prerelease_is_marked_as_one() {
        let shown = |tag| creation(tag, &Version::parse_tag(tag).unwrap()).to_string();
        assert!(shown("v2.0.0-rc.1").contains(" --prerelease "));
        insta::assert_snapshot!(shown("v2.0.0"));
    }

    #[test]
    fn the_notes_are_complete_and_have_no_placeholders() {
        let origin = Origin::parse("refs/tags/v1.2.3").unwrap();
        let tags = Tags::of(&origin, "0123456", &[]).unwrap();
        let digest = format!("sha256:{}", "ab".repeat(32));
        insta::assert_snapshot!(text("v1.2.3", "## 1.2.3\n\n### Added\n\n- **http**: A route\n", &tags, &digest));
    }

    #[test]
    fn a_tag_or_digest_that_is_none_is_refused_before_anything_is_run() {
        let digest = format!("sha256:{}", "ab".repeat(32));
        let refused = |tag: &str, digest: &str| {
            let error = request(&Args { tag: tag.to_owned(), digest: digest.to_owned() }).unwrap_err();
            assert_eq!(Exit::of(&error), Exit::Invalid);
            error.to_string()
        };
        assert!(refused("nope", &digest).contains("`nope` is not a version tag"));
        for wrong in ["", "latest", "sha256:abc"] {
            assert!(refused("v1.2.3", wrong).contains("is not a digest"), "{wrong}");
        }
    }
}
