//! The kubectl binaries that a machine has.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::workspace::find_program;

/// `kubectl` itself and those installed beside the file that it really is, such as `kubectl.1.29`.
pub(super) fn find(kubectl: &Path) -> Vec<PathBuf> {
    let Some(found) = find_program(&kubectl.display().to_string()) else { return Vec::new() };
    let mut all = BTreeSet::from([found.clone()]);
    if let Some(dir) = found.canonicalize().ok().as_deref().and_then(Path::parent)
        && let Ok(entries) = std::fs::read_dir(dir)
    {
        let versioned = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            name.strip_prefix("kubectl.1.").is_some_and(|minor| minor.parse::<u32>().is_ok())
        };
        all.extend(entries.filter_map(Result::ok).map(|entry| entry.path()).filter(versioned));
    }
    all.into_iter().collect()
}
