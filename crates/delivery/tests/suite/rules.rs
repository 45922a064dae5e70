//! For each rule of the validator, a fault planted in a copy of the shipped manifests: exactly that rule must fire.

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::planted::{Planted, shipped};
use delivery::interrupt::Interrupt;
use delivery::validate::finding::Findings;
use delivery::validate::render::Renderer;
use delivery::validate::{check_objects, rules, validate};
use delivery::yaml;
use serde_json::{Value, json};

const DEPLOYMENT: &str = "base/deployment.yaml";
const POD: &str = "      enableServiceLinks: false\n";
const POD_CONTEXT: &str = "      securityContext:\n        runAsNonRoot: true\n";
const CONTEXT: &str = "            allowPrivilegeEscalation: false\n";
const CONTAINER: &str = "          imagePullPolicy: IfNotPresent\n";

/// A fault: which rule it breaks, in which overlay it shows, and the edit that plants it.
struct Fault {
    rule: &'static str,
    overlay: fn() -> Planted,
    file: &'static str,
    from: &'static str,
    to: &'static str,
}

const fn staging(rule: &'static str, file: &'static str, from: &'static str, to: &'static str) -> Fault {
    Fault { rule, overlay: Planted::staging, file, from, to }
}

const fn production(rule: &'static str, file: &'static str, from: &'static str, to: &'static str) -> Fault {
    Fault { rule, overlay: Planted::production, file, from, to }
}

