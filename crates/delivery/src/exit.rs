//! How a command ended, as the exit code that scripts and workflows see.

use std::process::ExitCode;

/// The documented, distinct exit codes (docs/deployment.md). `2`, usage, is also given by the argument parser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exit {
    /// `0`: done, also when there was nothing to do.
    Done,
    /// `1`: failed; what is left behind is said.
    Failed,
    /// `2`: the arguments contradict each other.
    Usage,
    /// `3`: nothing to do, with `--detailed-exitcode`.
    NothingToDo,
    /// `4`: manifests, tag, context or kubectl are not acceptable; nothing was changed.
    Invalid,
    /// `5`: the server, or another deploy's lock, refused; nothing was changed.
    Refused,
    /// `6`: some objects were applied, some refused.
    PartlyApplied,
    /// `7`: the rollout failed and the earlier release is back.
    RolledBack,
    /// `8`: the rollout failed and so did the way back.
    RollbackFailed,
    /// `9`: the registry or the API server cannot be reached.
    Unreachable,
    /// Any other code, of a program run on behalf of the caller (`cluster run`).
    Program(u8),
}

impl Exit {
    /// The numeric exit code.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::NothingToDo => 3,
            Self::Invalid => 4,
            Self::Refused => 5,
            Self::PartlyApplied => 6,
            Self::RolledBack => 7,
            Self::RollbackFailed => 8,
            Self::Unreachable => 9,
            Self::Program(code) => code,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::Exit;

    #[test]
    fn the_documented_codes_are_distinct() {
        let all = [
            Exit::Done,
            Exit::Failed,
            Exit::Usage,
            Exit::NothingToDo,
            Exit::Invalid,
            Exit::Refused,
            Exit::PartlyApplied,
            Exit::RolledBack,
            Exit::RollbackFailed,
            Exit::Unreachable,
        ];
        let codes: Vec<u8> = all.iter().map(|exit| exit.code()).collect();
        assert_eq!(codes, (0..=9).collect::<Vec<u8>>());
    }
}
