//! Replicas, autoscaling and disruption budgets.

use serde_json::Value;

use super::Faults;
use crate::validate::bundle::{Bundle, Object, matches};

fn target<'a>(bundle: &'a Bundle, hpa: &Object) -> Option<&'a Object> {
    let reference = hpa.at("spec.scaleTargetRef");
    bundle.objects().iter().find(|object| {
        object.value["apiVersion"] == reference["apiVersion"]
            && object.kind == reference["kind"]
            && object.name == reference["name"]
    })
}

pub(super) fn hpa_target_exists(bundle: &Bundle, faults: &mut Faults<'_>) {
    for hpa in bundle.of_kind("HorizontalPodAutoscaler") {
        if target(bundle, hpa).is_none() {
            let reference = hpa.at("spec.scaleTargetRef");
            faults.object(
                hpa,
                "spec.scaleTargetRef",
                format!(
                    "{} {} {} is not in this overlay",
                    reference["apiVersion"].as_str().unwrap_or("?"),
                    reference["kind"].as_str().unwrap_or("?"),
                    reference["name"].as_str().unwrap_or("?")
                ),
            );
        }
    }
}

fn minimum(hpa: &Object) -> i64 {
    hpa.at("spec.minReplicas").as_i64().unwrap_or(1)
}

pub(super) fn hpa_range_is_a_range(bundle: &Bundle, faults: &mut Faults<'_>) {
    for hpa in bundle.of_kind("HorizontalPodAutoscaler") {
        let (min, max) = (minimum(hpa), hpa.at("spec.maxReplicas").as_i64().unwrap_or(0));
        if min > max || max < 1 {
            faults.object(hpa, "spec.maxReplicas", format!("minReplicas {min} is above maxReplicas {max}"));
        }
    }
}

pub(super) fn replicas_belong_to_the_hpa(bundle: &Bundle, faults: &mut Faults<'_>) {
    for hpa in bundle.of_kind("HorizontalPodAutoscaler") {
        if let Some(deployment) = target(bundle, hpa).filter(|target| !target.at("spec.replicas").is_null()) {
            faults.object(
                deployment,
                "spec.replicas",
                format!("replicas is set although HorizontalPodAutoscaler {} decides them", hpa.name),
            );
        }
    }
}

pub(super) fn pdb_lets_nodes_drain(bundle: &Bundle, faults: &mut Faults<'_>) {
    for pdb in bundle.of_kind("PodDisruptionBudget") {
        for deployment in bundle.of_kind("Deployment") {
            let labels = deployment.at("spec.template.metadata.labels");
            if !matches(pdb.at("spec.selector.matchLabels"), labels) {
                continue;
            }
            let scaler = bundle
                .of_kind("HorizontalPodAutoscaler")
                .find(|hpa| target(bundle, hpa).is_some_and(|target| target.name == deployment.name));
            let replicas = scaler.map_or_else(|| deployment.at("spec.replicas").as_i64().unwrap_or(1), minimum);
            let (unavailable, available) = (pdb.at("spec.maxUnavailable"), pdb.at("spec.minAvailable"));
            // Kubernetes rounds percentages up in both fields.
            let blocked = count(unavailable, replicas)
                .map(|count| count == 0)
                .or_else(|| count(available, replicas).map(|count| count >= replicas));
            if blocked != Some(false) {
                faults.object(
                    pdb,
                    if unavailable.is_null() { "spec.minAvailable" } else { "spec.maxUnavailable" },
                    format!("with {replicas} replicas no pod may ever be evicted: no node can be drained"),
                );
            }
        }
    }
}

/// An absolute number or a percentage of `replicas`.
fn count(value: &Value, replicas: i64) -> Option<i64> {
    if let Some(number) = value.as_i64() {
        return Some(number);
    }
    let percent: i64 = value.as_str()?.strip_suffix('%')?.parse().ok()?;
    Some((replicas * percent + 99) / 100)
}

pub(super) fn pdb_evicts_unhealthy_pods(bundle: &Bundle, faults: &mut Faults<'_>) {
    for pdb in bundle.of_kind("PodDisruptionBudget") {
        if pdb.at("spec.unhealthyPodEvictionPolicy") != "AlwaysAllow" {
            faults.object(
                pdb,
                "spec.unhealthyPodEvictionPolicy",
                "pods that are not ready can hold up a drain for ever",
            );
        }
    }
}

pub(super) fn pdb_selects_pods(bundle: &Bundle, faults: &mut Faults<'_>) {
    for pdb in bundle.of_kind("PodDisruptionBudget") {
        let selector = pdb.at("spec.selector.matchLabels");
        if selector.is_null() || !bundle.selects_pods(selector) {
            faults.object(pdb, "spec.selector", format!("the selector {selector} matches no pod of this overlay"));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::count;

    #[test]
    fn percentages_are_rounded_up() {
        assert_eq!(count(&json!(2), 5), Some(2));
        assert_eq!(count(&json!("50%"), 3), Some(2));
        assert_eq!(count(&json!("0%"), 3), Some(0));
        assert_eq!(count(&json!("100%"), 3), Some(3));
        assert_eq!(count(&json!(null), 3), None);
    }
}
