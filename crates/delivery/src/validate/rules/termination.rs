//! How pods end.

use super::Faults;
use crate::validate::bundle::Bundle;

/// Kubernetes' default for `terminationGracePeriodSeconds`.
const DEFAULT_GRACE_SECONDS: i64 = 30;

pub(super) fn grace_covers_the_pre_stop(bundle: &Bundle, faults: &mut Faults<'_>) {
    for container in bundle.containers() {
        let grace = container.pod["terminationGracePeriodSeconds"].as_i64().unwrap_or(DEFAULT_GRACE_SECONDS);
        if let Some(sleep) = container.at("lifecycle.preStop.sleep.seconds").as_i64().filter(|sleep| *sleep >= grace) {
            faults.object(
                container.object,
                "spec.template.spec.terminationGracePeriodSeconds",
                format!("the grace period of {grace} s ends before preStop's {sleep} s do: the container is killed"),
            );
        }
    }
}

pub(super) fn pre_stop_sleeps(bundle: &Bundle, faults: &mut Faults<'_>) {
    for container in bundle.containers().iter().filter(|container| container.is_main()) {
        if container.at("lifecycle.preStop.sleep.seconds").as_i64().is_none_or(|sleep| sleep < 1) {
            faults.container(container, "lifecycle.preStop.sleep", "it stops while endpoints still send it requests");
        }
    }
}