const FAULTS: &[Fault] = &[
    staging(
        "selector-mismatch",
        DEPLOYMENT,
        "  selector:\n    matchLabels:\n      app: globeco-order-generation-service",
        "  selector:\n    matchLabels:\n      app: order-generation-service",
    ),
    staging("service-selects-nothing", "base/service.yaml", "    app: globeco", "    app: globecoo"),
    staging("unknown-port", "base/service.yaml", "targetPort: http", "targetPort: web"),
    staging("unknown-port", "base/service.yaml", "targetPort: http", "targetPort: 8088"),
    staging(
        "unknown-port",
        DEPLOYMENT,
        "path: /health/ready\n              port: http",
        "path: /health/ready\n              port: 8081",
    ),
    staging(
        "missing-probe",
        DEPLOYMENT,
        "          readinessProbe:\n            httpGet:\n              path: /health/ready\n              port: http\n            periodSeconds: 5\n            timeoutSeconds: 5\n            failureThreshold: 3\n",
        "",
    ),
    production(
        "hpa-target-missing",
        "overlays/production/hpa.yaml",
        "    name: globeco-order-generation-service",
        "    name: other",
    ),
    production("hpa-target-missing", "overlays/production/hpa.yaml", "apiVersion: apps/v1", "apiVersion: apps/v1beta1"),
    production("hpa-range", "overlays/production/hpa.yaml", "minReplicas: 2", "minReplicas: 21"),
    production(
        "replicas-with-hpa",
        DEPLOYMENT,
        "  revisionHistoryLimit: 5",
        "  revisionHistoryLimit: 5\n  replicas: 2",
    ),
    staging("pdb-blocks-drain", "base/pdb.yaml", "maxUnavailable: 1", "maxUnavailable: 0"),
    staging("pdb-blocks-drain", "base/pdb.yaml", "maxUnavailable: 1", "minAvailable: 1"),
    production("pdb-blocks-drain", "base/pdb.yaml", "maxUnavailable: 1", "minAvailable: 60%"),
    staging("pdb-eviction-policy", "base/pdb.yaml", "AlwaysAllow", "IfHealthyBudget"),
    staging("pdb-selects-nothing", "base/pdb.yaml", "      app: globeco", "      app: globecoo"),
    staging("reference-missing", DEPLOYMENT, "name: globeco-order-generation-service-config", "name: other-config"),
    staging("reference-missing", DEPLOYMENT, "key: MONGODB_URL", "key: MONGO_URL"),
    staging("reference-missing", DEPLOYMENT, "name: globeco-order-generation-service-secrets", "name: other-secrets"),
    staging("reference-missing", DEPLOYMENT, "serviceAccountName: globeco", "serviceAccountName: globecoo"),
    staging(
        "secret-literal",
        DEPLOYMENT,
        "          env:\n",
        "          env:\n            - name: API_TOKEN\n              value: abc\n",
    ),
    staging("secret-literal", "base/configmap.yaml", "\ndata:\n", "\ndata:\n  CACHE_URL: redis://user:hunter2@cache\n"),
    staging("secret-literal", "base/configmap.yaml", "\ndata:\n", "\ndata:\n  MONGODB_URL: mongodb://db\n"),
    staging("secret-literal", "base/secrets.yaml", "MONGODB_URL: \"\"", "MONGODB_URL: mongodb://db"),
    staging("bad-quantity", "overlays/staging/patches/staging-resources.yaml", "memory: 512Mi", "memory: 512MB"),
    staging("resource-limits", "overlays/staging/patches/staging-resources.yaml", "cpu: 100m", "cpu: null"),
    staging("resource-limits", "overlays/staging/patches/staging-resources.yaml", "memory: 512Mi", "memory: null"),
    staging("resource-limits", "overlays/staging/patches/staging-resources.yaml", "memory: 200Mi", "memory: 1Gi"),
    staging("egress-without-dns", "base/networkpolicy.yaml", "        - protocol: TCP\n          port: 53\n", ""),
    staging(
        "egress-without-dns",
        "base/networkpolicy.yaml",
        "- protocol: UDP\n          port: 53",
        "- protocol: UDP\n          port: 54",
    ),
    staging(
        "networkpolicy-selects-nothing",
        "overlays/staging/mongodb.yaml",
        "      app: globeco-order",
        "      app: globeco-oder",
    ),
    staging(
        "default-deny",
        "overlays/staging/mongodb.yaml",
        "    - to:\n        - podSelector:\n            matchLabels:\n              app: globeco-mongodb\n      ports:",
        "    - ports:",
    ),
    staging(
        "pod-security-label",
        "overlays/staging/namespace.yaml",
        "    pod-security.kubernetes.io/enforce: restricted\n",
        "",
    ),
    staging("pod-security-label", "overlays/staging/namespace.yaml", "enforce: restricted", "enforce: baseline"),
    staging("pod-security-label", "overlays/staging/namespace.yaml", "warn-version: v1.33", "warn-version: latest"),
    staging("pod-security-label", "overlays/staging/kustomization.yaml", "  - namespace.yaml\n", ""),
    staging("namespace-mismatch", "overlays/staging/kustomization.yaml", "namespace: globeco-staging\n", ""),
    staging("grace-period", DEPLOYMENT, "terminationGracePeriodSeconds: 60", "terminationGracePeriodSeconds: 10"),
    staging(
        "pre-stop",
        DEPLOYMENT,
        "              sleep:\n                seconds: 10\n",
        "              tcpSocket:\n                port: http\n",
    ),
    staging(
        "service-account-token",
        DEPLOYMENT,
        "automountServiceAccountToken: false",
        "automountServiceAccountToken: true",
    ),
    staging("service-account-token", "base/serviceaccount.yaml", "automountServiceAccountToken: false", ""),
    staging(
        "host-path",
        DEPLOYMENT,
        POD,
        "      volumes:\n        - name: host\n          hostPath:\n            path: /etc\n",
    ),
    staging(
        "volume-type",
        DEPLOYMENT,
        POD,
        "      volumes:\n        - name: nfs\n          nfs:\n            server: a\n            path: /b\n",
    ),
    staging("host-namespace", DEPLOYMENT, POD, "      hostNetwork: true\n"),
    staging("host-namespace", DEPLOYMENT, POD, "      hostPID: true\n"),
    staging("host-namespace", DEPLOYMENT, POD, "      hostIPC: true\n"),
    staging(
        "host-port",
        DEPLOYMENT,
        "              containerPort: 8080\n",
        "              containerPort: 8080\n              hostPort: 8080\n",
    ),
    staging(
        "host-probe",
        DEPLOYMENT,
        "              path: /health/ready\n",
        "              path: /health/ready\n              host: example.org\n",
    ),
    staging(
        "sysctl",
        DEPLOYMENT,
        POD_CONTEXT,
        "      securityContext:\n        runAsNonRoot: true\n        sysctls:\n          - name: kernel.msgmax\n            value: \"1\"\n",
    ),
    staging(
        "windows-host-process",
        DEPLOYMENT,
        POD_CONTEXT,
        "      securityContext:\n        runAsNonRoot: true\n        windowsOptions:\n          hostProcess: true\n",
    ),
    staging("run-as-non-root", DEPLOYMENT, "            runAsNonRoot: true\n", "            runAsNonRoot: false\n"),
    staging("run-as-user", DEPLOYMENT, "runAsUser: 65532", "runAsUser: 0"),
    staging("run-as-user", DEPLOYMENT, "        runAsUser: 65532\n", ""),
    staging("read-only-root", DEPLOYMENT, "            readOnlyRootFilesystem: true\n", ""),
    staging("drop-all", DEPLOYMENT, "                - ALL\n", "                - NET_RAW\n"),
    staging(
        "added-capability",
        DEPLOYMENT,
        "              drop:\n",
        "              add:\n                - NET_ADMIN\n              drop:\n",
    ),
    staging(
        "privileged",
        DEPLOYMENT,
        CONTEXT,
        "            allowPrivilegeEscalation: false\n            privileged: true\n",
    ),
    staging("privilege-escalation", DEPLOYMENT, CONTEXT, ""),
    staging("seccomp", DEPLOYMENT, "type: RuntimeDefault", "type: Unconfined"),
    staging("seccomp", DEPLOYMENT, "        seccompProfile:\n          type: RuntimeDefault\n", ""),
    staging(
        "apparmor",
        DEPLOYMENT,
        CONTEXT,
        "            allowPrivilegeEscalation: false\n            appArmorProfile:\n              type: Unconfined\n",
    ),
    staging(
        "selinux",
        DEPLOYMENT,
        CONTEXT,
        "            allowPrivilegeEscalation: false\n            seLinuxOptions:\n              type: spc_t\n",
    ),
    staging(
        "proc-mount",
        DEPLOYMENT,
        CONTEXT,
        "            allowPrivilegeEscalation: false\n            procMount: Unmasked\n",
    ),
    staging("mutable-image", "overlays/staging/kustomization.yaml", "newTag: v0.1.0", "newTag: latest"),
    staging("unknown-value", DEPLOYMENT, "imagePullPolicy: IfNotPresent", "imagePullPolicy: Sometimes"),
    staging(
        "unknown-field",
        DEPLOYMENT,
        CONTAINER,
        "          imagePullPolicy: IfNotPresent\n          resorces: {}\n",
    ),
    staging("wrong-type", DEPLOYMENT, "minReadySeconds: 5", "minReadySeconds: five"),
    staging(
        "missing-field",
        DEPLOYMENT,
        "            - name: http\n              containerPort: 8080\n",
        "            - name: http\n",
    ),
    staging(
        "unknown-kind",
        "base/serviceaccount.yaml",
        "apiVersion: v1\n",
        "apiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: other\n---\napiVersion: v1\n",
    ),
    staging(
        "duplicate-key",
        DEPLOYMENT,
        CONTAINER,
        "          imagePullPolicy: IfNotPresent\n          imagePullPolicy: Always\n",
    ),
    staging("duplicate-key", "base/secrets.yaml", "apiVersion: v1\n", "apiVersion: v1\napiVersion: v1\n"),
    staging("not-yaml", "overlays/staging/patches/staging-resources.yaml", "kind: Deployment\n", "kind: [Deployment\n"),
    staging(
        "ephemeral-container",
        DEPLOYMENT,
        "      containers:\n",
        "      ephemeralContainers:\n        - name: debug\n          image: kasbench/debug:v1.2.3\n          securityContext:\n            allowPrivilegeEscalation: false\n            readOnlyRootFilesystem: true\n            capabilities:\n              drop:\n                - ALL\n      containers:\n",
    ),
    staging("render", "overlays/staging/kustomization.yaml", "  - nodes.yaml\n", "  - nodez.yaml\n"),
    staging(
        "unmatched-patch",
        "overlays/staging/kustomization.yaml",
        "patches:\n",
        "patches:\n  - target:\n      kind: Deployment\n      name: other\n    patch: |-\n      - op: remove\n        path: /spec/replicas\n",
    ),
    staging(
        "unmatched-image",
        "overlays/staging/kustomization.yaml",
        "images:\n  - name: kasbench/",
        "images:\n  - name: kazbench/",
    ),
    staging("kustomization", "overlays/staging/kustomization.yaml", "patches:\n", "namePrefix: \"\"\npatches:\n"),
];

