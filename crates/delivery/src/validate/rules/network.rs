//! `NetworkPolicy`: who may talk to whom.

use serde_json::Value;

use super::Faults;
use crate::validate::bundle::{Bundle, Object, items, matches};

fn has_type(policy: &Object, wanted: &str) -> bool {
    let types = items(policy.at("spec.policyTypes"));
    if types.is_empty() {
        // Kubernetes' default: ingress always, egress when there are egress rules.
        return wanted == "Ingress" || !policy.at("spec.egress").is_null();
    }
    types.iter().any(|kind| kind == wanted)
}

fn policies_for<'a>(bundle: &'a Bundle, pods: &'a Object) -> impl Iterator<Item = &'a Object> {
    let labels = pods.at("spec.template.metadata.labels");
    bundle.of_kind("NetworkPolicy").filter(move |policy| matches(policy.at("spec.podSelector.matchLabels"), labels))
}

pub(super) fn egress_allows_dns(bundle: &Bundle, faults: &mut Faults<'_>) {
    for deployment in bundle.of_kind("Deployment") {
        let limiting: Vec<&Object> =
            policies_for(bundle, deployment).filter(|policy| has_type(policy, "Egress")).collect();
        let Some(first) = limiting.first() else { continue };
        for protocol in ["UDP", "TCP"] {
            let allowed = limiting
                .iter()
                .flat_map(|policy| items(policy.at("spec.egress")))
                .any(|rule| rule["ports"].is_null() || items(&rule["ports"]).iter().any(|port| is_dns(port, protocol)));
            if !allowed {
                let message = format!(
                    "egress of Deployment {} is limited but port 53/{protocol} is not allowed",
                    deployment.name
                );
                faults.object(first, "spec.egress", message);
            }
        }
    }
}

fn is_dns(port: &Value, protocol: &str) -> bool {
    port["port"] == 53 && port["protocol"].as_str().unwrap_or("TCP") == protocol
}

pub(super) fn policies_select_pods(bundle: &Bundle, faults: &mut Faults<'_>) {
    for policy in bundle.of_kind("NetworkPolicy") {
        let selector = policy.at("spec.podSelector.matchLabels");
        if !bundle.selects_pods(selector) {
            faults.object(
                policy,
                "spec.podSelector",
                format!("the selector {selector} matches no pod of this overlay"),
            );
        }
    }
}

pub(super) fn default_is_deny(bundle: &Bundle, faults: &mut Faults<'_>) {
    for deployment in bundle.of_kind("Deployment") {
        for direction in ["Ingress", "Egress"] {
            if !policies_for(bundle, deployment).any(|policy| has_type(policy, direction)) {
                faults.object(deployment, "", format!("no NetworkPolicy limits the {direction} of these pods"));
            }
        }
    }
    for policy in bundle.of_kind("NetworkPolicy") {
        for (direction, peers) in [("ingress", "from"), ("egress", "to")] {
            for (index, rule) in items(policy.at(&format!("spec.{direction}"))).iter().enumerate() {
                if items(&rule[peers]).is_empty() {
                    let path = format!("spec.{direction}[{index}].{peers}");
                    faults.object(policy, &path, format!("a rule without `{peers}` allows every peer"));
                }
            }
        }
    }
}
