//! The named rules: what types cannot express. Each is a small function over the objects of one overlay.

mod images;
mod namespaces;
mod network;
mod pod_security;
mod references;
mod resources;
mod scaling;
mod security_context;
mod selectors;
mod termination;
mod values;

use crate::validate::bundle::{Bundle, Container, Object};
use crate::validate::finding::Findings;

/// A rule.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Its stable name, for reports and waivers.
    pub name: &'static str,
    /// What it demands.
    pub demands: &'static str,
    /// What to do about a finding.
    pub remedy: &'static str,
    check: fn(&Bundle, &mut Faults<'_>),
}

/// Where a rule reports.
#[derive(Debug)]
pub struct Faults<'a> {
    rule: &'a Rule,
    bundle: &'a Bundle,
    findings: &'a mut Findings,
}

impl Faults<'_> {
    fn object(&mut self, object: &Object, path: &str, message: impl Into<String>) {
        let (path, message) = (path.to_owned(), message.into());
        self.findings.add(self.bundle.finding(self.rule.name, object, path, message, self.rule.remedy));
    }

    fn container(&mut self, container: &Container<'_>, field: &str, message: impl Into<String>) {
        let message = format!("container {}: {}", container.name(), message.into());
        self.object(container.object, &container.path(field), message);
    }
}

macro_rules! rules {
    ($($name:literal, $check:path, $demands:literal, $remedy:literal;)*) => {
        /// All rules.
        pub const ALL: &[Rule] = &[$(Rule { name: $name, demands: $demands, remedy: $remedy, check: $check },)*];
    };
}

