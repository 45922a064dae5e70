//! The kubeconfig that a GitHub environment holds as a secret, as a file for the time of one deploy.

use std::io::{self, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::environment;

/// A file that only its owner can read, removed when this value is dropped.
#[derive(Debug)]
pub(super) struct Kubeconfig(NamedTempFile);

impl Kubeconfig {
    /// `None` unless `KUBECONFIG_SECRET` is set: then kubectl finds its own. Listen for signals before this, or a
    /// signal leaves the file behind.
    pub(super) fn from_environment() -> io::Result<Option<Self>> {
        let Some(content) = environment::kubeconfig_secret() else { return Ok(None) };
        // Created with mode 0600.
        let mut file = NamedTempFile::with_prefix("kubeconfig-")?;
        file.write_all(content.as_bytes())?;
        Ok(Some(Self(file)))
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }
}
