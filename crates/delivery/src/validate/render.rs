//! `kubectl kustomize`: from a directory to the text of its objects, without a network.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::interrupt::Interrupt;
use crate::process::{self, ProcessError};

/// Rendering takes 0.2 s; a minute means that something waits for a network.
const DEADLINE: Duration = Duration::from_mins(1);

/// Rendering failed.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// kubectl did not run.
    #[error(transparent)]
    Kubectl(#[from] ProcessError),
    /// The repository cannot be found, or signals not be heard.
    #[error(transparent)]
    Workspace(io::Error),
    /// kustomize refused the directory.
    #[error("kubectl kustomize {dir} failed: {stderr}")]
    Kustomize {
        /// What was to be rendered.
        dir: PathBuf,
        /// What kustomize said.
        stderr: String,
    },
    /// kustomize did not end in time.
    #[error("kubectl kustomize {dir} did not end within {patience:.0?}")]
    Late {
        /// What was to be rendered.
        dir: PathBuf,
        /// How long it had.
        patience: Duration,
    },
    /// A file or directory cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file is not what it should be.
    #[error("{path}: {message}")]
    Content {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
}

impl RenderError {
    /// What to do.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::Kubectl(ProcessError::Interrupted) => "repeat the command".to_owned(),
            Self::Kubectl(_) => "install kubectl 1.29 or later, or name it with --kubectl".to_owned(),
            Self::Workspace(_) => "name with --deployments the directory that holds base and overlays".to_owned(),
            Self::Kustomize { .. } => "mend what kustomize complains about".to_owned(),
            Self::Late { .. } => "look for a kustomization that names a URL: rendering needs no network".to_owned(),
            Self::Read { .. } | Self::Content { .. } => {
                "mend what is named, or name with --deployments the directory that holds base and overlays".to_owned()
            }
        }
    }
}

/// Renders kustomizations with one kubectl.
#[derive(Clone, Debug)]
pub struct Renderer {
    kubectl: PathBuf,
    interrupt: Interrupt,
    patience: Duration,
}

impl Renderer {
    /// Renders with this kubectl.
    #[must_use]
    pub fn new(kubectl: &Path, interrupt: Interrupt) -> Self {
        Self { kubectl: kubectl.to_path_buf(), interrupt, patience: DEADLINE }
    }

    /// The same, given up after `patience` when that is shorter.
    #[must_use]
    pub fn within(self, patience: Duration) -> Self {
        Self { patience: self.patience.min(patience), ..self }
    }

    /// The objects of the kustomization in `dir`, as YAML documents.
    ///
    /// # Errors
    /// [`RenderError`]
    pub fn render(&self, dir: &Path) -> Result<String, RenderError> {
        let argv = [self.kubectl.as_path(), Path::new("kustomize"), dir].map(|word| word.display().to_string());
        // Some installs of kubectl ask the server for its version even to render: there is no server here.
        let offline = [("KUBECONFIG", OsStr::new("/dev/null"))];
        let done = process::run_with(&argv, &offline, None, self.patience, &self.interrupt)?;
        if done.succeeded() {
            Ok(done.stdout)
        } else if done.timed_out {
            Err(RenderError::Late { dir: dir.to_path_buf(), patience: self.patience })
        } else {
            Err(RenderError::Kustomize { dir: dir.to_path_buf(), stderr: done.stderr })
        }
    }
}

/// The names of the overlays, sorted.
///
/// # Errors
/// When there is no readable `overlays` directory in `dir`, or nothing in it.
pub fn overlays(dir: &Path) -> Result<Vec<String>, RenderError> {
    let overlays = dir.join("overlays");
    let read = |source| RenderError::Read { path: overlays.clone(), source };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&overlays).map_err(read)? {
        let entry = entry.map_err(read)?;
        if entry.path().join("kustomization.yaml").is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    if names.is_empty() {
        return Err(RenderError::Content {
            path: overlays,
            message: "no overlay with a kustomization.yaml".to_owned(),
        });
    }
    Ok(names)
}

/// Reads a text file.
///
/// # Errors
/// [`RenderError::Read`]
pub fn read(path: &Path) -> Result<String, RenderError> {
    std::fs::read_to_string(path).map_err(|source| RenderError::Read { path: path.to_path_buf(), source })
}
