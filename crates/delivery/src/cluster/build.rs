//! Builds the control plane's programs from the pinned Go modules under `xtask/tools/control-plane`.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::Context as _;

use super::Setting;
use crate::digest;

/// The release of Kubernetes in `kubernetes/go.mod`, as the API server reports it.
const KUBERNETES: &str = "v1.33.4";

/// One Go module and the programs that come out of it.
struct Module {
    dir: &'static str,
    packages: &'static [&'static str],
    flags: String,
}

/// Where the programs are, each under its own name.
pub(super) fn programs(setting: &Setting<'_>) -> anyhow::Result<PathBuf> {
    let version = "k8s.io/component-base/version";
    let flags = format!("-s -w -X {version}.gitVersion={KUBERNETES} -X {version}.gitMajor=1 -X {version}.gitMinor=33");
    let kubernetes = Module {
        dir: "kubernetes",
        packages: &[
            "k8s.io/kubernetes/cmd/kube-apiserver",
            "k8s.io/kubernetes/cmd/kube-controller-manager",
            "k8s.io/kubernetes/cmd/kube-scheduler",
        ],
        flags,
    };
    let bin = setting.target.join("control-plane").join("bin");
    build(setting, &kubernetes, &bin)?;
    kwok(setting)?;
    Ok(bin)
}

/// Where kwok is; a kind cluster needs only this one.
pub(super) fn kwok(setting: &Setting<'_>) -> anyhow::Result<PathBuf> {
    let bin = setting.target.join("control-plane").join("bin");
    let module = Module { dir: "kwok", packages: &["sigs.k8s.io/kwok/cmd/kwok"], flags: "-s -w".to_owned() };
    build(setting, &module, &bin)?;
    Ok(bin.join("kwok"))
}

/// Where an etcd built from its Go module is.
pub(super) fn etcd(setting: &Setting<'_>) -> anyhow::Result<PathBuf> {
    let bin = setting.target.join("control-plane").join("etcd-module");
    let module = Module { dir: "etcd", packages: &["go.etcd.io/etcd/server/v3"], flags: "-s -w".to_owned() };
    build(setting, &module, &bin)?;
    Ok(bin.join("server"))
}

/// Builds a module into `bin`, unless the same module was built into it before. Concurrent builds wait for each other.
fn build(setting: &Setting<'_>, module: &Module, bin: &Path) -> anyhow::Result<()> {
    let source = setting.root.join("xtask/tools/control-plane").join(module.dir);
    fs::create_dir_all(bin)?;
    let lock = File::create(bin.join(format!("{}.lock", module.dir)))?;
    lock.lock().context("cannot lock the build directory")?;
    let stamp = bin.join(format!("{}.stamp", module.dir));
    let key = key(&source, module)?;
    if fs::read_to_string(&stamp).is_ok_and(|built| built == key) {
        return Ok(());
    }
    let message = format!("building {} from Go modules (minutes the first time)", module.dir);
    setting.console.step(&message);
    let started = Instant::now();
    let status = Command::new("go")
        .args(["build", "-mod=readonly", "-trimpath", "-ldflags", &module.flags, "-o"])
        // A trailing separator makes it a directory for several programs.
        .arg(format!("{}/", fs::canonicalize(bin)?.display()))
        .args(module.packages)
        .current_dir(&source)
        .status()
        .context("cannot run `go`: install Go 1.24 or later, or set TEST_KUBECONFIG to a disposable cluster")?;
    anyhow::ensure!(status.success(), "go build in {} failed: {status}", source.display());
    fs::write(&stamp, key)?;
    setting.console.done(&format!("built {} in {:.0?}", module.dir, started.elapsed()));
    Ok(())
}

fn key(source: &Path, module: &Module) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    for file in ["go.mod", "go.sum"] {
        let path = source.join(file);
        bytes.extend(fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?);
    }
    bytes.extend(module.flags.as_bytes());
    Ok(digest::sha256(&bytes))
}
