//! The namespace and who lives in it.

use super::Faults;
use crate::validate::bundle::Bundle;

pub(super) fn pod_security_is_enforced(bundle: &Bundle, faults: &mut Faults<'_>) {
    for namespace in bundle.of_kind("Namespace") {
        for mode in ["enforce", "audit", "warn"] {
            let label = format!("pod-security.kubernetes.io/{mode}");
            let labels = namespace.at("metadata.labels");
            if labels[&label] != "restricted" {
                faults.object(namespace, "metadata.labels", format!("label {label} is not `restricted`"));
            }
            let pinned = labels[format!("{label}-version")]
                .as_str()
                .and_then(|version| version.strip_prefix("v1."))
                .is_some_and(|minor| !minor.is_empty() && minor.chars().all(|c| c.is_ascii_digit()));
            if !pinned {
                faults.object(namespace, "metadata.labels", format!("label {label}-version pins no version"));
            }
        }
    }
    if let Some(object) = bundle.objects().first().filter(|_| bundle.of_kind("Namespace").next().is_none()) {
        faults.object(
            object,
            "metadata.namespace",
            "the overlay declares no Namespace, so nothing enforces pod security",
        );
    }
}

pub(super) fn objects_live_in_it(bundle: &Bundle, faults: &mut Faults<'_>) {
    let Some(namespace) = bundle.of_kind("Namespace").next() else { return };
    for object in bundle.objects().iter().filter(|object| object.kind != "Namespace") {
        if object.at("metadata.namespace") != namespace.name.as_str() {
            let message = format!("lives in {}, not in {}", object.at("metadata.namespace"), namespace.name);
            faults.object(object, "metadata.namespace", message);
        }
    }
}
