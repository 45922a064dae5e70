//! The objects of one overlay, and how rules look at them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::validate::finding::{Finding, Findings};
use crate::validate::render::{RenderError, read};
use crate::validate::source::Sources;
use crate::validate::typed;
use crate::yaml;

/// One rendered object.
#[derive(Clone, Debug)]
pub struct Object {
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The object itself.
    pub value: Value,
    file: String,
    line: usize,
}

impl Object {
    /// `Kind/name`.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}/{}", self.kind, self.name)
    }

    /// What is at a dotted path, `null` when nothing is.
    #[must_use]
    pub fn at(&self, path: &str) -> &Value {
        at(&self.value, path)
    }
}

/// What is at a dotted path of field names in `value`, `null` when nothing is.
#[must_use]
pub fn at<'a>(value: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(value, |value, key| &value[key])
}

/// The elements of an array; none when it is something else.
#[must_use]
pub fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The names and keys of Secrets that live in the cluster, from `base/secrets.yaml`.
#[derive(Clone, Debug, Default)]
pub struct SecretTemplate(pub BTreeMap<String, BTreeSet<String>>);

impl SecretTemplate {
    const FILE: &str = "base/secrets.yaml";

    /// Reads the template; a value in it is a finding.
    ///
    /// # Errors
    /// When the file cannot be read or is not YAML.
    pub fn read(dir: &Path, findings: &mut Findings) -> Result<Self, RenderError> {
        let path = dir.join(Self::FILE);
        let documents = yaml::documents(&read(&path)?)
            .map_err(|error| RenderError::Content { path: path.clone(), message: error.to_string() })?;
        let mut names = BTreeMap::new();
        for secret in &documents {
            let Some(name) = at(secret, "metadata.name").as_str() else { continue };
            let mut keys = BTreeSet::new();
            for (key, value) in ["data", "stringData"].iter().filter_map(|field| secret[field].as_object()).flatten() {
                keys.insert(key.clone());
                if value.as_str() != Some("") {
                    findings.add_file(
                        "secret-literal",
                        "base",
                        Self::FILE,
                        &format!("the template of Secret {name} holds a value for {key}"),
                        "remove the value (and rotate it): the template only says which names and keys exist",
                    );
                }
            }
            names.insert(name.to_owned(), keys);
        }
        Ok(Self(names))
    }
}

/// The containers of a pod template.
#[derive(Clone, Copy, Debug)]
pub struct Container<'a> {
    /// The object that the template is part of.
    pub object: &'a Object,
    /// The container.
    pub value: &'a Value,
    /// The pod.
    pub pod: &'a Value,
    list: &'static str,
    index: usize,
}

impl Container<'_> {
    /// The path of one of the container's fields.
    #[must_use]
    pub fn path(&self, field: &str) -> String {
        format!("spec.template.spec.{}[{}].{field}", self.list, self.index)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.value["name"].as_str().unwrap_or_default()
    }

    /// What is at a dotted path in the container.
    #[must_use]
    pub fn at(&self, path: &str) -> &Value {
        at(self.value, path)
    }

    /// Whether it is one that only a running pod may get.
    #[must_use]
    pub fn is_ephemeral(&self) -> bool {
        self.list == "ephemeralContainers"
    }

    /// Whether it runs for as long as the pod, unlike an init container.
    #[must_use]
    pub fn is_main(&self) -> bool {
        self.list == "containers"
    }
}

/// All objects of one overlay.
#[derive(Clone, Debug)]
pub struct Bundle {
    overlay: String,
    objects: Vec<Object>,
    validated: usize,
    secrets: SecretTemplate,
}

impl Bundle {
    /// Checks `values` against their types. Those that fail are kept too, so that what refers to them finds them.
    #[must_use]
    pub fn read(
        overlay: &str,
        values: Vec<Value>,
        sources: &Sources,
        secrets: SecretTemplate,
        findings: &mut Findings,
    ) -> Self {
        let mut bundle = Self { overlay: overlay.to_owned(), objects: Vec::new(), validated: 0, secrets };
        for value in values {
            let kind = value["kind"].as_str().unwrap_or_default().to_owned();
            let name = at(&value, "metadata.name").as_str().unwrap_or_default().to_owned();
            let (file, line) =
                sources.find(&kind, &name).unwrap_or_else(|| (format!("overlays/{overlay}/kustomization.yaml"), 1));
            let object = Object { kind, name, value, file, line };
            match typed::check(&object.value) {
                Ok(()) => bundle.validated += 1,
                Err(faults) => {
                    for fault in faults {
                        let remedy = match fault.rule {
                            "unknown-field" => "correct the field's name or its indentation, or remove it",
                            "unknown-kind" => "use a kind that the deploy applies, or teach the validator the new one",
                            "missing-field" => "add the field",
                            _ => "give the field a value of its type",
                        };
                        findings.add(bundle.finding(fault.rule, &object, fault.path, fault.message, remedy));
                    }
                }
            }
            bundle.objects.push(object);
        }
        bundle
    }

    /// A finding about one of the objects.
    #[must_use]
    pub fn finding(&self, rule: &str, object: &Object, path: String, message: String, remedy: &str) -> Finding {
        Finding {
            rule: rule.to_owned(),
            overlay: self.overlay.clone(),
            file: object.file.clone(),
            line: object.line,
            object: object.id(),
            path,
            message,
            remedy: remedy.to_owned(),
        }
    }

    /// How many objects passed the check of their type.
    #[must_use]
    pub fn validated(&self) -> usize {
        self.validated
    }

    /// All objects, in the order of their rendering.
    #[must_use]
    pub fn objects(&self) -> &[Object] {
        &self.objects
    }

    /// The objects of a kind.
    pub fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Object> {
        self.objects.iter().filter(move |object| object.kind == kind)
    }

    /// The object of that kind and name.
    #[must_use]
    pub fn find(&self, kind: &str, name: &str) -> Option<&Object> {
        self.objects.iter().find(|object| object.kind == kind && object.name == name)
    }

    /// The Secrets that the cluster is expected to hold.
    #[must_use]
    pub fn secrets(&self) -> &SecretTemplate {
        &self.secrets
    }

    /// Every Deployment with the pod it describes.
    pub fn pods(&self) -> impl Iterator<Item = (&Object, &Value)> {
        self.of_kind("Deployment").map(|object| (object, object.at("spec.template.spec")))
    }

    /// Every container, init and ephemeral containers included: Pod Security looks at all of them.
    #[must_use]
    pub fn containers(&self) -> Vec<Container<'_>> {
        let mut containers = Vec::new();
        for (object, pod) in self.pods() {
            for list in ["initContainers", "containers", "ephemeralContainers"] {
                for (index, value) in items(&pod[list]).iter().enumerate() {
                    containers.push(Container { object, value, pod, list, index });
                }
            }
        }
        containers
    }

    /// Whether a label selector matches the pods of one of the Deployments. An empty selector matches all.
    #[must_use]
    pub fn selects_pods(&self, match_labels: &Value) -> bool {
        self.of_kind("Deployment").any(|object| matches(match_labels, object.at("spec.template.metadata.labels")))
    }
}

/// Whether all of `wanted` are among `labels`.
#[must_use]
pub fn matches(wanted: &Value, labels: &Value) -> bool {
    wanted.as_object().is_none_or(|wanted| wanted.iter().all(|(key, value)| labels.get(key) == Some(value)))
}
