//! A release: what exactly is applied, from the overlay, the tag and the digest.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::deploy::args::Environment;
use crate::deploy::failure::Failure;
use crate::deploy::tag::Tag;
use crate::digest::sha256;
use crate::exit::Exit;
use crate::process::ProcessError;
use crate::validate::bundle::{at, items};
use crate::validate::check_objects;
use crate::validate::finding::Findings;
use crate::validate::render::{RenderError, Renderer};
use crate::validate::source;
use crate::workspace::copy_tree;
use crate::yaml;

/// The image as the manifests name it, wherever its tag is looked up.
pub const IMAGE: &str = "kasbench/globeco-order-generation-service";

const SEE_VALIDATE: &str = "see `cargo xtask validate`, and mend what it finds";

/// In this order objects are applied: each finds what it refers to.
const ORDER: [&str; 8] = [
    "Namespace",
    "ServiceAccount",
    "ConfigMap",
    "Service",
    "NetworkPolicy",
    "Deployment",
    "PodDisruptionBudget",
    "HorizontalPodAutoscaler",
];

/// What is, or was, deployed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// The tag that was asked for.
    pub tag: String,
    /// What the tag meant when it was asked for: `sha256:…`.
    pub digest: String,
    /// The version that the service must report; `None` when the tag does not say.
    pub version: Option<String>,
    /// The objects, in the order of their application.
    pub objects: Vec<Value>,
}

impl Release {
    /// Renders the overlay of `env` with the image at `digest` into `namespace`, and validates exactly that.
    ///
    /// # Errors
    /// Exit 4 when the manifests are not valid or do not contain the digest exactly where expected.
    pub fn render(
        deployments: &Path,
        env: Environment,
        namespace: Option<&str>,
        tag: &Tag,
        digest: &str,
        renderer: &Renderer,
    ) -> Result<Self, Failure> {
        let copy = TempDir::with_prefix("deploy-").map_err(|error| Failure::local(&error))?;
        copy_tree(deployments, copy.path()).map_err(|error| Failure::local(&error))?;
        let throwaway = copy.path().join("release");
        fs::create_dir(&throwaway).map_err(|error| Failure::local(&error))?;

        let mut overlay = json!({
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            // kustomize refuses absolute paths.
            "resources": [format!("../overlays/{}", env.overlay())],
            "images": [{"name": IMAGE, "digest": digest}],
        });
        if let Some(namespace) = namespace {
            overlay["namespace"] = json!(namespace);
        }
        let unreadable = source::unreadable(copy.path(), env.overlay()).map_err(|error| Failure::local(&error))?;
        if let Some(finding) = unreadable.first() {
            let place = format!("deployments/{}:{} {}", finding.file, finding.line, finding.object);
            return Err(Failure::invalid(format!("{}: {}", place.trim_end(), finding.message), SEE_VALIDATE));
        }
        let text = render_overlay(&throwaway, &overlay, renderer)?;
        let mut objects = yaml::documents(&text).map_err(|error| Failure::invalid(error.to_string(), SEE_VALIDATE))?;
        annotate(&mut objects, tag, digest);

        let mut findings = Findings::default();
        let (checked, bundle) = check_objects(copy.path(), env.overlay(), objects, &mut findings)
            .map_err(|error| Failure::local(&error))?;
        let findings = findings.into_vec();
        if let Some(finding) = findings.first() {
            return Err(Failure::invalid(
                format!(
                    "the manifests are not valid ({} findings): {}: {}",
                    findings.len(),
                    finding.object,
                    finding.message
                ),
                SEE_VALIDATE,
            ));
        }
        debug_assert_eq!(checked.rendered, checked.validated);
        let objects: Vec<Value> = bundle.objects().iter().map(|object| object.value.clone()).collect();
        let release = Self {
            tag: tag.to_string(),
            digest: digest.to_owned(),
            version: tag.release_version().map(str::to_owned),
            objects: in_order(objects),
        };
        release.check_digest()?;
        Ok(release)
    }

    /// The digest stands where our image is used, once per Deployment, and nowhere else.
    fn check_digest(&self) -> Result<(), Failure> {
        let wanted = format!("{IMAGE}@{}", self.digest);
        let images: Vec<&str> = self
            .objects
            .iter()
            .flat_map(|object| {
                let pod = at(object, "spec.template.spec");
                ["initContainers", "containers"].into_iter().flat_map(|list| items(&pod[list]))
            })
            .filter_map(|container| container["image"].as_str())
            .filter(|image| image.starts_with(IMAGE))
            .collect();
        if images == [wanted.as_str()] {
            return Ok(());
        }
        Err(Failure::invalid(
            format!("the rendered manifests should use {wanted} exactly once, but use {images:?}"),
            "let the base name the image as it is, and the overlay's images entry match it",
        ))
    }

