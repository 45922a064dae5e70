//! Where things are: the workspace, its `deployments` and its build directory.

use std::io;
use std::path::{Path, PathBuf};

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

/// The directory of build results: `CARGO_TARGET_DIR`, else `target` in the workspace.
#[must_use]
pub fn target(root: &Path) -> PathBuf {
    environment::cargo_target_dir().unwrap_or_else(|| root.join("target"))
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