#[test]
fn each_planted_fault_fires_exactly_its_rule() {
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    let failures: Vec<String> = std::thread::scope(|scope| {
        let handles: Vec<_> = FAULTS
            .chunks(FAULTS.len().div_ceil(workers))
            .map(|faults| scope.spawn(|| faults.iter().filter_map(surprise).collect::<Vec<_>>()))
            .collect();
        handles.into_iter().flat_map(|handle| handle.join().unwrap()).collect()
    });
    assert!(failures.is_empty(), "{failures:#?}");
}

/// What fired, when it is not exactly the planted rule, or when a finding lacks what a person needs.
fn surprise(fault: &Fault) -> Option<String> {
    let planted = (fault.overlay)().edit(fault.file, fault.from, fault.to);
    let findings = planted.validate().findings;
    let exact = !findings.is_empty() && findings.iter().all(|finding| finding.rule == fault.rule);
    let helpful = findings.iter().all(|finding| {
        !finding.message.is_empty() && !finding.remedy.is_empty() && planted.path().join(&finding.file).is_file()
    });
    (!exact || !helpful).then(|| format!("{} in {}: {findings:#?}", fault.rule, fault.file))
}

#[test]
fn every_rule_has_a_planted_fault() {
    let planted: BTreeSet<&str> = FAULTS.iter().map(|fault| fault.rule).collect();
    let missing: Vec<&str> = rules::ALL.iter().map(|rule| rule.name).filter(|name| !planted.contains(name)).collect();
    assert!(missing.is_empty(), "no planted fault for {missing:?}");
}

