//! The part of the restricted Pod Security profile that is in security contexts. A container's own setting goes before its
//! pod's, but Pod Security refuses a bad one of the pod even when every container has a good one of its own.

use serde_json::Value;

use super::Faults;
use crate::validate::bundle::{Bundle, Container, at, items};

/// The effective setting: the container's, else the pod's; `None` when that is a bad one, which is reported at the pod.
fn effective<'a>(container: &Container<'a>, field: &str, is_bad: impl Fn(&Value) -> bool) -> Option<&'a Value> {
    let path = format!("securityContext.{field}");
    let own = at(container.value, &path);
    if !own.is_null() {
        return Some(own);
    }
    Some(at(container.pod, &path)).filter(|inherited| !is_bad(inherited))
}

/// Reports pods whose own setting of a field is a bad one.
fn check_pods(bundle: &Bundle, faults: &mut Faults<'_>, field: &str, message: &str, is_bad: impl Fn(&Value) -> bool) {
    for (object, pod) in bundle.pods() {
        if is_bad(at(pod, &format!("securityContext.{field}"))) {
            let path = format!("spec.template.spec.securityContext.{field}");
            faults.object(object, &path, format!("{message}; refused even when every container overrides it"));
        }
    }
}

fn allows_root(non_root: &Value) -> bool {
    non_root == false
}

pub(super) fn runs_as_non_root(bundle: &Bundle, faults: &mut Faults<'_>) {
    for container in bundle.containers() {
        if effective(&container, "runAsNonRoot", allows_root).is_some_and(|own| own != true) {
            faults.container(&container, "securityContext.runAsNonRoot", "may run as root");
        }
    }
    check_pods(bundle, faults, "runAsNonRoot", "the pod may run as root", allows_root);
}

fn is_root(user: &Value) -> bool {
    user.as_i64() == Some(0)
}

pub(super) fn user_is_not_root(bundle: &Bundle, faults: &mut Faults<'_>) {
    for container in bundle.containers() {
        let Some(user) = effective(&container, "runAsUser", is_root) else { continue };
        if user.as_i64().is_none() || is_root(user) {
            faults.container(&container, "securityContext.runAsUser", format!("runs as user {user}"));
        }
    }
    check_pods(bundle, faults, "runAsUser", "the pod runs as user 0", is_root);
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

fn is_unfiltered(profile: &Value) -> bool {
    !profile.is_null() && !["RuntimeDefault", "Localhost"].iter().any(|allowed| profile["type"] == *allowed)
}

pub(super) fn seccomp_is_on(bundle: &Bundle, faults: &mut Faults<'_>) {
    for container in bundle.containers() {
        if effective(&container, "seccompProfile", is_unfiltered).is_some_and(|own| own.is_null() || is_unfiltered(own))
        {
            faults.container(&container, "securityContext.seccompProfile", "may make every system call");
        }
    }
    check_pods(bundle, faults, "seccompProfile", "the pod may make every system call", is_unfiltered);
}

fn is_unconfined(profile: &Value) -> bool {
    profile["type"].as_str().is_some_and(|kind| !["", "RuntimeDefault", "Localhost"].contains(&kind))
}

pub(super) fn apparmor_is_on(bundle: &Bundle, faults: &mut Faults<'_>) {
    for container in bundle.containers() {
        if effective(&container, "appArmorProfile", is_unconfined).is_some_and(is_unconfined) {
            faults.container(&container, "securityContext.appArmorProfile", "AppArmor is switched off");
        }
    }
    check_pods(bundle, faults, "appArmorProfile", "AppArmor is switched off for the pod", is_unconfined);
    for (object, _) in bundle.pods() {
        for (key, value) in object.at("spec.template.metadata.annotations").as_object().into_iter().flatten() {
            let value = value.as_str().unwrap_or_default();
            let confined = ["", "runtime/default"].contains(&value) || value.starts_with("localhost/");
            if key.starts_with("container.apparmor.security.beta.kubernetes.io/") && !confined {
                faults.object(
                    object,
                    "spec.template.metadata.annotations",
                    "AppArmor is switched off by an annotation",
                );
            }
        }
    }
}

fn is_relabelled(options: &Value) -> bool {
    let text = |field: &str| options[field].as_str().unwrap_or_default();
    let kinds = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];
    !kinds.contains(&text("type")) || !text("user").is_empty() || !text("role").is_empty()
}

pub(super) fn selinux_is_default(bundle: &Bundle, faults: &mut Faults<'_>) {
    for container in bundle.containers() {
        let Some(options) = effective(&container, "seLinuxOptions", is_relabelled) else { continue };
        if is_relabelled(options) {
            faults.container(&container, "securityContext.seLinuxOptions", format!("sets SELinux options {options}"));
        }
    }
    check_pods(bundle, faults, "seLinuxOptions", "the pod sets SELinux options of its own", is_relabelled);
}

pub(super) fn proc_is_masked(bundle: &Bundle, faults: &mut Faults<'_>) {
    for container in bundle.containers() {
        if container.at("securityContext.procMount").as_str().is_some_and(|mount| mount != "Default") {
            faults.container(&container, "securityContext.procMount", "sees the node's /proc");
        }
    }
}
