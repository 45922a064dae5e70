//! The kustomization files themselves: kustomize silently accepts a patch, image or replica entry that matches nothing.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::validate::bundle::{Bundle, at};
use crate::validate::finding::{Finding, Findings};
use crate::validate::render::{RenderError, read};
use crate::yaml;

/// What this project uses of a kustomization; another field fails here until its entries can be checked too.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "fields that need no check are named so that unknown ones are refused")]
struct Kustomization {
    api_version: String,
    kind: String,
    namespace: Option<String>,
    #[serde(default)]
    resources: Vec<String>,
    #[serde(default)]
    labels: Vec<Value>,
    #[serde(default)]
    patches: Vec<Patch>,
    #[serde(default)]
    images: Vec<Image>,
    #[serde(default)]
    replicas: Vec<Replica>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Patch {
    path: Option<String>,
    #[serde(rename = "patch")]
    inline: Option<String>,
    target: Option<Target>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Target {
    group: Option<String>,
    version: Option<String>,
    kind: Option<String>,
    name: Option<String>,
    namespace: Option<String>,
    label_selector: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Image {
    name: String,
    new_name: Option<String>,
    new_tag: Option<String>,
    digest: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Replica {
    name: String,
    count: i64,
}

/// Checks the kustomization of the base and of `overlay` against what was rendered.
///
/// # Errors
/// When a file cannot be read.
pub fn check(dir: &Path, overlay: &str, bundle: &Bundle, findings: &mut Findings) -> Result<(), RenderError> {
    for part in ["base".to_owned(), format!("overlays/{overlay}")] {
        let file = format!("{part}/kustomization.yaml");
        let text = read(&dir.join(&file))?;
        let mut report = Report { rule: "", overlay, file: &file, text: &text, findings };
        let kustomization: Kustomization = match yaml::document(&text) {
            Ok(kustomization) => kustomization,
            Err(error) => {
                report.rule = "kustomization";
                report.add("", &error.to_string(), "use the fields that the validator knows, or teach it the new one");
                continue;
            }
        };
        for patch in &kustomization.patches {
            report.rule = "unmatched-patch";
            check_patch(&dir.join(&part), patch, bundle, &mut report)?;
        }
        for image in &kustomization.images {
            report.rule = "unmatched-image";
            check_image(image, bundle, &mut report);
        }
        for replica in &kustomization.replicas {
            report.rule = "unmatched-replicas";
            let matched = bundle.of_kind("Deployment").any(|object| {
                object.name == replica.name && object.at("spec.replicas").as_i64() == Some(replica.count)
            });
            if !matched {
                let message = format!("the entry for {} changes no Deployment", replica.name);
                report.add(&replica.name, &message, "correct the entry's name, or remove the entry");
            }
        }
    }
    Ok(())
}

struct Report<'a> {
    rule: &'static str,
    overlay: &'a str,
    file: &'a str,
    text: &'a str,
    findings: &'a mut Findings,
}

impl Report<'_> {
    fn add(&mut self, needle: &str, message: &str, remedy: &str) {
        let at_needle = |line: &str| !needle.is_empty() && line.contains(needle);
        self.findings.add(Finding {
            rule: self.rule.to_owned(),
            overlay: self.overlay.to_owned(),
            file: self.file.to_owned(),
            line: self.text.lines().position(at_needle).map_or(1, |index| index + 1),
            object: String::new(),
            path: String::new(),
            message: message.to_owned(),
            remedy: remedy.to_owned(),
        });
    }
}

fn check_patch(dir: &Path, patch: &Patch, bundle: &Bundle, report: &mut Report<'_>) -> Result<(), RenderError> {
    let label = patch.path.clone().unwrap_or_else(|| "inline patch".to_owned());
    let needle =
        patch.path.as_deref().or(patch.target.as_ref().and_then(|target| target.name.as_deref())).unwrap_or("");
    if let Some(target) = &patch.target {
        if !bundle.objects().iter().any(|object| target_matches(target, &object.value)) {
            let message = format!("{label}: its target matches no object");
            report.add(needle, &message, "correct the target (exact names, no patterns), or remove the patch");
        }
        return Ok(());
    }
    let text = match (&patch.path, &patch.inline) {
        (Some(file), _) => read(&dir.join(file))?,
        (None, Some(inline)) => inline.clone(),
        (None, None) => String::new(),
    };
    let documents = yaml::documents(&text)
        .map_err(|error| RenderError::Content { path: dir.join(&label), message: error.to_string() })?;
    if documents.is_empty() {
        report.add(needle, &format!("{label}: it holds no patch"), "write the patch, or remove the entry");
    }
    for body in &documents {
        let (kind, name) = (body["kind"].as_str().unwrap_or("?"), at(body, "metadata.name").as_str().unwrap_or("?"));
        if !bundle.find(kind, name).is_some_and(|object| carries(&object.value, body)) {
            let message = format!("{label}: what it says of {kind}/{name} does not show in the rendered objects");
            report.add(needle, &message, "correct the kind, the names (containers too) and the fields of the patch");
        }
    }
    Ok(())
}

fn target_matches(target: &Target, object: &Value) -> bool {
    let fits = |wanted: &Option<String>, is: &Value| wanted.as_ref().is_none_or(|wanted| is == wanted.as_str());
    let (group, version) =
        object["apiVersion"].as_str().map(|text| text.split_once('/').unwrap_or(("", text))).unwrap_or_default();
    // A label selector cannot be shown to match without evaluating it; nothing here uses one.
    target.label_selector.is_none()
        && target.group.as_deref().is_none_or(|wanted| wanted == group)
        && target.version.as_deref().is_none_or(|wanted| wanted == version)
        && fits(&target.kind, &object["kind"])
        && fits(&target.name, at(object, "metadata.name"))
        && fits(&target.namespace, at(object, "metadata.namespace"))
}

/// Whether everything that a strategic-merge patch says shows in the object. `null` and `$patch` remove: they show by
/// absence.
fn carries(object: &Value, patch: &Value) -> bool {
    match patch {
        Value::Null => object.is_null(),
        Value::Object(fields) => fields
            .iter()
            .filter(|(key, _)| !key.starts_with('$') && *key != "namespace")
            .all(|(key, value)| carries(&object[key], value)),
        Value::Array(wanted) => wanted.iter().filter(|item| item["$patch"].is_null()).all(|item| {
            object.as_array().is_some_and(|present| present.iter().any(|candidate| carries(candidate, item)))
        }),
        scalar => object == scalar,
    }
}

fn check_image(image: &Image, bundle: &Bundle, report: &mut Report<'_>) {
    let name = image.new_name.as_deref().unwrap_or(&image.name);
    let wanted = match (&image.digest, &image.new_tag) {
        (Some(digest), _) => format!("{name}@{digest}"),
        (None, Some(tag)) => format!("{name}:{tag}"),
        (None, None) => name.to_owned(),
    };
    let matched = bundle.containers().iter().any(|container| {
        let is = container.at("image").as_str().unwrap_or_default();
        is == wanted || (image.digest.is_none() && image.new_tag.is_none() && is.starts_with(&wanted))
    });
    if !matched {
        let message = format!("the entry for {} changes no container's image", image.name);
        report.add(&image.name, &message, "let `name` be the image as the base names it, or remove the entry");
    }
}
