//! From a rendered object back to the file and line it comes from.

use std::collections::BTreeMap;
use std::path::Path;

use crate::validate::render::{RenderError, read};
use crate::yaml;

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
