//! Who selects whom, and which ports they use.

use serde_json::Value;

use super::Faults;
use crate::validate::bundle::{Bundle, at, items, matches};

pub(super) fn deployment_selects_its_pods(bundle: &Bundle, faults: &mut Faults<'_>) {
    for object in bundle.of_kind("Deployment") {
        let labels = object.at("spec.template.metadata.labels");
        let selector = object.at("spec.selector.matchLabels");
        if selector.as_object().is_none_or(serde_json::Map::is_empty) || !matches(selector, labels) {
            faults.object(
                object,
                "spec.selector.matchLabels",
                format!("the selector {selector} does not match the labels of its own pods, {labels}"),
            );
        }
    }
}

pub(super) fn service_selects_pods(bundle: &Bundle, faults: &mut Faults<'_>) {
    for object in bundle.of_kind("Service") {
        let selector = object.at("spec.selector");
        if selector.as_object().is_none_or(serde_json::Map::is_empty) || !bundle.selects_pods(selector) {
            faults.object(object, "spec.selector", format!("the selector {selector} matches no pod of this overlay"));
        }
    }
}

pub(super) fn ports_exist(bundle: &Bundle, faults: &mut Faults<'_>) {
    for container in bundle.containers() {
        for probe in ["startupProbe", "livenessProbe", "readinessProbe"] {
            for action in ["httpGet", "tcpSocket", "grpc"] {
                let port = container.at(&format!("{probe}.{action}.port"));
                if !port.is_null() && !declares(container.value, port) {
                    faults.container(
                        &container,
                        &format!("{probe}.{action}.port"),
                        format!("the {probe} asks port {port}, which the container does not declare"),
                    );
                }
            }
        }
    }
    for service in bundle.of_kind("Service") {
        let selector = service.at("spec.selector");
        let targets: Vec<&Value> = bundle
            .pods()
            .filter(|(object, _)| matches(selector, object.at("spec.template.metadata.labels")))
            .flat_map(|(_, pod)| items(&pod["containers"]))
            .collect();
        for (index, entry) in items(service.at("spec.ports")).iter().enumerate() {
            let target = if entry["targetPort"].is_null() { &entry["port"] } else { &entry["targetPort"] };
            if !targets.is_empty() && !targets.iter().any(|container| declares(container, target)) {
                faults.object(
                    service,
                    &format!("spec.ports[{index}].targetPort"),
                    format!("no container that the Service selects declares port {target}"),
                );
            }
        }
    }
}

/// Whether a container declares the port, by name or by number.
fn declares(container: &Value, port: &Value) -> bool {
    items(&container["ports"]).iter().any(|declared| &declared["name"] == port || &declared["containerPort"] == port)
}

pub(super) fn probes_are_there(bundle: &Bundle, faults: &mut Faults<'_>) {
    for container in bundle.containers().iter().filter(|container| container.is_main()) {
        for probe in ["startupProbe", "livenessProbe", "readinessProbe"] {
            if at(container.value, probe).is_null() {
                faults.container(container, probe, format!("there is no {probe}"));
            }
        }
    }
}
