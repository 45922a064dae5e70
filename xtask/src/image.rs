//! `cargo xtask image`: the multi-platform image, from a branch, tag or pull request to tags, labels and attestations.

pub mod binary;
pub mod tags;

use std::fs;
use std::io::Write as _;

use anyhow::{Context, Result, bail};
use clap::Args as ClapArgs;
use xshell::cmd;

use crate::console::Tone;
use crate::environment;
use crate::exit::{Exit, Refusal};
use crate::mongodb::engine_answers;
use crate::plan::{Invocation, Plan, Step};
use crate::runner::Runner;
use crate::version::Version;
use crate::workspace::Workspace;

use tags::{Origin, Tags};

/// Where the image lives.
pub const REPOSITORY: &str = "kasbench/globeco-order-generation-service";
const BAKE_FILE: &str = "docker/docker-bake.hcl";
const METADATA: &str = "target/ci/image.json";

/// Arguments of `cargo xtask image`.
#[derive(Debug, ClapArgs)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Args {
    /// Pushes the image for all platforms.
    #[arg(long, conflicts_with = "load")]
    push: bool,
    /// Loads the image for this machine's platform into the local engine.
    #[arg(long)]
    load: bool,
    /// Git reference that the tags are made from, such as refs/heads/main; by default what is checked out or, in a
    /// GitHub job, what it runs for.
    #[arg(long = "ref")]
    reference: Option<String>,
    /// Shows what would be done.
    #[arg(long)]
    dry_run: bool,
    /// Checks the release binary for what the image needs of it; builds it first and needs no engine.
    #[arg(long, conflicts_with_all = ["push", "load"])]
    check_binary: bool,
}

/// What is known about the source of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Where it comes from.
    pub origin: Origin,
    /// Full commit hash.
    pub commit: String,
    /// Date of the commit, RFC 3339: the image's date, so that the same commit gives the same image.
    pub date: String,
    /// Versions that have been released, for moving tags.
    pub released: Vec<String>,
    /// The version in `Cargo.toml`, which the binary reports.
    pub version: Version,
}

/// What happens with the image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Built and thrown away.
    None,
    /// Into the local engine, for its platform only.
    Load,
    /// To the registry, for all platforms, with attestations.
    Push,
}

/// Runs the command.
///
/// # Errors
/// When git does not answer, the reference has no tags, there is no engine, or a step fails.
pub fn run(workspace: &Workspace, args: &Args) -> Result<Exit> {
    if args.check_binary {
        return binary::run(workspace);
    }
    let output = match (args.push, args.load) {
        (true, _) => Output::Push,
        (_, true) => Output::Load,
        _ => Output::None,
    };
    let source = source(workspace, args.reference.as_deref())?;
    let plan = plan(&source, output)?;
    workspace.console.say(Tone::Plain, plan.placed(workspace).to_string().trim_end());
    if args.dry_run {
        return Ok(Exit::Done);
    }
    if !engine_answers() {
        bail!("no container engine answers here: start Docker, or see the plan with --dry-run");
    }
    fs::create_dir_all(workspace.reports())?;
    Runner::new(workspace).execute(&plan)?;
    report(workspace, &source, output)?;
    Ok(Exit::Done)
}

/// What building the image does.
///
/// # Errors
/// A [`Refusal`] when the origin may not be pushed, or is a version that the sources do not have.
pub fn plan(source: &Source, output: Output) -> Result<Plan> {
    let tags = Tags::of(&source.origin, &source.commit, &source.released)?;
    if output == Output::Push && !tags.may_be_pushed {
        let message = format!("{} is not pushed: only main, develop and version tags are", source.origin);
        return Err(Refusal::invalid(message).into());
    }
    if let Origin::Release(version) = &source.origin
        && *version != source.version
    {
        let own = &source.version;
        let message = format!("the tag v{version} is on sources of version {own} (Cargo.toml): tag them v{own}");
        return Err(Refusal::invalid(message).into());
    }
    let mut plan = Plan::new(format!("image {REPOSITORY} from {}", source.origin));
    if let (Output::Push, Some(fixed)) = (output, &tags.immutable) {
        plan = plan.then(unchanged(fixed, &source.commit));
    }
    Ok(plan.then(bake(source, &tags, output)))
}

