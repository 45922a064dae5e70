//! CPU and memory.

use serde_json::Value;

use super::Faults;
use crate::validate::bundle::{Bundle, at, items};
use crate::validate::quantity;

pub(super) fn quantities_are_quantities(bundle: &Bundle, faults: &mut Faults<'_>) {
    for container in bundle.containers() {
        for kind in ["requests", "limits"] {
            for (name, value) in container.at(&format!("resources.{kind}")).as_object().into_iter().flatten() {
                if is_bad(value) {
                    let path = format!("resources.{kind}.{name}");
                    faults.container(&container, &path, format!("{value} is not a quantity"));
                }
            }
        }
    }
    for (object, pod) in bundle.pods() {
        for (index, volume) in items(&pod["volumes"]).iter().enumerate() {
            if is_bad(at(volume, "emptyDir.sizeLimit")) {
                let path = format!("spec.template.spec.volumes[{index}].emptyDir.sizeLimit");
                faults.object(object, &path, "the size limit is not a quantity");
            }
        }
    }
    for hpa in bundle.of_kind("HorizontalPodAutoscaler") {
        for (index, metric) in items(hpa.at("spec.metrics")).iter().enumerate() {
            let source = metric["type"].as_str().map(|kind| kind[..1].to_lowercase() + &kind[1..]).unwrap_or_default();
            for field in ["value", "averageValue"] {
                if is_bad(at(metric, &format!("{source}.target.{field}"))) {
                    let path = format!("spec.metrics[{index}].{source}.target.{field}");
                    faults.object(hpa, &path, "the target is not a quantity");
                }
            }
        }
    }
}

fn is_bad(value: &Value) -> bool {
    value.as_str().is_some_and(|text| quantity::parse(text).is_none())
}

pub(super) fn requests_and_limits_are_set(bundle: &Bundle, faults: &mut Faults<'_>) {
    // An ephemeral container may have neither.
    for container in bundle.containers().into_iter().filter(|container| !container.is_ephemeral()) {
        for name in ["cpu", "memory"] {
            for kind in ["requests", "limits"] {
                let path = format!("resources.{kind}.{name}");
                if container.at(&path).is_null() {
                    faults.container(&container, &path, format!("{kind} say nothing about {name}"));
                }
            }
            let value =
                |kind: &str| container.at(&format!("resources.{kind}.{name}")).as_str().and_then(quantity::parse);
            if let Some((request, limit)) = value("requests").zip(value("limits"))
                && request > limit
            {
                let path = format!("resources.limits.{name}");
                faults.container(&container, &path, format!("the limit of {name} is below its request"));
            }
        }
    }
}
