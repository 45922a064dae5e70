//! Why a deploy ended, as an exit code, a sentence and a remedy.

use crate::deploy::fault::Fault;
use crate::deploy::kubectl::CallError;
use crate::deploy::registry::RegistryError;
use crate::exit::Exit;

/// A deploy that ended without doing what was asked.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// What happened, to which thing.
    pub message: String,
    /// What to do.
    pub remedy: String,
}

impl Failure {
    /// A failure with its remedy.
    #[must_use]
    pub fn new(exit: Exit, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { exit, message: message.into(), remedy: remedy.into() }
    }

    /// Input that is not acceptable.
    #[must_use]
    pub fn invalid(message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(Exit::Invalid, message, remedy)
    }

    /// Something of this machine that does not work: a file, a missing program.
    #[must_use]
    pub fn local(error: &dyn std::error::Error) -> Self {
        Self::new(Exit::Failed, error.to_string(), "mend what is named and repeat the command")
    }

    /// What a failed call means while nothing has been changed yet.
    #[must_use]
    pub fn before_changes(doing: &str, error: &CallError) -> Self {
        let message = format!("{doing}: {error}");
        match error.fault {
            Fault::Unreachable => Self::new(
                Exit::Unreachable,
                message,
                "check the network, the context and the state of the API server, then repeat the command",
            ),
            Fault::Conflict => Self::new(
                Exit::Refused,
                message,
                "find out why another field manager owns the field; --force takes it over",
            ),
            Fault::Forbidden => Self::new(Exit::Refused, message, "ask for the right that the server names"),
            Fault::Invalid | Fault::NotFound | Fault::AlreadyExists => {
                Self::new(Exit::Refused, message, "mend what the server complains about and repeat the command")
            }
            Fault::Interrupted => Self::interrupted("nothing was changed"),
            Fault::Other => Self::new(Exit::Failed, message, "repeat the command with --verbose to see each answer"),
        }
    }

    /// Ctrl-c or SIGTERM.
    #[must_use]
    pub fn interrupted(state: &str) -> Self {
        Self::new(Exit::Failed, format!("interrupted: {state}"), "repeat the same command: every step can be repeated")
    }
}

impl From<RegistryError> for Failure {
    fn from(error: RegistryError) -> Self {
        let message = error.to_string();
        match error {
            RegistryError::Unknown { .. } => Self::invalid(message, "check the tag: was its image published?"),
            RegistryError::Url(_) => Self::invalid(message, "give another --registry"),
            RegistryError::Denied(_) => {
                Self::invalid(message, "set DOCKERHUB_USERNAME and DOCKERHUB_TOKEN, and check the image's name")
            }
            RegistryError::Interrupted => Self::interrupted("nothing was changed"),
            RegistryError::Garbled { .. } => Self::new(Exit::Failed, message, "check --registry and what is between"),
            RegistryError::Unreachable { .. } => {
                Self::new(Exit::Unreachable, message, "check the network and the registry, then repeat the command")
            }
        }
    }
}
