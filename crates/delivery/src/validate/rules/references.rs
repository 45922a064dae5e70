//! Names of other objects, and secrets that should have been such names.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Faults;
use crate::mask;
use crate::validate::bundle::{Bundle, at, items};

/// What kind of object is referred to, by which name, for which key, and from where.
struct Reference<'a> {
    kind: &'static str,
    name: &'a Value,
    key: Option<&'a str>,
    path: String,
    optional: bool,
}

pub(super) fn references_exist(bundle: &Bundle, faults: &mut Faults<'_>) {
    for (object, pod) in bundle.pods() {
        for reference in references(bundle, pod, &object.name) {
            let name = reference.name.as_str().unwrap_or_default();
            let missing = match keys(bundle, reference.kind, name) {
                _ if reference.optional => None,
                None => Some(format!("{} {name} does not exist", reference.kind)),
                Some(keys) => reference
                    .key
                    .filter(|key| !keys.contains(*key))
                    .map(|key| format!("{} {name} has no key {key}", reference.kind)),
            };
            if let Some(message) = missing {
                faults.object(object, &reference.path, message);
            }
        }
    }
}

/// The keys of a `ConfigMap` or Secret; `None` when there is no such object.
fn keys(bundle: &Bundle, kind: &str, name: &str) -> Option<BTreeSet<String>> {
    if let Some(keys) = (kind == "Secret").then(|| bundle.secrets().0.get(name)).flatten() {
        return Some(keys.clone());
    }
    let object = bundle.find(kind, name)?;
    let fields = ["data", "binaryData", "stringData"];
    Some(fields.iter().filter_map(|field| object.at(field).as_object()).flatten().map(|(key, _)| key.clone()).collect())
}

fn references<'a>(bundle: &'a Bundle, pod: &'a Value, deployment: &str) -> Vec<Reference<'a>> {
    let mut found = Vec::new();
    let mut add = |kind, holder: &'a Value, name: &str, path: String| {
        if !holder[name].is_null() {
            let optional = holder["optional"] == true;
            found.push(Reference { kind, name: &holder[name], key: holder["key"].as_str(), path, optional });
        }
    };
    add("ServiceAccount", pod, "serviceAccountName", "spec.template.spec.serviceAccountName".to_owned());
    for container in bundle.containers().into_iter().filter(|container| container.object.name == deployment) {
        for (index, source) in items(&container.value["envFrom"]).iter().enumerate() {
            let path = container.path(&format!("envFrom[{index}]"));
            add("ConfigMap", &source["configMapRef"], "name", path.clone());
            add("Secret", &source["secretRef"], "name", path);
        }
        for (index, variable) in items(&container.value["env"]).iter().enumerate() {
            let path = container.path(&format!("env[{index}].valueFrom"));
            add("ConfigMap", at(variable, "valueFrom.configMapKeyRef"), "name", path.clone());
            add("Secret", at(variable, "valueFrom.secretKeyRef"), "name", path);
        }
    }
    for (index, volume) in items(&pod["volumes"]).iter().enumerate() {
        let path = format!("spec.template.spec.volumes[{index}]");
        add("ConfigMap", &volume["configMap"], "name", path.clone());
        add("Secret", &volume["secret"], "secretName", path.clone());
        for source in items(at(volume, "projected.sources")) {
            add("ConfigMap", &source["configMap"], "name", path.clone());
            add("Secret", &source["secret"], "name", path.clone());
        }
    }
    found
}

pub(super) fn secrets_are_not_literal(bundle: &Bundle, faults: &mut Faults<'_>) {
    for container in bundle.containers() {
        for (index, variable) in items(&container.value["env"]).iter().enumerate() {
            let name = variable["name"].as_str().unwrap_or_default();
            if variable["value"].as_str().is_some_and(|value| is_secret(bundle, name, value)) {
                faults.container(
                    &container,
                    &format!("env[{index}].value"),
                    format!("{name} holds a secret as a literal value"),
                );
            }
        }
    }
    for object in bundle.of_kind("ConfigMap") {
        for (key, value) in object.at("data").as_object().into_iter().flatten() {
            if value.as_str().is_some_and(|value| is_secret(bundle, key, value)) {
                faults.object(object, &format!("data.{key}"), format!("{key} holds a secret as a literal value"));
            }
        }
    }
    for object in bundle.of_kind("Secret") {
        faults.object(object, "", "a rendered Secret carries its values through the repository and the release record");
    }
}

/// Whether the value is a secret by its own form, by its name, or because the template says that it lives in a Secret.
fn is_secret(bundle: &Bundle, name: &str, value: &str) -> bool {
    let templated = bundle.secrets().0.values().any(|keys| keys.contains(name));
    !value.is_empty() && (templated || mask::is_secret_name(name) || mask::looks_secret(value))
}
