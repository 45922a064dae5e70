//! From a rendered object back to the file and line it comes from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::validate::finding::Finding;
use crate::validate::render::{RenderError, read};
use crate::yaml;

/// The files of the base and of `overlay` that are not YAML as Kubernetes reads it, each with its object where it can be
/// told. kustomize names neither.
///
/// # Errors
/// When one of the files cannot be read.
pub fn unreadable(dir: &Path, overlay: &str) -> Result<Vec<Finding>, RenderError> {
    let mut findings = Vec::new();
    for part in ["base".to_owned(), format!("overlays/{overlay}")] {
        for path in yaml_files(&dir.join(part))? {
            let Some(fault) = yaml::fault(&read(&path)?) else { continue };
            let (rule, remedy) = match &fault.duplicate {
                Some(_) => ("duplicate-key", "keep one of the two: only one can count"),
                None => ("not-yaml", "mend the file's syntax"),
            };
            findings.push(Finding {
                rule: rule.to_owned(),
                overlay: overlay.to_owned(),
                file: path.strip_prefix(dir).unwrap_or(&path).to_string_lossy().into_owned(),
                line: fault.line,
                object: fault.object,
                path: fault.duplicate.unwrap_or_default(),
                message: fault.message,
                remedy: remedy.to_owned(),
            });
        }
    }
    Ok(findings)
}

/// The YAML files of a directory and those below it, sorted.
fn yaml_files(dir: &Path) -> Result<Vec<PathBuf>, RenderError> {
    let unreadable = |source| RenderError::Read { path: dir.to_path_buf(), source };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_dir() {
            files.extend(yaml_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Where the objects of one overlay are written down.
#[derive(Debug, Default)]
pub struct Sources(BTreeMap<(String, String), (String, usize)>);

impl Sources {
    /// Reads the resource files of the base and of `overlay`.
    ///
    /// # Errors
    /// When one of the files cannot be read.
    pub fn read(dir: &Path, overlay: &str) -> Result<Self, RenderError> {
        let mut sources = Self::default();
        for part in ["base".to_owned(), format!("overlays/{overlay}")] {
            let Ok(entries) = std::fs::read_dir(dir.join(&part)) else { continue };
            let mut files: Vec<_> = entries
                .filter_map(Result::ok)
                .map(|entry| entry.path())
                .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
                .collect();
            files.sort();
            for path in files {
                let text = read(&path)?;
                let file = format!("{part}/{}", path.file_name().unwrap_or_default().to_string_lossy());
                // A file that is no YAML has failed the rendering already.
                for (value, line) in yaml::documents(&text).unwrap_or_default().iter().zip(yaml::starts(&text)) {
                    if let (Some(kind), Some(name)) = (value["kind"].as_str(), value["metadata"]["name"].as_str()) {
                        sources.0.insert((kind.to_owned(), name.to_owned()), (file.clone(), line));
                    }
                }
            }
        }
        Ok(sources)
    }

    /// The file, relative to `deployments`, and the line of an object. A renamed Namespace is found by its kind.
    #[must_use]
    pub fn find(&self, kind: &str, name: &str) -> Option<(String, usize)> {
        let by_name = self.0.get(&(kind.to_owned(), name.to_owned()));
        let by_kind = || self.0.iter().find(|((k, _), _)| kind == "Namespace" && k == kind).map(|(_, at)| at);
        by_name.or_else(by_kind).cloned()
    }
}
