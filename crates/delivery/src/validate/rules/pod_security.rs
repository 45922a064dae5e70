//! The pod's part of the restricted Pod Security profile, and the token.

use super::Faults;
use crate::validate::bundle::{Bundle, at, items};

pub(super) fn no_token(bundle: &Bundle, faults: &mut Faults<'_>) {
    for (object, pod) in bundle.pods() {
        if pod["automountServiceAccountToken"] != false {
            faults.object(
                object,
                "spec.template.spec.automountServiceAccountToken",
                "the pod mounts a token for the API server",
            );
        }
    }
    for account in bundle.of_kind("ServiceAccount") {
        if account.at("automountServiceAccountToken") != false {
            faults.object(account, "automountServiceAccountToken", "pods of this account mount its token by default");
        }
    }
}

pub(super) fn no_ephemeral_containers(bundle: &Bundle, faults: &mut Faults<'_>) {
    for container in bundle.containers().iter().filter(|container| container.is_ephemeral()) {
        faults.container(container, "name", "the server takes ephemeral containers in running pods only");
    }
}

/// What the restricted profile allows as a volume.
const VOLUMES: [&str; 8] =
    ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"];

pub(super) fn no_host_path(bundle: &Bundle, faults: &mut Faults<'_>) {
    for (object, pod) in bundle.pods() {
        for (index, volume) in items(&pod["volumes"]).iter().enumerate() {
            if !volume["hostPath"].is_null() {
                let path = format!("spec.template.spec.volumes[{index}].hostPath");
                faults.object(object, &path, format!("mounts {} of the node", at(volume, "hostPath.path")));
            }
        }
    }
}

pub(super) fn volumes_are_restricted(bundle: &Bundle, faults: &mut Faults<'_>) {
    for (object, pod) in bundle.pods() {
        for (index, volume) in items(&pod["volumes"]).iter().enumerate() {
            for (kind, _) in volume.as_object().into_iter().flatten() {
                if !["name", "hostPath"].contains(&kind.as_str()) && !VOLUMES.contains(&kind.as_str()) {
                    let path = format!("spec.template.spec.volumes[{index}].{kind}");
                    faults.object(object, &path, format!("a volume of type {kind} is not allowed"));
                }
            }
        }
    }
}

pub(super) fn no_host_namespaces(bundle: &Bundle, faults: &mut Faults<'_>) {
    for (object, pod) in bundle.pods() {
        for field in ["hostNetwork", "hostPID", "hostIPC"] {
            if pod[field] == true {
                faults.object(
                    object,
                    &format!("spec.template.spec.{field}"),
                    format!("{field} shares the node's namespace"),
                );
            }
        }
    }
}

pub(super) fn no_host_ports(bundle: &Bundle, faults: &mut Faults<'_>) {
    for container in bundle.containers() {
        for (index, port) in items(&container.value["ports"]).iter().enumerate() {
            if port["hostPort"].as_i64().is_some_and(|port| port != 0) {
                faults.container(&container, &format!("ports[{index}].hostPort"), "takes a port of the node");
            }
        }
    }
}

pub(super) fn probes_stay_in_the_pod(bundle: &Bundle, faults: &mut Faults<'_>) {
    for container in bundle.containers() {
        for hook in ["startupProbe", "livenessProbe", "readinessProbe", "lifecycle.preStop", "lifecycle.postStart"] {
            for action in ["httpGet", "tcpSocket"] {
                let path = format!("{hook}.{action}.host");
                if container.at(&path).as_str().is_some_and(|host| !host.is_empty()) {
                    faults.container(&container, &path, "the node would call another host on the pod's behalf");
                }
            }
        }
    }
}

/// What the baseline profile allows as a sysctl.
const SYSCTLS: [&str; 10] = [
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_syncookies",
];

pub(super) fn sysctls_are_safe(bundle: &Bundle, faults: &mut Faults<'_>) {
    for (object, pod) in bundle.pods() {
        for (index, sysctl) in items(at(pod, "securityContext.sysctls")).iter().enumerate() {
            if !sysctl["name"].as_str().is_some_and(|name| SYSCTLS.contains(&name)) {
                let path = format!("spec.template.spec.securityContext.sysctls[{index}]");
                faults.object(object, &path, format!("sysctl {} is not a safe one", sysctl["name"]));
            }
        }
    }
}

pub(super) fn no_host_process(bundle: &Bundle, faults: &mut Faults<'_>) {
    for (object, pod) in bundle.pods() {
        if at(pod, "securityContext.windowsOptions.hostProcess") == true {
            faults.object(
                object,
                "spec.template.spec.securityContext.windowsOptions.hostProcess",
                "runs on the node itself",
            );
        }
    }
    for container in bundle.containers() {
        if container.at("securityContext.windowsOptions.hostProcess") == true {
            faults.container(&container, "securityContext.windowsOptions.hostProcess", "runs on the node itself");
        }
    }
}
