//! A control plane of our own: etcd, API server, controller manager, scheduler, and kwok as the kubelet of two nodes.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::child::Program;
use super::files::{free_ports, random_token, write_private};
use super::{Cluster, Running, Setting, build, etcd};
use crate::process;

/// Five seconds are usual; a loaded machine needs more.
const READY_WITHIN: Duration = Duration::from_secs(90);

struct Plane {
    programs: Vec<Program>,
    // Removed last, when nobody writes into it any more.
    _dir: TempDir,
}

impl Running for Plane {
    fn ended(&mut self) -> anyhow::Result<Option<String>> {
        for program in &mut self.programs {
            if let Some(gone) = program.ended()? {
                return Ok(Some(gone));
            }
        }
        Ok(None)
    }
}

/// Builds what is not built yet, and starts it.
pub(super) fn start(setting: &Setting<'_>) -> anyhow::Result<Cluster> {
    let bin = build::programs(setting)?;
    let etcd = etcd::program(setting)?;
    let started = Instant::now();
    let dir = TempDir::with_prefix("control-plane-")?;
    let home = dir.path().to_path_buf();
    let mut plane = Plane { programs: Vec::new(), _dir: dir };
    let [client, peer, secure, manager, scheduler, kwok] = free_ports()?;
    let admin = credentials(&home)?;

    let run = |plane: &mut Plane, name: &str, program: &Path, arguments: Vec<String>| -> anyhow::Result<()> {
        plane.programs.push(Program::start(name, program, &arguments, &home)?);
        Ok(())
    };
    run(&mut plane, "etcd", &etcd, etcd_arguments(&home, client, peer))?;
    run(&mut plane, "kube-apiserver", &bin.join("kube-apiserver"), apiserver_arguments(&home, client, secure))?;

    let kubeconfig = home.join("kubeconfig");
    write_private(&kubeconfig, &kubeconfig_for(&home, secure, &admin).to_string())?;
    wait_ready(setting, &mut plane, &kubeconfig)?;

    let config = format!("--kubeconfig={}", kubeconfig.display());
    let loopback = "--bind-address=127.0.0.1".to_owned();
    run(
        &mut plane,
        "kube-controller-manager",
        &bin.join("kube-controller-manager"),
        vec![
            config.clone(),
            loopback.clone(),
            format!("--secure-port={manager}"),
            format!("--cert-dir={}", home.join("controller-manager").display()),
            format!("--service-account-private-key-file={}", home.join("service-account.key").display()),
            "--controllers=*,-nodeipam".to_owned(),
            "--leader-elect=false".to_owned(),
        ],
    )?;
    run(
        &mut plane,
        "kube-scheduler",
        &bin.join("kube-scheduler"),
        vec![
            config.clone(),
            loopback,
            format!("--secure-port={scheduler}"),
            format!("--cert-dir={}", home.join("scheduler").display()),
            "--leader-elect=false".to_owned(),
        ],
    )?;
    run(&mut plane, "kwok", &bin.join("kwok"), kwok_arguments(&config, kwok))?;
    add_nodes(setting, &kubeconfig)?;
    wait_nodes(setting, &mut plane, &kubeconfig)?;
    setting.console.done(&format!("control plane ready on 127.0.0.1:{secure} after {:.1?}", started.elapsed()));
    Ok(Cluster { kubeconfig, audit_log: Some(home.join("audit.log")), running: Box::new(plane) })
}

/// Writes the keys, tokens and the audit policy, and returns the administrator's token.
fn credentials(home: &Path) -> anyhow::Result<String> {
    let key = rcgen::KeyPair::generate().context("cannot make a signing key")?;
    write_private(&home.join("service-account.key"), &key.serialize_pem())?;
    fs::write(home.join("service-account.pub"), key.public_key_pem())?;
    let admin = random_token()?;
    write_private(&home.join("tokens.csv"), &format!("{admin},test-admin,test-admin,system:masters\n"))?;
    let policy = json!({
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "omitStages": ["RequestReceived"],
        "rules": [
            {"level": "None", "nonResourceURLs": ["/healthz*", "/livez*", "/readyz*"]},
            {"level": "None", "resources": [{"group": "coordination.k8s.io", "resources": ["leases"]}], "namespaces": ["kube-node-lease", "kube-system"]},
            {"level": "Metadata"},
        ],
    });
    fs::write(home.join("audit-policy.yaml"), policy.to_string())?;
    Ok(admin)
}

fn etcd_arguments(home: &Path, client: u16, peer: u16) -> Vec<String> {
    vec![
        format!("--data-dir={}", home.join("etcd").display()),
        format!("--listen-client-urls=http://127.0.0.1:{client}"),
        format!("--advertise-client-urls=http://127.0.0.1:{client}"),
        format!("--listen-peer-urls=http://127.0.0.1:{peer}"),
        format!("--initial-advertise-peer-urls=http://127.0.0.1:{peer}"),
        format!("--initial-cluster=default=http://127.0.0.1:{peer}"),
        // Disposable: no need to wait for the disk.
        "--unsafe-no-fsync".to_owned(),
    ]
}

