//! The repository that is worked on: its root, its build directory, its git state.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;
use xshell::{Shell, cmd};

use crate::console::Console;

/// The repository, and the console that reports on it.
#[derive(Clone, Debug)]
pub struct Workspace {
    /// Absolute path of the folder that holds the workspace manifest.
    pub root: PathBuf,
    /// Where progress is shown.
    pub console: Console,
}

impl Workspace {
    /// The workspace that this program was built from.
    #[must_use]
    pub fn new(console: Console) -> Self {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        Self { root: manifest.parent().unwrap_or(manifest).to_path_buf(), console }
    }

    /// The same, for a repository elsewhere; tests plant their faults in copies.
    #[must_use]
    pub fn at(root: &Path, console: Console) -> Self {
        Self { root: root.to_path_buf(), console }
    }

    /// An absolute path from one below the root.
    #[must_use]
    pub fn path(&self, below: &str) -> PathBuf {
        self.root.join(below)
    }

    /// What the pipeline leaves behind: reports, logs and results.
    #[must_use]
    pub fn reports(&self) -> PathBuf {
        self.path("target/ci")
    }

    /// A shell in the root, for short questions whose answers are text.
    ///
    /// # Errors
    /// When the current directory of this process does not exist.
    pub fn shell(&self) -> Result<Shell> {
        let shell = Shell::new()?;
        shell.change_dir(&self.root);
        Ok(shell)
    }

    /// The files that git tracks or would track, relative to the root, sorted.
    ///
    /// # Errors
    /// When git cannot be run here.
    pub fn files(&self) -> Result<Vec<PathBuf>> {
        let shell = self.shell()?;
        let listing = cmd!(shell, "git ls-files --cached --others --exclude-standard -z")
            .quiet()
            .read()
            .context("git cannot list the files of the repository")?;
        let mut files: Vec<PathBuf> = listing.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from).collect();
        files.retain(|file| self.root.join(file).is_file());
        files.sort();
        files.dedup();
        Ok(files)
    }

    /// `cargo metadata` of the workspace without its dependencies.
    ///
    /// # Errors
    /// When cargo cannot read the manifests.
    pub fn metadata(&self) -> Result<Value> {
        let shell = self.shell()?;
        let json = cmd!(shell, "cargo metadata --format-version 1 --no-deps --offline").quiet().read()?;
        serde_json::from_str(&json).context("cargo metadata is not JSON")
    }
}
