//! The list that cargo-auditable puts into a binary, as an independent witness of the bill of materials.
//!
//! The list is longer than what is linked: it knows no procedural macros, and follows `cargo metadata`, which also
//! resolves optional dependencies that a weak feature (`package?/feature`) mentions and nothing enables.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::graph::{Component, Graph};

/// More than this is not a list of dependencies. Bytes.
const LARGEST: usize = 16 << 20;

/// Optional packages that only weak features mention: of the MongoDB driver's encryption, of compression.
const NEVER_ENABLED: [&str; 3] = ["mongocrypt", "mongocrypt-sys", "zlib-rs"];

#[derive(Debug, Deserialize)]
struct List {
    packages: Vec<Package>,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    version: String,
    /// `build` for what only build scripts and macros use; absent for what is linked.
    #[serde(default)]
    kind: Option<String>,
}

/// Name and version of every package that the binary links, from the content of its section `.dep-v0`.
///
/// # Errors
/// When the content is not a compressed list.
pub fn runtime_packages(section: &[u8]) -> Result<BTreeSet<String>> {
    let json = miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(section, LARGEST);
    let json = json.ok().context("the list in the binary is not compressed as cargo-auditable does")?;
    let list: List = serde_json::from_slice(&json).context("the list in the binary is not readable")?;
    let linked = list.packages.into_iter().filter(|package| package.kind.as_deref() != Some("build"));
    Ok(linked.map(|package| format!("{}@{}", package.name, package.version)).collect())
}

/// What only one of the two knows, as sentences. `compiled` is the graph with procedural macros.
#[must_use]
pub fn difference(graph: &Graph, compiled: &Graph, binary: &BTreeSet<String>) -> Vec<String> {
    let ids = |graph: &Graph| graph.components.iter().map(Component::id).collect::<BTreeSet<String>>();
    let (listed, compiled) = (ids(graph), ids(compiled));
    let missing = binary.difference(&listed).filter(|id| {
        let name = id.split_once('@').map_or(id.as_str(), |(name, _)| name);
        !compiled.contains(*id) && !NEVER_ENABLED.contains(&name)
    });
    let missing = missing.map(|id| format!("{id} is in the binary and not in the document"));
    let surplus = listed.difference(binary).map(|id| format!("{id} is in the document and not in the binary"));
    missing.chain(surplus).collect()
}

#[cfg(test)]
mod tests {
    use super::super::graph::tests::graph;
    use super::{Component, difference, runtime_packages};

    #[test]
    fn what_is_only_built_is_left_out_and_differences_are_named() {
        let json = r#"{"packages":[{"name":"service","version":"0.1.0","root":true},{"name":"domain","version":"0.1.0"},
            {"name":"chrono","version":"0.4.45"},{"name":"cc","version":"1.2.0","kind":"build"},{"name":"new","version":"2.0.0"},
            {"name":"syn","version":"0.1.0"},{"name":"mongocrypt","version":"0.4.0"}]}"#;
        let section = miniz_oxide::deflate::compress_to_vec_zlib(json.as_bytes(), 6);
        let mut compiled = graph();
        let name = |name: &str| Component { name: name.to_owned(), ..compiled.components[0].clone() };
        compiled.components.push(name("syn"));
        let found = difference(&graph(), &compiled, &runtime_packages(&section).unwrap());
        let expected = [
            "new@2.0.0 is in the binary and not in the document",
            "old@1.0.0+x is in the document and not in the binary",
        ];
        assert_eq!(found, expected);
        assert!(runtime_packages(b"nonsense").is_err());
    }
}