fn apiserver_arguments(home: &Path, etcd: u16, secure: u16) -> Vec<String> {
    let file = |name: &str| home.join(name).display().to_string();
    vec![
        format!("--etcd-servers=http://127.0.0.1:{etcd}"),
        format!("--cert-dir={}", file("apiserver")),
        format!("--secure-port={secure}"),
        "--bind-address=127.0.0.1".to_owned(),
        format!("--service-account-key-file={}", file("service-account.pub")),
        format!("--service-account-signing-key-file={}", file("service-account.key")),
        "--service-account-issuer=https://kubernetes.default.svc".to_owned(),
        "--authorization-mode=RBAC".to_owned(),
        format!("--token-auth-file={}", file("tokens.csv")),
        "--service-cluster-ip-range=10.96.0.0/16".to_owned(),
        // Without kubelets nobody removes the taints and nobody mounts the tokens that these two ask for.
        "--disable-admission-plugins=ServiceAccount,TaintNodesByCondition".to_owned(),
        format!("--audit-policy-file={}", file("audit-policy.yaml")),
        format!("--audit-log-path={}", file("audit.log")),
    ]
}

fn kwok_arguments(config: &str, port: u16) -> Vec<String> {
    vec![
        config.to_owned(),
        "--manage-all-nodes=true".to_owned(),
        // Plain heartbeats come at the edge of the controller's grace period; leases are renewed in time.
        "--node-lease-duration-seconds=40".to_owned(),
        format!("--server-address=127.0.0.1:{port}"),
    ]
}

fn kubeconfig_for(home: &Path, port: u16, token: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "test",
        "clusters": [{"name": "test", "cluster": {
            "server": format!("https://127.0.0.1:{port}"),
            "certificate-authority": home.join("apiserver/apiserver.crt"),
        }}],
        "users": [{"name": "test-admin", "user": {"token": token}}],
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test-admin"}}],
    })
}

/// Two nodes, simulated by kwok, that take any pod with the node selector `type: kwok`.
pub(super) fn add_nodes(setting: &Setting<'_>, kubeconfig: &Path) -> anyhow::Result<()> {
    let nodes: Vec<Value> = ["kwok-0", "kwok-1"]
        .iter()
        .map(|name| {
            let capacity = json!({"cpu": "32", "memory": "128Gi", "pods": "200"});
            json!({
                "apiVersion": "v1",
                "kind": "Node",
                "metadata": {
                    "name": name,
                    "annotations": {"kwok.x-k8s.io/node": "fake"},
                    "labels": {"type": "kwok", "kubernetes.io/hostname": name, "kubernetes.io/os": "linux"},
                },
                "status": {"allocatable": capacity, "capacity": capacity},
            })
        })
        .collect();
    let list = json!({"apiVersion": "v1", "kind": "List", "items": nodes});
    let argv = kubectl(setting, kubeconfig, &["apply", "--server-side", "-f", "-"]);
    let done = process::run(&argv, Some(&list.to_string()), READY_WITHIN, setting.interrupt)?;
    anyhow::ensure!(done.succeeded(), "cannot create the simulated nodes: {}", done.stderr);
    Ok(())
}

pub(super) fn kubectl(setting: &Setting<'_>, kubeconfig: &Path, arguments: &[&str]) -> Vec<String> {
    let mut argv = vec![setting.kubectl.display().to_string(), format!("--kubeconfig={}", kubeconfig.display())];
    argv.extend(arguments.iter().map(|argument| (*argument).to_owned()));
    argv
}

fn wait_ready(setting: &Setting<'_>, plane: &mut Plane, kubeconfig: &Path) -> anyhow::Result<()> {
    let certificate: PathBuf = kubeconfig.with_file_name("apiserver").join("apiserver.crt");
    let argv = kubectl(setting, kubeconfig, &["get", "--raw", "/readyz"]);
    wait(setting, plane, "the API server", || {
        Ok(certificate.is_file() && process::run(&argv, None, Duration::from_secs(10), setting.interrupt)?.succeeded())
    })
}

fn wait_nodes(setting: &Setting<'_>, plane: &mut Plane, kubeconfig: &Path) -> anyhow::Result<()> {
    let path = "-o=jsonpath={.items[*].status.conditions[?(@.type=='Ready')].status}";
    let argv = kubectl(setting, kubeconfig, &["get", "nodes", "-l", "type=kwok", path]);
    wait(setting, plane, "the simulated nodes", || {
        let done = process::run(&argv, None, Duration::from_secs(10), setting.interrupt)?;
        Ok(done.stdout.trim() == "True True")
    })
}

fn wait(
    setting: &Setting<'_>,
    plane: &mut Plane,
    what: &str,
    mut ready: impl FnMut() -> anyhow::Result<bool>,
) -> anyhow::Result<()> {
    let started = Instant::now();
    while !ready()? {
        if let Some(gone) = plane.ended()? {
            anyhow::bail!("{gone}");
        }
        anyhow::ensure!(!setting.interrupt.raised(), "interrupted");
        anyhow::ensure!(started.elapsed() < READY_WITHIN, "{what} did not become ready within {READY_WITHIN:?}");
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}
