//! How a command ended, as the exit code that scripts and workflows see.

use std::fmt;
use std::process::ExitCode;

/// The exit codes of `cargo xtask`, shared by every command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// `0`: done, also when there was nothing to do.
    Done,
    /// `1`: something failed.
    Failed,
    /// `2`: the command cannot be understood; the argument parser gives it too.
    Usage,
    /// `4`: the input or what was checked is not valid.
    Invalid,
    /// Any other code, handed through from the program that did the work.
    Code(u8),
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Done => Self::SUCCESS,
            Exit::Failed => Self::FAILURE,
            Exit::Usage => Self::from(2),
            Exit::Invalid => Self::from(4),
            Exit::Code(code) => Self::from(code),
        }
    }
}

impl Exit {
    /// The code of a program that has ended; `None` stands for one that a signal ended.
    #[must_use]
    pub fn from_program(code: Option<i32>) -> Self {
        match code {
            Some(0) => Self::Done,
            Some(code) => u8::try_from(code).map_or(Self::Failed, Self::Code),
            None => Self::Failed,
        }
    }

    /// The code of an error: its own when it is a [`Refusal`], whatever has been said around it; otherwise 1.
    #[must_use]
    pub fn of(error: &anyhow::Error) -> Self {
        error.downcast_ref::<Refusal>().map_or(Self::Failed, |refusal| refusal.exit)
    }
}

/// Nothing was done, because of what was asked: an error with an exit code of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    exit: Exit,
    message: String,
}

impl Refusal {
    /// The command cannot be understood.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, message: message.into() }
    }

    /// The command is understood, and what it asks for is not allowed.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self { exit: Exit::Invalid, message: message.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;

    use super::{Exit, Refusal};

    #[test]
    fn a_programs_code_is_handed_through() {
        assert_eq!(Exit::from_program(Some(0)), Exit::Done);
        assert_eq!(Exit::from_program(Some(7)), Exit::Code(7));
        assert_eq!(Exit::from_program(Some(256)), Exit::Failed);
        assert_eq!(Exit::from_program(None), Exit::Failed);
    }

    #[test]
    fn a_refusal_keeps_its_code_through_what_is_said_around_it() {
        let refused = Err::<(), _>(Refusal::usage("no")).context("while asking").unwrap_err();
        assert_eq!(Exit::of(&refused), Exit::Usage);
        assert_eq!(Exit::of(&Refusal::invalid("no").into()), Exit::Invalid);
        assert_eq!(Exit::of(&anyhow::anyhow!("broken")), Exit::Failed);
    }
}