/// Refuses a released version that was made from another commit. A run for the same commit may be repeated, so that
/// what failed after the push (an attestation) can be made up for.
fn unchanged(tag: &str, commit: &str) -> Step {
    let image = format!("{REPOSITORY}:{tag}");
    Step::Refuse {
        ask: Invocation::new("docker buildx imagetools inspect --format").args(["{{json .Image}}", &image]),
        absent: format!("{image}: not found"),
        // The label `org.opencontainers.image.revision`; nothing else in an image's configuration is a commit hash.
        same: commit.to_owned(),
        because: format!("{image} exists, from another commit, and a released version never changes: release the next"),
    }
}

fn bake(source: &Source, tags: &Tags, output: Output) -> Invocation {
    let set = |what: &str, value: &str| ["--set".to_owned(), format!("service.{what}={value}")];
    let mut bake = Invocation::new("docker buildx bake --file").arg(BAKE_FILE).args(["--metadata-file", METADATA]);
    for tag in &tags.all {
        bake = bake.args(set("tags", &format!("{REPOSITORY}:{tag}")));
    }
    let labels = [("created", &source.date), ("revision", &source.commit), ("version", &tags.version)];
    for (label, value) in labels {
        bake = bake.args(set(&format!("labels.org.opencontainers.image.{label}"), value));
    }
    bake = match output {
        // The platforms are those of the bake file.
        Output::None => bake,
        Output::Load => bake.args(set("platform", local_platform())).arg("--load"),
        Output::Push => {
            let attest = [set("attest", "type=provenance,mode=max"), set("attest", "type=sbom")].concat();
            bake.args(attest).arg("--push")
        }
    };
    bake.arg("service").remedy("the first error above is the one to fix; `--progress plain` shows the whole build")
}

/// The platform that the local engine runs.
fn local_platform() -> &'static str {
    if cfg!(target_arch = "aarch64") { "linux/arm64" } else { "linux/amd64" }
}

/// The source as git and the environment of a GitHub job tell it.
///
/// # Errors
/// When git does not answer or the reference cannot be understood.
pub fn source(workspace: &Workspace, reference: Option<&str>) -> Result<Source> {
    let shell = workspace.shell()?;
    let reference = match reference.map(str::to_owned).or_else(|| environment::value("GITHUB_REF")) {
        Some(reference) => reference,
        None => cmd!(shell, "git symbolic-ref --quiet HEAD").quiet().ignore_status().read()?,
    };
    let commit = cmd!(shell, "git rev-parse HEAD").quiet().read().context("this is not a git repository")?;
    let date = cmd!(shell, "git log -1 --format=%cI").quiet().read()?;
    let released = cmd!(shell, "git tag --list v*").quiet().read()?;
    let released = released.lines().map(str::to_owned).collect();
    let manifest = fs::read_to_string(workspace.path("Cargo.toml")).context("cannot read Cargo.toml")?;
    Ok(Source { origin: Origin::parse(&reference)?, commit, date, released, version: workspace_version(&manifest)? })
}

fn workspace_version(manifest: &str) -> Result<Version> {
    let manifest: toml::Table = manifest.parse().context("Cargo.toml is not TOML")?;
    let version = manifest.get("workspace").and_then(|workspace| workspace.get("package")?.get("version")?.as_str());
    Version::parse(version.context("Cargo.toml has no workspace.package.version")?)
}

