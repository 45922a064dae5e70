//! The container's part of the restricted Pod Security profile. A container's own setting goes before its pod's.

use serde_json::Value;

use super::Faults;
use crate::validate::bundle::{Bundle, Container, at, items};

/// The effective setting: the container's, else the pod's.
fn effective<'a>(container: &Container<'a>, field: &str) -> &'a Value {
    let path = format!("securityContext.{field}");
    let own = at(container.value, &path);
    if own.is_null() { at(container.pod, &path) } else { own }
}

pub(super) fn runs_as_non_root(bundle: &Bundle, faults: &mut Faults<'_>) {
    for container in bundle.containers() {
        if effective(&container, "runAsNonRoot") != true {
            faults.container(&container, "securityContext.runAsNonRoot", "may run as root");
        }
    }
}

pub(super) fn user_is_not_root(bundle: &Bundle, faults: &mut Faults<'_>) {
    for container in bundle.containers() {
        let user = effective(&container, "runAsUser");
        if user.as_i64().is_none_or(|user| user == 0) {
            faults.container(&container, "securityContext.runAsUser", format!("runs as user {user}"));
        }
    }
}

pub(super) fn root_is_read_only(bundle: &Bundle, faults: &mut Faults<'_>) {
    for container in bundle.containers() {
        if container.at("securityContext.readOnlyRootFilesystem") != true {
            faults.container(&container, "securityContext.readOnlyRootFilesystem", "can change its own programs");
        }
    }
}

pub(super) fn drops_all(bundle: &Bundle, faults: &mut Faults<'_>) {
    for container in bundle.containers() {
        if !items(container.at("securityContext.capabilities.drop")).iter().any(|dropped| dropped == "ALL") {
            faults.container(&container, "securityContext.capabilities.drop", "does not drop ALL capabilities");
        }
    }
}

pub(super) fn adds_none(bundle: &Bundle, faults: &mut Faults<'_>) {
    for container in bundle.containers() {
        for added in items(container.at("securityContext.capabilities.add")) {
            if added != "NET_BIND_SERVICE" {
                faults.container(&container, "securityContext.capabilities.add", format!("adds capability {added}"));
            }
        }
    }
}

pub(super) fn is_not_privileged(bundle: &Bundle, faults: &mut Faults<'_>) {
    for container in bundle.containers() {
        if container.at("securityContext.privileged") == true {
            faults.container(&container, "securityContext.privileged", "is privileged");
        }
    }
}

pub(super) fn does_not_escalate(bundle: &Bundle, faults: &mut Faults<'_>) {
    for container in bundle.containers() {
        if container.at("securityContext.allowPrivilegeEscalation") != false {
            faults.container(&container, "securityContext.allowPrivilegeEscalation", "can gain privileges");
        }
    }
}

pub(super) fn seccomp_is_on(bundle: &Bundle, faults: &mut Faults<'_>) {
    for container in bundle.containers() {
        let profile = effective(&container, "seccompProfile");
        if !["RuntimeDefault", "Localhost"].iter().any(|allowed| profile["type"] == *allowed) {
            faults.container(&container, "securityContext.seccompProfile", "may make every system call");
        }
    }
}

pub(super) fn apparmor_is_on(bundle: &Bundle, faults: &mut Faults<'_>) {
    for container in bundle.containers() {
        if effective(&container, "appArmorProfile")["type"] == "Unconfined" {
            faults.container(&container, "securityContext.appArmorProfile", "AppArmor is switched off");
        }
    }
    for (object, _) in bundle.pods() {
        for (key, value) in object.at("spec.template.metadata.annotations").as_object().into_iter().flatten() {
            if key.starts_with("container.apparmor.security.beta.kubernetes.io/") && value == "unconfined" {
                faults.object(
                    object,
                    "spec.template.metadata.annotations",
                    "AppArmor is switched off by an annotation",
                );
            }
        }
    }
}

pub(super) fn selinux_is_default(bundle: &Bundle, faults: &mut Faults<'_>) {
    for container in bundle.containers() {
        let options = effective(&container, "seLinuxOptions");
        let kind = options["type"].as_str().unwrap_or_default();
        let allowed = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"].contains(&kind);
        if !allowed || !options["user"].is_null() || !options["role"].is_null() {
            faults.container(&container, "securityContext.seLinuxOptions", format!("sets SELinux options {options}"));
        }
    }
}

pub(super) fn proc_is_masked(bundle: &Bundle, faults: &mut Faults<'_>) {
    for container in bundle.containers() {
        if container.at("securityContext.procMount").as_str().is_some_and(|mount| mount != "Default") {
            faults.container(&container, "securityContext.procMount", "sees the node's /proc");
        }
    }
}
