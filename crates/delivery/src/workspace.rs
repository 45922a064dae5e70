//! Where things are: the workspace, its `deployments` and its build directory.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::environment;

/// The nearest directory, from the current one upwards, that holds `deployments/base`.
///
/// # Errors
/// When no such directory exists.
pub fn root() -> io::Result<PathBuf> {
    let here = std::env::current_dir()?;
    here.ancestors().find(|dir| dir.join("deployments/base").is_dir()).map(Path::to_path_buf).ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::NotFound,
            format!("no deployments/base in {} or above it: run this inside the repository", here.display()),
        )
    })
}

/// The directory of build results, as cargo says: `CARGO_TARGET_DIR`, `build.target-dir`, else `target`.
///
/// # Errors
/// When cargo cannot be run or does not say.
pub fn target(root: &Path) -> io::Result<PathBuf> {
    let argv = ["cargo", "metadata", "--format-version=1", "--no-deps", "--offline"];
    let output = Command::new(argv[0]).args(&argv[1..]).current_dir(root).output()?;
    let said = || format!("`{}`: {}", argv.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    let metadata: Value = serde_json::from_slice(&output.stdout).map_err(|_| io::Error::other(said()))?;
    metadata["target_directory"].as_str().map(PathBuf::from).ok_or_else(|| io::Error::other(said()))
}

/// Looks a program up: a name with a slash is a path, any other is searched in `PATH`.
#[must_use]
pub fn find_program(name: &str) -> Option<PathBuf> {
    let is_program = |path: &PathBuf| path.is_file();
    if name.contains('/') {
        return Some(PathBuf::from(name)).filter(is_program);
    }
    environment::path().into_iter().map(|dir| dir.join(name)).find(is_program)
}

/// Copies a directory tree of regular files.
///
/// # Errors
/// When something cannot be read or written.
pub fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::target;

    #[test]
    fn build_results_are_where_cargo_says() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        fs::write(root.join("Cargo.toml"), "[package]\nname = \"a\"\nversion = \"0.1.0\"\n[workspace]\n").unwrap();
        fs::create_dir_all(root.join("src")).unwrap();
        fs::write(root.join("src/lib.rs"), "").unwrap();
        fs::create_dir_all(root.join(".cargo")).unwrap();
        fs::write(root.join(".cargo/config.toml"), "[build]\ntarget-dir = \"elsewhere\"\n").unwrap();
        // CARGO_TARGET_DIR, when whoever runs this has set it, is nearer.
        assert_ne!(target(&root).unwrap(), root.join("target"));
        let error = target(&root.join("src/nowhere")).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
    }
}