/// Says what was built, to people and to the later steps of a GitHub job.
fn report(workspace: &Workspace, source: &Source, output: Output) -> Result<()> {
    let metadata = fs::read_to_string(workspace.path(METADATA)).context("the builder left no metadata")?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata)?;
    let digest = metadata["service"]["containerimage.digest"].as_str().unwrap_or_default();
    let tags = Tags::of(&source.origin, &source.commit, &source.released)?;
    let reference = match output {
        Output::Push => format!("{REPOSITORY}@{digest}"),
        Output::Load | Output::None => format!("{REPOSITORY}:{}", tags.version),
    };
    workspace.console.say(Tone::Good, &format!("built {reference}"));
    if let Some(outputs) = environment::value("GITHUB_OUTPUT") {
        let mut file = fs::File::options().create(true).append(true).open(&outputs)?;
        let text = outputs_text(digest, &reference, &tags);
        file.write_all(text.as_bytes()).with_context(|| format!("cannot write {outputs}"))?;
    }
    Ok(())
}

/// What later steps of a GitHub job go by: which image, and whether it may be published.
fn outputs_text(digest: &str, reference: &str, tags: &Tags) -> String {
    format!("digest={digest}\nreference={reference}\npublish={}\n", tags.may_be_pushed)
}

#[cfg(test)]
mod tests {
    use super::tags::{Origin, Tags};
    use super::{Output, Source, outputs_text, plan, workspace_version};
    use crate::exit::Exit;
    use crate::version::Version;

    fn source(reference: &str) -> Source {
        Source {
            origin: Origin::parse(reference).unwrap(),
            commit: "0123456789abcdef0123456789abcdef01234567".into(),
            date: "2026-11-25T10:00:00+00:00".into(),
            released: vec!["v1.2.2".into(), "v1.2.3".into()],
            version: Version::parse_tag(reference.trim_start_matches("refs/tags/")).unwrap_or(Version::new(1, 2, 3)),
        }
    }

    #[test]
    fn every_kind_of_build_has_a_reviewed_plan() {
        let cases = [
            ("refs/heads/main", Output::Push),
            ("refs/tags/v1.2.3", Output::Push),
            ("refs/tags/v1.3.0-rc.1", Output::Push),
            ("refs/pull/12/merge", Output::Load),
            ("refs/heads/feature/x", Output::None),
        ];
        let shown = cases.map(|(reference, output)| plan(&source(reference), output).unwrap().to_string());
        insta::assert_snapshot!(shown.join("\n"));
    }

    #[test]
    fn pull_requests_and_feature_branches_are_not_pushed() {
        for reference in ["refs/pull/12/merge", "refs/heads/feature/x", ""] {
            let refused = plan(&source(reference), Output::Push).unwrap_err();
            assert!(refused.to_string().contains("is not pushed"), "{refused}");
            assert_eq!(Exit::of(&refused), Exit::Invalid);
        }
    }

    #[test]
    fn a_tag_that_the_sources_do_not_have_is_refused_before_anything_is_built() {
        let source = Source { version: Version::new(1, 2, 2), ..source("refs/tags/v1.2.3") };
        for output in [Output::None, Output::Load, Output::Push] {
            let refused = plan(&source, output).unwrap_err();
            assert!(refused.to_string().contains("v1.2.3 is on sources of version 1.2.2"), "{refused}");
            assert_eq!(Exit::of(&refused), Exit::Invalid);
        }
    }

    #[test]
    fn later_steps_are_told_whether_the_image_may_be_published() {
        let told = |reference| {
            let tags = Tags::of(&Origin::parse(reference).unwrap(), "0123456", &[]).unwrap();
            outputs_text("sha256:ab", "image:tag", &tags)
        };
        assert_eq!(told("refs/heads/main"), "digest=sha256:ab\nreference=image:tag\npublish=true\n");
        assert!(told("refs/heads/feature/x").ends_with("publish=false\n"));
        assert!(told("refs/pull/12/merge").ends_with("publish=false\n"));
    }

    #[test]
    fn the_version_is_that_of_the_workspace() {
        let manifest =
            "[workspace.dependencies]\nclap = { version = \"4\" }\n[workspace.package]\nversion = \"1.2.3\"\n";
        assert_eq!(workspace_version(manifest).unwrap(), Version::new(1, 2, 3));
        assert!(workspace_version("[package]\nversion = \"1.2.3\"\n").is_err());
    }
}