rules! {
    "selector-mismatch", selectors::deployment_selects_its_pods, "A Deployment selects the pods it makes",
        "make spec.selector.matchLabels a subset of the template's labels";
    "service-selects-nothing", selectors::service_selects_pods, "A Service selects pods",
        "let the selector match the labels of a Deployment's template";
    "unknown-port", selectors::ports_exist, "Probes and Services name ports that a container declares",
        "use the name or number of one of the container's ports";
    "missing-probe", selectors::probes_are_there, "Every container has startup, liveness and readiness probes",
        "add the probe: /health/live for startup and liveness, /health/ready for readiness";
    "hpa-target-missing", scaling::hpa_target_exists, "An HPA scales a Deployment of this overlay",
        "name the Deployment, with apiVersion apps/v1, in spec.scaleTargetRef";
    "hpa-range", scaling::hpa_range_is_a_range, "An HPA's minimum is not above its maximum",
        "raise maxReplicas or lower minReplicas";
    "replicas-with-hpa", scaling::replicas_belong_to_the_hpa, "A Deployment with an HPA sets no replicas",
        "remove spec.replicas: each deploy would undo what the HPA decided";
    "pdb-blocks-drain", scaling::pdb_lets_nodes_drain, "A PodDisruptionBudget lets at least one pod go",
        "use maxUnavailable: 1";
    "pdb-eviction-policy", scaling::pdb_evicts_unhealthy_pods, "A PodDisruptionBudget does not protect unhealthy pods",
        "set spec.unhealthyPodEvictionPolicy: AlwaysAllow";
    "pdb-selects-nothing", scaling::pdb_selects_pods, "A PodDisruptionBudget selects pods",
        "let the selector match the labels of a Deployment's template";
    "reference-missing", references::references_exist, "ConfigMaps, Secrets, keys and ServiceAccounts that are named exist",
        "correct the name, or add the object (a Secret: to base/secrets.yaml)";
    "secret-literal", references::secrets_are_not_literal, "No secret is written down",
        "move the value into a Secret and refer to it by secretKeyRef (and rotate it)";
    "bad-quantity", resources::quantities_are_quantities, "Quantities are ones that Kubernetes understands",
        "write memory as 128Mi or 128M, CPU as 250m or 1";
    "resource-limits", resources::requests_and_limits_are_set, "CPU and memory have requests and limits",
        "set resources.requests and resources.limits for cpu and memory, the limit not below the request";
    "egress-without-dns", network::egress_allows_dns, "Pods whose egress is limited may ask DNS",
        "allow port 53, UDP and TCP, to kube-dns in kube-system";
    "networkpolicy-selects-nothing", network::policies_select_pods, "A NetworkPolicy selects pods",
        "let spec.podSelector match the labels of a Deployment's template";
    "default-deny", network::default_is_deny, "Pods have a NetworkPolicy that denies what nothing allows",
        "add a NetworkPolicy without rules, of policyTypes Ingress and Egress, for the pods";
    "pod-security-label", namespaces::pod_security_is_enforced, "The namespace enforces the restricted Pod Security profile",
        "label the Namespace with enforce, audit and warn: restricted, and a pinned version (v1.33) for each";
    "namespace-mismatch", namespaces::objects_live_in_it, "Every object lives in the overlay's one namespace",
        "leave metadata.namespace to the overlay's kustomization.yaml";
    "grace-period", termination::grace_covers_the_pre_stop, "The grace period is longer than preStop",
        "raise terminationGracePeriodSeconds above preStop and the time to drain";
    "pre-stop", termination::pre_stop_sleeps, "Every container sleeps before it stops",
        "add lifecycle.preStop.sleep: endpoints need a few seconds to forget a pod";
    "service-account-token", pod_security::no_token, "No service-account token is mounted",
        "set automountServiceAccountToken: false in the pod and in its ServiceAccount";
    "host-path", pod_security::no_host_path, "No directory of the node is mounted",
        "use an emptyDir, a ConfigMap or a PersistentVolumeClaim";
    "volume-type", pod_security::volumes_are_restricted, "Only volume types of the restricted profile are used",
        "use configMap, csi, downwardAPI, emptyDir, ephemeral, persistentVolumeClaim, projected or secret";
    "host-namespace", pod_security::no_host_namespaces, "Network, process and IPC namespaces of the node are not shared",
        "remove hostNetwork, hostPID and hostIPC";
    "host-port", pod_security::no_host_ports, "No port of the node is taken",
        "remove hostPort and use a Service";
    "host-probe", pod_security::probes_stay_in_the_pod, "Probes and hooks call the pod itself",
        "remove `host` from the probe or hook";
    "sysctl", pod_security::sysctls_are_safe, "Only safe sysctls are set",
        "remove the sysctl";
    "windows-host-process", pod_security::no_host_process, "No Windows host process runs",
        "remove windowsOptions.hostProcess";
    "ephemeral-container", pod_security::no_ephemeral_containers, "Pod templates have no ephemeral containers",
        "remove it; `kubectl debug` adds one to a running pod";
    "run-as-non-root", security_context::runs_as_non_root, "Containers may not run as root",
        "set runAsNonRoot: true";
    "run-as-user", security_context::user_is_not_root, "Containers run under a numeric user that is not 0",
        "set runAsUser: 65532";
    "read-only-root", security_context::root_is_read_only, "The root file system is read-only",
        "set readOnlyRootFilesystem: true and mount an emptyDir where the program must write";
    "drop-all", security_context::drops_all, "All capabilities are dropped",
        "set capabilities.drop: [ALL]";
    "added-capability", security_context::adds_none, "No capability but NET_BIND_SERVICE is added",
        "remove it from capabilities.add";
    "privileged", security_context::is_not_privileged, "No container is privileged",
        "remove privileged: true";
    "privilege-escalation", security_context::does_not_escalate, "Containers cannot gain privileges",
        "set allowPrivilegeEscalation: false";
    "seccomp", security_context::seccomp_is_on, "System calls are filtered",
        "set seccompProfile.type: RuntimeDefault";
    "apparmor", security_context::apparmor_is_on, "AppArmor is not switched off",
        "remove the profile or use RuntimeDefault";
    "selinux", security_context::selinux_is_default, "SELinux options are the default ones",
        "remove user and role; use a container_t type";
    "proc-mount", security_context::proc_is_masked, "/proc stays masked",
        "remove procMount or set it to Default";
    "mutable-image", images::images_are_pinned, "Images name a release tag or a digest",
        "name a release tag (v1.2.3) or a digest, never `latest` or a branch";
    "unknown-value", values::values_are_known, "Fields with a fixed set of values hold one of them",
        "use one of the values named";
}

/// Applies every rule.
pub fn check(bundle: &Bundle, findings: &mut Findings) {
    for rule in ALL {
        (rule.check)(bundle, &mut Faults { rule, bundle, findings });
    }
}
