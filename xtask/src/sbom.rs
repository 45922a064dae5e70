//! `cargo xtask sbom`: what is linked into the binary, as SPDX 2.3 and `CycloneDX` 1.6.
//!
//! The graph is the resolver's own for one target and the features that are really on: no build scripts, no procedural
//! macros, no dependencies of tests. The same commit gives the same bytes.

pub mod audit;
pub mod cyclonedx;
pub mod graph;
pub mod spdx;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use clap::Args as ClapArgs;
use xshell::cmd;

use crate::build;
use crate::console::Tone;
use crate::exit::Exit;
use crate::image::binary::Elf;
use crate::plan::{Invocation, Plan};
use crate::runner::Runner;
use crate::tools;
use crate::workspace::Workspace;

use graph::Graph;

/// Where the documents go.
pub const FOLDER: &str = "target/sbom";
/// The SPDX document.
pub const SPDX: &str = "target/sbom/order-generation-service.spdx.json";
/// The `CycloneDX` document.
pub const CYCLONEDX: &str = "target/sbom/order-generation-service.cdx.json";
/// What the release build on this machine is for; the image's is for musl.
const BUILT_HERE: &str =
    if cfg!(target_arch = "aarch64") { "aarch64-unknown-linux-gnu" } else { "x86_64-unknown-linux-gnu" };

/// Arguments of `cargo xtask sbom`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The target that the binary is for; by default that of the image.
    #[arg(long, default_value = "x86_64-unknown-linux-musl")]
    target: String,
    /// Validates both documents with the official validators.
    #[arg(long)]
    validate: bool,
    /// Compares with the list that cargo-auditable put into this binary.
    #[arg(long, value_name = "BINARY")]
    compare: Option<String>,
}

/// When and from what a document was made.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Full commit hash.
    pub commit: String,
    /// The commit's date, in UTC.
    pub date: String,
}

/// Runs the command.
///
/// # Errors
/// When cargo or git does not answer, a file cannot be written, or a validator cannot be run or refuses a document.
pub fn run(workspace: &Workspace, args: &Args) -> Result<Exit> {
    let graph = graph::read(workspace, &args.target)?;
    let origin = origin(workspace)?;
    fs::create_dir_all(workspace.path(FOLDER))?;
    for (path, document) in [(SPDX, spdx::document(&graph, &origin)), (CYCLONEDX, cyclonedx::document(&graph, &origin))]
    {
        fs::write(workspace.path(path), serde_json::to_string_pretty(&document)? + "\n")
            .with_context(|| format!("cannot write {path}"))?;
        workspace.console.say(Tone::Plain, &format!("{path}: {} components", graph.components.len()));
    }
    if args.validate {
        tools::ensure(workspace)?;
        Runner::new(workspace).execute(&validation())?;
    }
    if let Some(binary) = &args.compare {
        let compiled = graph::read_with_macros(workspace, &args.target)?;
        return compare(workspace, &graph, &compiled, Path::new(binary));
    }
    Ok(Exit::Done)
}

/// How both documents are validated.
#[must_use]
pub fn validation() -> Plan {
    Plan::new("validate the software bills of materials")
        .then(Invocation::new("pyspdxtools --infile").arg(SPDX).remedy("xtask/src/sbom/spdx.rs writes what is wrong"))
        .then(
            Invocation::new("python xtask/tools/validate_cyclonedx.py")
                .arg(CYCLONEDX)
                .remedy("xtask/src/sbom/cyclonedx.rs writes what is wrong"),
        )
}

/// What the supply-chain stage does: build, compare the list of this machine's target with the binary's own, then
/// write and validate the documents of what is shipped. The last ones stay in [`FOLDER`].
#[must_use]
pub fn check() -> Plan {
    let compare = format!("cargo xtask sbom --target {BUILT_HERE} --compare {}", build::SERVICE);
    let [install, build] = build::auditable();
    Plan::new("the bill of materials equals what is in the binary, and that of the image is valid")
        .then(install)
        .then(build)
        .then(Invocation::new(&compare).remedy("the difference is above"))
        .then(Invocation::new("cargo xtask sbom --validate").remedy("the validator's message is above"))
}

fn compare(workspace: &Workspace, graph: &Graph, compiled: &Graph, binary: &Path) -> Result<Exit> {
    let bytes = fs::read(workspace.path(binary)).with_context(|| format!("cannot read {}", binary.display()))?;
    let data = Elf::parse(&bytes)?.dependencies;
    let data =
        data.context("the binary carries no list: build it with `cargo auditable build --release -p service`")?;
    let difference = audit::difference(graph, compiled, &audit::runtime_packages(&data)?);
    for line in &difference {
        workspace.console.say(Tone::Bad, line);
    }
    if !difference.is_empty() {
        return Ok(Exit::Invalid);
    }
    let count = graph.components.len();
    workspace.console.say(Tone::Good, &format!("{} carries the same {count} components", binary.display()));
    Ok(Exit::Done)
}

fn origin(workspace: &Workspace) -> Result<Origin> {
    let shell = workspace.shell()?;
    let commit = cmd!(shell, "git rev-parse HEAD").quiet().read()?;
    let format = "--date=format-local:%Y-%m-%dT%H:%M:%SZ";
    let date = cmd!(shell, "git log -1 --format=%cd {format}").env("TZ", "UTC").quiet().read()?;
    Ok(Origin { commit, date })
}