    fn of_kind(&self, kind: &str) -> Option<&Value> {
        self.objects.iter().find(|object| object["kind"] == kind)
    }

    /// The Deployment.
    #[must_use]
    pub fn deployment(&self) -> &Value {
        self.of_kind("Deployment").unwrap_or(&Value::Null)
    }

    /// The Deployment's name.
    #[must_use]
    pub fn deployment_name(&self) -> &str {
        name(self.deployment())
    }

    /// The Namespace object.
    #[must_use]
    pub fn namespace(&self) -> Option<&Value> {
        self.of_kind("Namespace")
    }

    /// The namespace's name, as the Deployment has it.
    #[must_use]
    pub fn namespace_name(&self) -> &str {
        at(self.deployment(), "metadata.namespace").as_str().unwrap_or_default()
    }

    /// The pods' label selector, as kubectl takes it.
    #[must_use]
    pub fn selector(&self) -> String {
        let labels = at(self.deployment(), "spec.selector.matchLabels").as_object().into_iter().flatten();
        labels.map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default())).collect::<Vec<_>>().join(",")
    }

    /// The API server's path to the readiness of the service.
    #[must_use]
    pub fn health_path(&self) -> String {
        let service = self.of_kind("Service").unwrap_or(&Value::Null);
        let port = items(at(service, "spec.ports")).first().map(|port| port["port"].to_string()).unwrap_or_default();
        format!(
            "/api/v1/namespaces/{}/services/http:{}:{port}/proxy/health/ready",
            self.namespace_name(),
            name(service)
        )
    }

    /// The Deployment's `progressDeadlineSeconds`; 600 is Kubernetes' default.
    #[must_use]
    pub fn progress_deadline_seconds(&self) -> u64 {
        at(self.deployment(), "spec.progressDeadlineSeconds").as_u64().unwrap_or(600)
    }
}

/// The name of an object.
#[must_use]
pub fn name(object: &Value) -> &str {
    at(object, "metadata.name").as_str().unwrap_or_default()
}

/// `Kind/name`.
#[must_use]
pub fn id(object: &Value) -> String {
    format!("{}/{}", object["kind"].as_str().unwrap_or_default(), name(object))
}

fn in_order(mut objects: Vec<Value>) -> Vec<Value> {
    let rank = |object: &Value| ORDER.iter().position(|kind| object["kind"] == *kind).unwrap_or(ORDER.len());
    objects.sort_by_key(rank);
    objects
}

fn render_overlay(dir: &Path, overlay: &Value, renderer: &Renderer) -> Result<String, Failure> {
    // JSON is YAML.
    fs::write(dir.join("kustomization.yaml"), overlay.to_string()).map_err(|error| Failure::local(&error))?;
    renderer.render(dir).map_err(|error| match error {
        RenderError::Kustomize { .. } => Failure::invalid(error.to_string(), SEE_VALIDATE),
        RenderError::Late { .. } => Failure::new(Exit::Unreachable, error.to_string(), error.remedy()),
        RenderError::Kubectl(ProcessError::Interrupted) => Failure::interrupted("nothing was changed"),
        other => Failure::new(Exit::Failed, other.to_string(), other.remedy()),
    })
}

/// Tells one release from another in the Deployment: its name for people, and a checksum of the configuration, so that
/// pods restart when only that has changed.
fn annotate(objects: &mut [Value], tag: &Tag, digest: &str) {
    let configuration: Vec<String> = objects
        .iter()
        .filter(|object| object["kind"] == "ConfigMap")
        .map(|object| format!("{} {}", name(object), object["data"]))
        .collect();
    let checksum = sha256(configuration.join("\n").as_bytes());
    for deployment in objects.iter_mut().filter(|object| object["kind"] == "Deployment") {
        deployment["metadata"]["annotations"]["kubernetes.io/change-cause"] = json!(format!("{tag} {digest}"));
        deployment["spec"]["template"]["metadata"]["annotations"]["globeco.io/config-checksum"] = json!(checksum);
    }
}