#[test]
fn the_shipped_overlays_raise_no_alarm() {
    let renderer = Renderer::new(Path::new("kubectl"), Interrupt::default());
    let outcome = validate(&shipped(), &renderer, "2026-01-15".parse().unwrap()).unwrap();
    assert!(outcome.findings.is_empty(), "{:#?}", outcome.findings);
    assert!(outcome.overlays.iter().all(|checked| checked.rendered == checked.validated && checked.rendered >= 12));
    assert_eq!(outcome.overlays.len(), 2);
}

/// The shipped Deployment of staging, whose containers set for themselves everything that a pod can set for them.
fn own_contexts() -> (Vec<Value>, usize) {
    let renderer = Renderer::new(Path::new("kubectl"), Interrupt::default());
    let text = renderer.render(&shipped().join("overlays/staging")).unwrap();
    let mut objects = yaml::documents(&text).unwrap();
    let index = objects.iter().position(|object| object["kind"] == "Deployment").unwrap();
    let pod = &mut objects[index]["spec"]["template"]["spec"];
    let context = &mut pod["containers"][0]["securityContext"];
    context["runAsNonRoot"] = json!(true);
    context["runAsUser"] = json!(65532);
    context["seccompProfile"] = json!({"type": "RuntimeDefault"});
    context["appArmorProfile"] = json!({"type": "RuntimeDefault"});
    context["seLinuxOptions"] = json!({"type": "container_t"});
    let mut init = pod["containers"][0].clone();
    for field in ["ports", "startupProbe", "livenessProbe", "readinessProbe", "lifecycle"] {
        init.as_object_mut().unwrap().remove(field);
    }
    let mut ephemeral = init.clone();
    ephemeral.as_object_mut().unwrap().remove("resources");
    (init["name"], ephemeral["name"]) = (json!("init"), json!("debug"));
    pod["initContainers"] = json!([init]);
    pod["ephemeralContainers"] = json!([ephemeral]);
    (objects, index)
}

