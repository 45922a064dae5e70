//! The graph as an SPDX 2.3 document.

use serde_json::{Value, json};

use super::Origin;
use super::graph::{Component, Graph};

/// The document. <https://spdx.github.io/spdx-spec/v2.3/>
#[must_use]
pub fn document(graph: &Graph, origin: &Origin) -> Value {
    let root = graph.components.first();
    let version = root.map_or("", |root| root.version.as_str());
    let mut relationships: Vec<Value> =
        root.iter().map(|root| relationship("SPDXRef-DOCUMENT", "DESCRIBES", &reference(&root.id()))).collect();
    for (from, targets) in &graph.edges {
        relationships.extend(targets.iter().map(|to| relationship(&reference(from), "DEPENDS_ON", &reference(to))));
    }
    json!({
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": format!("order-generation-service-{version}"),
        "documentNamespace": format!(
            "https://github.com/kasbench/globeco-order-generation-service/sbom/{version}/{}",
            origin.commit
        ),
        "creationInfo": { "created": origin.date, "creators": ["Tool: cargo-xtask-sbom"] },
        "packages": graph.components.iter().enumerate().map(|(index, part)| package(part, index == 0)).collect::<Vec<_>>(),
        "relationships": relationships,
    })
}

fn package(component: &Component, is_root: bool) -> Value {
    let mut package = json!({
        "name": component.name,
        "SPDXID": reference(&component.id()),
        "versionInfo": component.version,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": false,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": component.license.as_deref().unwrap_or("NOASSERTION"),
        "copyrightText": "NOASSERTION",
        "primaryPackagePurpose": if is_root { "APPLICATION" } else { "LIBRARY" },
        "externalRefs": [{
            "referenceCategory": "PACKAGE-MANAGER",
            "referenceType": "purl",
            "referenceLocator": component.purl(),
        }],
    });
    if let Some(checksum) = &component.checksum {
        package["checksums"] = json!([{ "algorithm": "SHA256", "checksumValue": checksum }]);
    }
    package
}

fn relationship(from: &str, kind: &str, to: &str) -> Value {
    json!({ "spdxElementId": from, "relationshipType": kind, "relatedSpdxElement": to })
}

/// Letters, digits, dots and hyphens are all that an identifier may hold.
fn reference(id: &str) -> String {
    let plain: String = id.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect();
    format!("SPDXRef-{plain}")
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
