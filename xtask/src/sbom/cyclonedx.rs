//! The graph as a `CycloneDX` 1.6 document.

use serde_json::{Value, json};

use super::Origin;
use super::graph::{Component, Graph};

/// The document. <https://cyclonedx.org/docs/1.6/json/>
#[must_use]
pub fn document(graph: &Graph, origin: &Origin) -> Value {
    let (root, parts) = graph.components.split_first().map_or((None, &[][..]), |(root, parts)| (Some(root), parts));
    let dependencies: Vec<_> =
        graph.edges.iter().map(|(from, targets)| json!({ "ref": from, "dependsOn": targets })).collect();
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": origin.date,
            "tools": { "components": [{ "type": "application", "name": "cargo-xtask-sbom" }] },
            "component": root.map(|root| component(root, "application")),
            "properties": [{ "name": "git:commit", "value": origin.commit }],
        },
        "components": parts.iter().map(|part| component(part, "library")).collect::<Vec<_>>(),
        "dependencies": dependencies,
    })
}

fn component(component: &Component, kind: &str) -> Value {
    let mut entry = json!({
        "type": kind,
        "bom-ref": component.id(),
        "name": component.name,
        "version": component.version,
        "purl": component.purl(),
    });
    if let Some(license) = &component.license {
        entry["licenses"] = json!([{ "expression": license }]);
    }
    if let Some(checksum) = &component.checksum {
        entry["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
    }
    entry
}

#[cfg(test)]
mod tests {
    use super::super::Origin;
    use super::super::graph::tests::graph;

    #[test]
    fn the_document_is_as_reviewed() {
        let origin = Origin { commit: "abc".into(), date: "2026-11-25T00:00:00Z".into() };
        insta::assert_json_snapshot!(super::document(&graph(), &origin));
    }
}