/// The rules that fire, and where.
fn fired(objects: Vec<Value>) -> Vec<(String, String)> {
    let mut findings = Findings::default();
    check_objects(&shipped(), "staging", objects, &mut findings).unwrap();
    findings.into_vec().into_iter().map(|finding| (finding.rule, finding.path)).collect()
}

#[test]
fn every_restricted_field_counts_in_the_pod_and_in_containers_of_every_kind() {
    let unconfined = json!({"type": "Unconfined"});
    let in_pods = [
        ("run-as-non-root", "runAsNonRoot", json!(false)),
        ("run-as-user", "runAsUser", json!(0)),
        ("seccomp", "seccompProfile", unconfined.clone()),
        ("apparmor", "appArmorProfile", unconfined.clone()),
        ("selinux", "seLinuxOptions", json!({"type": "spc_t"})),
        ("selinux", "seLinuxOptions", json!({"user": "system_u"})),
        ("selinux", "seLinuxOptions", json!({"role": "system_r"})),
        ("sysctl", "sysctls", json!([{"name": "kernel.msgmax", "value": "1"}])),
        ("windows-host-process", "windowsOptions", json!({"hostProcess": true})),
    ];
    let in_containers = [
        ("drop-all", "capabilities", json!({"drop": ["NET_RAW"]})),
        ("added-capability", "capabilities", json!({"drop": ["ALL"], "add": ["SYS_ADMIN"]})),
        ("privileged", "privileged", json!(true)),
        ("privilege-escalation", "allowPrivilegeEscalation", json!(true)),
        ("read-only-root", "readOnlyRootFilesystem", json!(false)),
        ("proc-mount", "procMount", json!("Unmasked")),
    ];
    let (objects, index) = own_contexts();
    // Only what is planted fires below, and that there are ephemeral containers at all.
    let always = ("ephemeral-container".to_owned(), "spec.template.spec.ephemeralContainers[0].name".to_owned());
    assert_eq!(fired(objects.clone()), [always]);
    let lists = ["initContainers", "containers", "ephemeralContainers"];
    let holders = lists.map(|list| (format!("/spec/template/spec/{list}/0"), true));
    for (holder, is_container) in holders.into_iter().chain([("/spec/template/spec".to_owned(), false)]) {
        let cases = in_pods.iter().chain(in_containers.iter().filter(|_| is_container));
        for (rule, field, bad) in cases.filter(|(rule, _, _)| !(is_container && *rule == "sysctl")) {
            let mut planted = objects.clone();
            planted[index].pointer_mut(&holder).unwrap()["securityContext"][*field] = bad.clone();
            let fired = fired(planted);
            let path = format!("{}.securityContext.{field}", holder[1..].replace("/0", "[0]").replace('/', "."));
            let found = fired.iter().any(|(name, at)| name == rule && at.starts_with(&path));
            assert!(found, "{rule} at {path} {bad}: {fired:?}");
        }
    }
}
