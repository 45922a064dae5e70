//! Rules about the crates: who may depend on whom, where each is described, which lints are on.

use serde_json::Value;

use super::{Finding, Tree, finding};

/// The allowed edges, normal and for tests; nothing else. ARCHITECTURE.md says why.
const EDGES: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("optimizer", &["domain"]),
    ("ports", &["domain"]),
    ("application", &["domain", "ports", "optimizer"]),
    ("mongo-adapter", &["domain", "ports"]),
    ("redb-adapter", &["domain", "ports"]),
    ("upstream-adapter", &["domain", "ports"]),
    ("http-adapter", &["application", "domain"]),
    ("port-contracts", &["domain", "ports"]),
    ("simulator", &[]),
    ("perf", &["domain", "optimizer"]),
    (
        "service",
        &[
            "application",
            "domain",
            "http-adapter",
            "mongo-adapter",
            "optimizer",
            "ports",
            "redb-adapter",
            "upstream-adapter",
        ],
    ),
    ("xtask", &[]),
    ("delivery", &[]),
];

/// What tests may use beyond that.
fn is_allowed_in_tests(from: &str, to: &str) -> bool {
    match to {
        "port-contracts" => !matches!(from, "domain" | "optimizer"),
        "simulator" => matches!(from, "service" | "perf"),
        _ => false,
    }
}

fn packages(tree: &Tree) -> impl Iterator<Item = (&str, &Value)> {
    let packages = tree.metadata["packages"].as_array().map_or(&[][..], Vec::as_slice);
    packages.iter().filter_map(|package| Some((package["name"].as_str()?, package)))
}

/// The manifest of a member, from the root.
fn manifest(tree: &Tree, package: &Value) -> String {
    let path = package["manifest_path"].as_str().unwrap_or_default();
    let root = tree.metadata["workspace_root"].as_str().unwrap_or_default();
    path.strip_prefix(root).unwrap_or(path).trim_start_matches('/').to_owned()
}

/// Crates depend only along the allowed edges.
pub(super) fn edges(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (from, package) in packages(tree) {
        let Some((_, allowed)) = EDGES.iter().find(|(name, _)| *name == from) else {
            findings
                .push(finding(&manifest(tree, package), format!("crate `{from}` has no place in the list of edges")));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let to = dependency["name"].as_str().unwrap_or_default();
            if (from, to) == ("service", "actix-web") && dependency["kind"] != "dev" {
                let message = "`service` must not depend on `actix-web` outside its tests: http-adapter does";
                findings.push(finding(&manifest(tree, package), message));
            }
            let is_ours = dependency["path"].is_string();
            let for_tests = dependency["kind"] == "dev" && is_allowed_in_tests(from, to);
            if is_ours && !allowed.contains(&to) && !for_tests {
                let message =
                    format!("`{from}` must not depend on `{to}`: dependencies point inward (ARCHITECTURE.md)");
                findings.push(finding(&manifest(tree, package), message));
            }
        }
    }
    findings
}

/// Every crate is named in ARCHITECTURE.md.
pub(super) fn on_the_map(tree: &Tree) -> Vec<Finding> {
    let map = tree.text("ARCHITECTURE.md").unwrap_or_default();
    packages(tree)
        .filter(|(name, _)| !map.contains(&format!("`{name}`")) && !map.contains(&format!("{name}/")))
        .map(|(name, _)| finding("ARCHITECTURE.md", format!("crate `{name}` is not described in the code map")))
        .collect()
}

/// Every crate takes the lints of the workspace.
pub(super) fn lints_on(tree: &Tree) -> Vec<Finding> {
    packages(tree)
        .filter_map(|(_, package)| {
            let path = manifest(tree, package);
            let parsed: toml::Table = tree.text(&path)?.parse().ok()?;
            let on = parsed.get("lints").and_then(|lints| lints.get("workspace")).and_then(toml::Value::as_bool);
            (on != Some(true)).then(|| finding(&path, "add `[lints]` with `workspace = true`"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::tree;
    use super::{edges, lints_on, on_the_map};

    fn member(name: &str, dependencies: &[(&str, Option<&str>)]) -> Value {
        let dependencies: Vec<_> = dependencies
            .iter()
            .map(|(to, kind)| json!({ "name": to, "kind": kind, "path": format!("/repo/crates/{to}") }))
            .collect();
        json!({ "name": name, "manifest_path": format!("/repo/crates/{name}/Cargo.toml"), "dependencies": dependencies })
    }

    fn edges_of(package: &Value) -> Vec<String> {
        let mut tree = tree(&[]);
        tree.metadata = json!({ "workspace_root": "/repo", "packages": [package] });
        edges(&tree).into_iter().map(|finding| finding.to_string()).collect()
    }

    #[test]
    fn edges_that_point_outward_are_found() {
        let faults = [
            ("domain", "ports", None),
            ("http-adapter", "ports", None),
            ("http-adapter", "mongo-adapter", None),
            ("simulator", "domain", None),
            ("perf", "service", None),
            ("xtask", "domain", None),
            ("optimizer", "port-contracts", Some("dev")),
            ("service", "port-contracts", None),
            ("application", "simulator", Some("dev")),
        ];
        for (from, to, kind) in faults {
            let found = edges_of(&member(from, &[(to, kind)]));
            assert_eq!(found.len(), 1, "{from} → {to}");
            assert!(found[0].starts_with(&format!("crates/{from}/Cargo.toml: `{from}` must not depend on `{to}`")));
        }
    }

    #[test]
    fn the_http_library_is_for_tests_of_the_service_only() {
        let depends = |kind: &Value| {
            let web = json!({ "name": "actix-web", "kind": kind });
            edges_of(&json!({ "name": "service", "manifest_path": "/repo/x", "dependencies": [web] }))
        };
        assert_eq!(depends(&json!("dev")), [""; 0]);
        assert!(depends(&Value::Null)[0].contains("outside its tests"));
    }

    #[test]
    fn allowed_edges_are_not() {
        assert_eq!(edges_of(&member("application", &[("domain", None), ("port-contracts", Some("dev"))])), [""; 0]);
        assert_eq!(edges_of(&member("service", &[("redb-adapter", None), ("simulator", Some("dev"))])), [""; 0]);
    }

    #[test]
    fn a_new_crate_needs_a_place_in_the_list_and_on_the_map() {
        assert!(edges_of(&member("helpers", &[]))[0].contains("no place in the list"));
        let mut tree = tree(&[("ARCHITECTURE.md", "`domain` is pure")]);
        tree.metadata = json!({ "workspace_root": "/repo", "packages": [member("domain", &[]), member("ports", &[])] });
        let found = on_the_map(&tree);
        assert_eq!(found.len(), 1);
        assert!(found[0].message.contains("`ports`"));
    }

    #[test]
    fn lints_must_be_on() {
        let off = ("crates/domain/Cargo.toml", "[package]\nname = \"domain\"\n");
        let on = ("crates/ports/Cargo.toml", "[lints]\nworkspace = true\n");
        let mut tree = tree(&[off, on]);
        tree.metadata = json!({ "workspace_root": "/repo", "packages": [member("domain", &[]), member("ports", &[])] });
        assert_eq!(lints_on(&tree).len(), 1);
    }
}
