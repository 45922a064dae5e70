//! Developer tools: exact versions with checksums from `xtask/tools/requirements.txt`, installed below `target/`.
//!
//! They come as prebuilt wheels, which takes half a minute; compiling the same tools takes minutes each.

use std::ffi::OsString;
use std::path::PathBuf;
use std::{env, fs};

use anyhow::{Context, Result};

use crate::console::Tone;
use crate::plan::{Invocation, Plan};
use crate::runner::Runner;
use crate::workspace::Workspace;

/// The one list of tools.
pub const REQUIREMENTS: &str = "xtask/tools/requirements.txt";
const VENV: &str = "target/tools";
const STAMP: &str = "target/tools/installed.txt";

/// What installing the tools does.
#[must_use]
pub fn plan() -> Plan {
    let python = "install Python 3.11 or newer with its venv module";
    Plan::new("install the developer tools")
        .then(Invocation::new("python3 -m venv --clear target/tools").remedy(python))
        .then(
            Invocation::new("target/tools/bin/python -m pip install --quiet --require-hashes -r")
                .arg(REQUIREMENTS)
                .env("PIP_DISABLE_PIP_VERSION_CHECK", "1")
                .remedy("check that the Python package index can be reached; the pins are in xtask/tools"),
        )
}

/// Installs the tools unless the pinned ones are there already.
///
/// # Errors
/// When Python is missing or the packages cannot be had.
pub fn ensure(workspace: &Workspace) -> Result<()> {
    let wanted = fs::read_to_string(workspace.path(REQUIREMENTS)).context("the list of tools cannot be read")?;
    if fs::read_to_string(workspace.path(STAMP)).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    workspace.console.say(Tone::Plain, "Installing the developer tools into target/tools (about half a minute, once).");
    Runner::new(workspace).execute(&plan())?;
    fs::write(workspace.path(STAMP), wanted).context("cannot note which tools are installed")
}

/// The search path for programs: the installed tools first, then what was inherited.
#[must_use]
pub fn search_path(workspace: &Workspace) -> OsString {
    let inherited = env::var_os("PATH").unwrap_or_default();
    let own = workspace.path(VENV).join("bin");
    let rest = env::split_paths(&inherited).filter(|path| *path != own);
    let paths = std::iter::once(own.clone()).chain(rest.collect::<Vec<_>>());
    env::join_paths(paths).unwrap_or(inherited)
}

/// Where a program is, among the installed tools or on the inherited path.
#[must_use]
pub fn find(workspace: &Workspace, program: &str) -> Option<PathBuf> {
    env::split_paths(&search_path(workspace)).map(|folder| folder.join(program)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::{REQUIREMENTS, plan};
    use crate::console::{Colour, Console};
    use crate::workspace::Workspace;

    #[test]
    fn every_tool_is_pinned_with_checksums() {
        let workspace = Workspace::new(Console::new(Colour::Never)).unwrap();
        let list = std::fs::read_to_string(workspace.path(REQUIREMENTS)).unwrap();
        let pins = list.lines().filter(|line| line.contains("==")).count();
        assert!(pins > 10);
        for block in list.split("\n# ").last().unwrap().split("    # via") {
            assert!(!block.contains("==") || block.contains("--hash=sha256:"), "{block}");
        }
    }

    #[test]
    fn the_plan_installs_nothing_without_checksums() {
        let shown = plan().to_string();
        assert!(shown.contains("--require-hashes -r xtask/tools/requirements.txt"), "{shown}");
    }
}
