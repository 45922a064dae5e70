//! The packages that are linked into the binary, and which needs which, as cargo resolves them for one target.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context, Result, bail};
use xshell::cmd;

use crate::workspace::Workspace;

/// A package.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Component {
    /// Crate name.
    pub name: String,
    /// Exact version.
    pub version: String,
    /// SPDX expression; `None` when the package declares none.
    pub license: Option<String>,
    /// SHA-256 of the package file, hexadecimal; `None` for the crates of this repository.
    pub checksum: Option<String>,
}

impl Component {
    /// Name and version, unique within a build.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }

    /// Package URL (ECMA-427). Crates of this repository have one too, as scanners expect.
    #[must_use]
    pub fn purl(&self) -> String {
        format!("pkg:cargo/{}@{}", self.name, self.version.replace('+', "%2B"))
    }
}

/// Components, the binary's own crate first, then sorted; and who depends on whom, by their ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    /// The binary's crate is the first.
    pub components: Vec<Component>,
    /// For each component the ids that it links.
    pub edges: BTreeMap<String, BTreeSet<String>>,
}

/// Asks cargo for the graph of the crate `service`.
///
/// # Errors
/// When cargo does not answer or its answer is not understood.
pub fn read(workspace: &Workspace, target: &str) -> Result<Graph> {
    follow(workspace, target, "normal,no-proc-macro")
}

/// The same with procedural macros and what only they use, which is compiled and not linked.
///
/// # Errors
/// When cargo does not answer or its answer is not understood.
pub fn read_with_macros(workspace: &Workspace, target: &str) -> Result<Graph> {
    follow(workspace, target, "normal")
}

fn follow(workspace: &Workspace, target: &str, edges: &str) -> Result<Graph> {
    let shell = workspace.shell()?;
    let format = " {p}|{l}";
    let tree = cmd!(
        shell,
        "cargo tree --locked --package service --edges {edges} --target {target} --prefix depth --format {format} --color never"
    )
    .quiet()
    .read()?;
    let lock = fs::read_to_string(workspace.path("Cargo.lock")).context("Cargo.lock cannot be read")?;
    parse(&tree, &lock)
}

/// Reads the output of `cargo tree --prefix depth --format ' {p}|{l}'`.
///
/// # Errors
/// When a line is not of that form, or a package from a registry has no checksum.
pub fn parse(tree: &str, lock: &str) -> Result<Graph> {
    let checksums = checksums(lock)?;
    let (mut path, mut found): (Vec<String>, BTreeMap<String, Component>) = (Vec::new(), BTreeMap::new());
    let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in tree.lines().filter(|line| !line.is_empty()) {
        let (depth, is_ours, component) = read_line(line).with_context(|| format!("cargo tree said {line:?}"))?;
        let id = component.id();
        path.truncate(depth);
        if let Some(parent) = path.last() {
            edges.entry(parent.clone()).or_default().insert(id.clone());
        }
        edges.entry(id.clone()).or_default();
        path.push(id.clone());
        let checksum = checksums.get(&(component.name.clone(), component.version.clone())).cloned().flatten();
        if checksum.is_none() && !is_ours {
            bail!("Cargo.lock has no checksum for {id}");
        }
        found.insert(id, Component { checksum, ..component });
    }
    let root = root_of(tree).and_then(|id| found.remove(&id));
    let root = root.context("cargo tree named no package")?;
    Ok(Graph { components: std::iter::once(root).chain(found.into_values()).collect(), edges })
}

fn root_of(tree: &str) -> Option<String> {
    let (_, _, component) = read_line(tree.lines().next()?).ok()?;
    Some(component.id())
}

/// `3 bitflags v2.13.2|MIT OR Apache-2.0`, with the folder of a crate of ours in brackets, and `(*)` for a repetition.
fn read_line(line: &str) -> Result<(usize, bool, Component)> {
    let (depth, rest) = line.split_once(' ').context("no depth")?;
    let rest = rest.strip_suffix(" (*)").unwrap_or(rest);
    let (package, license) = rest.split_once('|').context("no licence field")?;
    let package = package.strip_suffix(" (proc-macro)").unwrap_or(package);
    let mut words = package.split(' ');
    let name = words.next().context("no name")?.to_owned();
    let version = words.next().and_then(|word| word.strip_prefix('v')).context("no version")?.to_owned();
    let is_ours = words.next().is_some_and(|word| word.starts_with("(/") || word.contains(":\\"));
    // Cargo accepted `/` between licences before SPDX expressions.
    let license = Some(license.trim().replace('/', " OR ")).filter(|license| !license.is_empty());
    Ok((depth.parse().context("no depth")?, is_ours, Component { name, version, license, checksum: None }))
}

type Checksums = BTreeMap<(String, String), Option<String>>;

fn checksums(lock: &str) -> Result<Checksums> {
    let lock: toml::Table = lock.parse().context("Cargo.lock is not TOML")?;
    let packages = lock.get("package").and_then(toml::Value::as_array).context("Cargo.lock has no packages")?;
    let field = |package: &toml::Value, name: &str| package.get(name).and_then(toml::Value::as_str).map(str::to_owned);
    let entries = packages.iter().filter_map(|package| {
        Some(((field(package, "name")?, field(package, "version")?), field(package, "checksum")))
    });
    Ok(entries.collect())
}

#[cfg(test)]
pub(super) mod tests {
    use super::{Graph, parse};

    const TREE: &str = "0 service v0.1.0 (/src/crates/service)|Apache-2.0\n1 domain v0.1.0 (/src/crates/domain)|Apache-2.0\n\
        2 chrono v0.4.45|MIT OR Apache-2.0\n1 old v1.0.0+x|MIT/Apache-2.0\n2 chrono v0.4.45|MIT OR Apache-2.0 (*)\n";
    const LOCK: &str = "[[package]]\nname = \"service\"\nversion = \"0.1.0\"\n[[package]]\nname = \"domain\"\nversion = \"0.1.0\"\n\
        [[package]]\nname = \"chrono\"\nversion = \"0.4.45\"\nchecksum = \"aa\"\n\
        [[package]]\nname = \"old\"\nversion = \"1.0.0+x\"\nchecksum = \"bb\"\n";

    pub(in crate::sbom) fn graph() -> Graph {
        parse(TREE, LOCK).unwrap()
    }

    #[test]
    fn components_and_edges_are_read() {
        let graph = graph();
        let ids: Vec<_> = graph.components.iter().map(super::Component::id).collect();
        assert_eq!(ids, ["service@0.1.0", "chrono@0.4.45", "domain@0.1.0", "old@1.0.0+x"]);
        assert_eq!(graph.components[3].license.as_deref(), Some("MIT OR Apache-2.0"));
        assert_eq!(graph.components[3].purl(), "pkg:cargo/old@1.0.0%2Bx");
        assert!(graph.edges["old@1.0.0+x"].contains("chrono@0.4.45"));
        assert!(graph.edges["chrono@0.4.45"].is_empty());
    }

    #[test]
    fn a_package_without_a_checksum_is_not_listed_silently() {
        let error = parse(TREE, &LOCK.replace("checksum = \"bb\"", "")).unwrap_err();
        assert!(error.to_string().contains("no checksum for old"), "{error}");
    }
}
