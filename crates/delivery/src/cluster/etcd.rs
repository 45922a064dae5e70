//! Finds an etcd: one on `PATH`, Debian's package unpacked into the build directory, or one built from its Go module.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Setting, build};
use crate::workspace::find_program;

/// An etcd.
pub(super) fn program(setting: &Setting<'_>) -> anyhow::Result<PathBuf> {
    if let Some(installed) = find_program("etcd") {
        return Ok(installed);
    }
    let dir = setting.target.join("control-plane").join("etcd-debian");
    let unpacked = dir.join("usr/bin/etcd");
    if unpacked.is_file() {
        return Ok(unpacked);
    }
    match debian(&dir) {
        Ok(()) if unpacked.is_file() => Ok(unpacked),
        Ok(()) => build::etcd(setting),
        Err(error) => {
            setting.console.step(&format!("no etcd from Debian ({error:#}): building it"));
            build::etcd(setting)
        }
    }
}

/// Downloads and unpacks the package: nothing is installed, no daemon is started, root is not needed.
fn debian(dir: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(dir)?;
    let download = || Command::new("apt-get").args(["download", "--quiet", "etcd-server"]).current_dir(dir).output();
    let mut output = download()?;
    if !output.status.success() {
        // The package lists of a new machine are empty; only root may fetch them.
        Command::new("apt-get").args(["update", "--quiet"]).output()?;
        output = download()?;
    }
    anyhow::ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim());
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "deb") {
            let status = Command::new("dpkg-deb").arg("-x").arg(&path).arg(dir).status()?;
            anyhow::ensure!(status.success(), "dpkg-deb -x failed: {status}");
            fs::remove_file(path)?;
        }
    }
    Ok(())
}
