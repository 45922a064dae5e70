//! Fields that Kubernetes types as text although it accepts a few words only.

use serde_json::Value;

use super::Faults;
use crate::validate::bundle::Bundle;

/// Kind, field, and the words that are accepted; `*` stands for every element of an array.
const WORDS: &[(&str, &str, &[&str])] = &[
    ("Deployment", "spec.strategy.type", &["RollingUpdate", "Recreate"]),
    ("Deployment", "spec.template.spec.restartPolicy", &["Always"]),
    ("Deployment", "spec.template.spec.dnsPolicy", &["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"]),
    ("Deployment", "spec.template.spec.containers.*.imagePullPolicy", &["Always", "IfNotPresent", "Never"]),
    ("Deployment", "spec.template.spec.containers.*.ports.*.protocol", &["TCP", "UDP", "SCTP"]),
    (
        "Deployment",
        "spec.template.spec.topologySpreadConstraints.*.whenUnsatisfiable",
        &["DoNotSchedule", "ScheduleAnyway"],
    ),
    ("Service", "spec.type", &["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]),
    ("Service", "spec.ports.*.protocol", &["TCP", "UDP", "SCTP"]),
    ("NetworkPolicy", "spec.policyTypes.*", &["Ingress", "Egress"]),
    ("NetworkPolicy", "spec.ingress.*.ports.*.protocol", &["TCP", "UDP", "SCTP"]),
    ("NetworkPolicy", "spec.egress.*.ports.*.protocol", &["TCP", "UDP", "SCTP"]),
    (
        "HorizontalPodAutoscaler",
        "spec.metrics.*.type",
        &["Resource", "ContainerResource", "Pods", "Object", "External"],
    ),
];

pub(super) fn values_are_known(bundle: &Bundle, faults: &mut Faults<'_>) {
    for object in bundle.objects() {
        for (_, path, words) in WORDS.iter().filter(|(kind, ..)| *kind == object.kind) {
            let keys: Vec<&str> = path.split('.').collect();
            for value in select(&object.value, &keys) {
                if value.as_str().is_some_and(|word| !words.contains(&word)) {
                    faults.object(object, path, format!("{value} is not one of {}", words.join(", ")));
                }
            }
        }
    }
}

fn select<'a>(value: &'a Value, keys: &[&str]) -> Vec<&'a Value> {
    match keys.split_first() {
        None => vec![value],
        Some((&"*", rest)) => value.as_array().into_iter().flatten().flat_map(|item| select(item, rest)).collect(),
        Some((key, rest)) => value.get(key).map(|value| select(value, rest)).unwrap_or_default(),
    }
}
