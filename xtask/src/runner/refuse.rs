//! Asks whether something exists that must not be touched, and takes silence for neither yes nor no.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::exit::Refusal;
use crate::plan::Invocation;

/// The parts of [`crate::plan::Step::Refuse`].
pub(super) struct Question<'a> {
    pub(super) ask: &'a Invocation,
    pub(super) absent: &'a str,
    pub(super) same: &'a str,
    pub(super) because: &'a str,
}

impl Question<'_> {
    /// Ends well when there is no such thing, or it is the same thing.
    ///
    /// # Errors
    /// A [`Refusal`] when it exists and is another; any other error when the answer means neither.
    pub(super) fn answer(&self, mut command: Command) -> Result<()> {
        let asked = command.stdin(Stdio::null()).output();
        let asked = asked.with_context(|| format!("`{}` could not be started", self.ask))?;
        let said = String::from_utf8_lossy(&asked.stdout);
        if asked.status.success() {
            return if said.contains(self.same) { Ok(()) } else { Err(Refusal::invalid(self.because).into()) };
        }
        let complaint = String::from_utf8_lossy(&asked.stderr);
        if complaint.contains(self.absent) {
            return Ok(());
        }
        bail!("`{}` gave no answer, so that nothing is known: {}", self.ask, complaint.trim())
    }
}

#[cfg(test)]
mod tests {
    use crate::console::{Colour, Console};
    use crate::exit::Exit;
    use crate::plan::{Invocation, Plan, Step};
    use crate::runner::Runner;
    use crate::workspace::Workspace;

    /// How a plan ends that asks git, which prints its version or complains about the command.
    fn ended(command: &str, absent: &str, same: &str) -> Result<(), (Exit, String)> {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::at(folder.path(), Console::new(Colour::Never));
        let ask = Invocation::new(command);
        let step = Step::Refuse { ask, absent: absent.into(), same: same.into(), because: "it is another".into() };
        let ended = Runner::new(&workspace).execute(&Plan::new("asks").then(step));
        ended.map_err(|error| (Exit::of(&error), error.to_string()))
    }

    #[test]
    fn what_is_not_there_and_what_is_the_same_may_be_made() {
        assert_eq!(ended("git no-such", "is not a git command", "git version"), Ok(()));
        assert_eq!(ended("git --version", "is not a git command", "git version"), Ok(()));
    }

    #[test]
    fn another_thing_is_refused() {
        assert_eq!(ended("git --version", "not found", "bzr"), Err((Exit::Invalid, "it is another".to_owned())));
    }

    #[test]
    fn a_failure_of_any_other_kind_is_no_answer() {
        for command in ["git no-such", "no-such-program"] {
            let (exit, text) = ended(command, "not found", "").unwrap_err();
            assert_eq!(exit, Exit::Failed);
            assert!(text.starts_with(&format!("`{command}`")), "{text}");
        }
    }
}
