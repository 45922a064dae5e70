//! How a command ended, as the exit code that scripts and workflows see.

use std::process::ExitCode;

/// The exit codes of `cargo xtask`, shared by every command. `2` (usage) is given by the argument parser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// `0`: done, also when there was nothing to do.
    Done,
    /// `1`: something failed.
    Failed,
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
}

#[cfg(test)]
mod tests {
    use super::Exit;

    #[test]
    fn a_programs_code_is_handed_through() {
        assert_eq!(Exit::from_program(Some(0)), Exit::Done);
        assert_eq!(Exit::from_program(Some(7)), Exit::Code(7));
        assert_eq!(Exit::from_program(Some(256)), Exit::Failed);
        assert_eq!(Exit::from_program(None), Exit::Failed);
    }
}
