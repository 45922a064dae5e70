//! The repository that is worked on: its root, its build directory, its git state.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;
use xshell::{Shell, cmd};

use crate::console::Console;

/// How plans write cargo's target directory.
const TARGET: &str = "target";

/// The repository, and the console that reports on it.
#[derive(Clone, Debug)]
pub struct Workspace {
    /// Absolute path of the folder that holds the workspace manifest.
    pub root: PathBuf,
    /// Where progress is shown.
    pub console: Console,
    /// Where cargo puts what it builds.
    target: PathBuf,
}

impl Workspace {
    /// The workspace that this program was built from.
    ///
    /// # Errors
    /// When cargo does not say where it builds.
    pub fn new(console: Console) -> Result<Self> {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        Self::built_by_cargo(manifest.parent().unwrap_or(manifest), console)
    }

    /// A workspace that is built where cargo is told to build: `CARGO_TARGET_DIR`, `build.target-dir`, else `target`.
    ///
    /// # Errors
    /// When cargo cannot read the manifests.
    pub fn built_by_cargo(root: &Path, console: Console) -> Result<Self> {
        let mut workspace = Self::at(root, console);
        let metadata = workspace.metadata()?;
        let target = metadata["target_directory"].as_str().context("cargo metadata names no target_directory")?;
        workspace.target = PathBuf::from(target);
        Ok(workspace)
    }

    /// A folder in which nothing is built by cargo; tests plant their faults in copies.
    #[must_use]
    pub fn at(root: &Path, console: Console) -> Self {
        Self { root: root.to_path_buf(), console, target: root.join(TARGET) }
    }

    /// An absolute path from one below the root. What is written as `target/…` is where cargo builds.
    #[must_use]
    pub fn path(&self, below: impl AsRef<Path>) -> PathBuf {
        let below = below.as_ref();
        below.strip_prefix(TARGET).map_or_else(|_| self.root.join(below), |rest| self.target.join(rest))
    }

    /// An argument as the program gets it, which runs in the root: `target/…`, `--option=target/…` and `@target/…` name
    /// what is in cargo's target directory, wherever that is.
    #[must_use]
    pub fn placed(&self, word: &str) -> String {
        if self.target == self.root.join(TARGET) {
            return word.to_owned();
        }
        let path = match word.split_once('=') {
            Some((option, value)) if option.starts_with('-') => value,
            _ => word.strip_prefix('@').unwrap_or(word),
        };
        let is_below = path.strip_prefix(TARGET).is_some_and(|rest| rest.starts_with('/'));
        let before = &word[..word.len() - path.len()];
        if is_below { format!("{before}{}", self.path(path).display()) } else { word.to_owned() }
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;

    use super::Workspace;
    use crate::console::{Colour, Console};
    use crate::plan::{Invocation, Plan, Step};
    use crate::runner::Runner;

    /// A package that is built into `elsewhere`, by `build.target-dir`, which `CARGO_TARGET_DIR` would go before.
    fn built_elsewhere(root: &Path) -> Workspace {
        let write = |path: &str, text: &str| {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("Cargo.toml", "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n");
        write("src/lib.rs", "");
        write(".cargo/config.toml", "[build]\ntarget-dir = \"elsewhere\"\n");
        Workspace::built_by_cargo(root, Console::new(Colour::Never)).unwrap()
    }

    #[test]
    fn programs_arguments_and_files_below_target_are_where_cargo_builds() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let workspace = built_elsewhere(&root);
        // Whoever runs these tests may have set the variable, which cargo puts first.
        let target = workspace.path("target/");
        assert_ne!(target, root.join("target"));
        let tool = workspace.path("target/debug/tool-of-a-test");
        fs::create_dir_all(tool.parent().unwrap()).unwrap();
        fs::write(&tool, "#!/bin/sh\necho \"$@\"\n").unwrap();
        fs::set_permissions(&tool, fs::Permissions::from_mode(0o755)).unwrap();
        let plan = Plan::new("run what was built")
            .then(
                Invocation::new(
                    "target/debug/tool-of-a-test target/in --to=target/out @target/file targets/x src/target/y",
                )
                .stdout("target/printed-by-a-test"),
            )
            .then(Step::Contains { path: "target/printed-by-a-test".into(), texts: vec!["src/target/y".to_owned()] });
        Runner::quiet(&workspace).execute(&plan).unwrap();
        let printed = target.join("printed-by-a-test");
        let expected = format!(
            "{0}/in --to={0}/out @{0}/file targets/x src/target/y\n",
            target.display().to_string().trim_end_matches('/')
        );
        assert_eq!(fs::read_to_string(&printed).unwrap(), expected);
        assert!(!root.join("target").exists());
        for left in [tool, printed] {
            fs::remove_file(left).unwrap();
        }
    }

    #[test]
    fn a_plan_is_shown_as_it_is_run() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = built_elsewhere(&folder.path().canonicalize().unwrap());
        let plan = Plan::new("look").then(Invocation::new("target/debug/tool --in target/in"));
        let shown = plan.placed(&workspace).to_string();
        let target = workspace.path("target/in").display().to_string();
        assert!(shown.contains(&format!("--in {target}")) && !shown.contains(" target/debug"), "{shown}");
    }

    #[test]
    fn where_nothing_else_is_said_plans_stay_as_they_are_written() {
        let workspace = Workspace::at(Path::new("/w"), Console::new(Colour::Never));
        assert_eq!(workspace.placed("target/ci/a"), "target/ci/a");
        assert_eq!(workspace.path("target/ci/a"), Path::new("/w/target/ci/a"));
        assert_eq!(workspace.path("docs/a"), Path::new("/w/docs/a"));
    }
}
