//! What an error of the driver means: whether the command was carried out, and which error of the port it is.

use mongodb::error::{Error, ErrorKind, InsertManyError, WriteFailure};
use ports::StoreError;
use std::fmt;

/// A command that did not end well.
#[derive(Debug)]
pub(crate) enum Fault {
    /// A unique index refused the write.
    Duplicate(DriverError),
    /// The command was certainly not carried out.
    Refused(StoreError),
    /// Nobody knows whether the command was carried out.
    Unknown(StoreError),
}

impl Fault {
    /// The error for a caller that does not read back.
    pub(crate) fn into_store_error(self) -> StoreError {
        match self {
            Self::Duplicate(error) => StoreError::Unavailable(Box::new(error)),
            Self::Refused(error) | Self::Unknown(error) => error,
        }
    }

    /// The port's error, unless an index refused the write.
    pub(crate) const fn store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Duplicate(_) => None,
            Self::Refused(error) | Self::Unknown(error) => Some(error),
        }
    }
}

/// What the driver said, without the server's raw answer and with the name of what was tried.
#[derive(Debug)]
pub(crate) struct DriverError {
    pub(crate) doing: &'static str,
    pub(crate) said: String,
}

impl fmt::Display for DriverError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.doing, self.said)
    }
}

impl std::error::Error for DriverError {}

/// The code of "this unique key is there already".
pub(crate) const DUPLICATE_KEY: i32 = 11000;

/// No room on the server's disk, or in what it grants.
const FULL: [i32; 2] = [14031, 12501];
/// The server, or the majority of its set, took too long: it may have done what was asked.
const LATE: [i32; 5] = [50, 64, 89, 202, 262];
/// The server stopped in the middle: it may have done what was asked. (91, 11600: shutting down; 189, 11602: no longer
/// the primary; 6, 7, 9001: network behind a router; 11601: interrupted.)
const INTERRUPTED: [i32; 8] = [6, 7, 91, 189, 9001, 11600, 11601, 11602];

/// What the error means for the command called `doing`.
pub(crate) fn classify(doing: &'static str, error: &Error) -> Fault {
    let said = DriverError { doing, said: words(error) };
    match error.kind.as_ref() {
        ErrorKind::Write(WriteFailure::WriteError(refusal)) => refused(refusal.code, said),
        ErrorKind::Write(WriteFailure::WriteConcernError(concern)) => unknown(concern.code, said),
        ErrorKind::InsertMany(many) => many_refused(many, said),
        ErrorKind::Command(command) if LATE.contains(&command.code) || INTERRUPTED.contains(&command.code) => {
            unknown(command.code, said)
        }
        ErrorKind::Command(command) => refused(command.code, said),
        // Nothing was sent: no server was there, or it did not let us in.
        ErrorKind::ServerSelection { .. }
        | ErrorKind::Authentication { .. }
        | ErrorKind::DnsResolve { .. }
        | ErrorKind::InvalidTlsConfig { .. }
        | ErrorKind::InvalidArgument { .. }
        | ErrorKind::IncompatibleServer { .. }
        | ErrorKind::SessionsNotSupported
        | ErrorKind::Shutdown => Fault::Refused(StoreError::Unavailable(Box::new(said))),
        ErrorKind::Io(io) if io.kind() == std::io::ErrorKind::TimedOut => {
            Fault::Unknown(StoreError::Timeout(Box::new(said)))
        }
        // Cut connections, and whatever a later driver may add: believe nothing and read back.
        _ => Fault::Unknown(StoreError::Unavailable(Box::new(said))),
    }
}

/// Whether the server answered, and refused.
pub(crate) fn is_refusal(error: &Error) -> bool {
    matches!(error.kind.as_ref(), ErrorKind::Command(_) | ErrorKind::Write(_) | ErrorKind::InsertMany(_))
}

/// Which error of the port the code of a server's refusal is.
fn refused(code: i32, said: DriverError) -> Fault {
    match code {
        DUPLICATE_KEY | 11001 | 12582 => Fault::Duplicate(said),
        code if FULL.contains(&code) => Fault::Refused(StoreError::Full(Box::new(said))),
        code if LATE.contains(&code) => Fault::Refused(StoreError::Timeout(Box::new(said))),
        _ => Fault::Refused(StoreError::Unavailable(Box::new(said))),
    }
}

/// The same for a command that may have been carried out.
fn unknown(code: i32, said: DriverError) -> Fault {
    if LATE.contains(&code) {
        Fault::Unknown(StoreError::Timeout(Box::new(said)))
    } else {
        Fault::Unknown(StoreError::Unavailable(Box::new(said)))
    }
}

/// A batch of inserts: a duplicate only if nothing else is wrong with it.
fn many_refused(many: &InsertManyError, said: DriverError) -> Fault {
    if let Some(concern) = &many.write_concern_error {
        return unknown(concern.code, said);
    }
    let codes = || many.write_errors.iter().flatten().map(|error| error.code);
    refused(codes().find(|code| *code != DUPLICATE_KEY).unwrap_or(DUPLICATE_KEY), said)
}

/// The driver's words, shortened: a batch's errors can be long.
fn words(error: &Error) -> String {
    const LIMIT: usize = 600;
    let mut said = error.kind.to_string();
    if said.len() > LIMIT {
        let end = (0..=LIMIT).rev().find(|at| said.is_char_boundary(*at)).unwrap_or_default();
        said.truncate(end);
        said.push('…');
    }
    said
}

#[cfg(test)]
mod tests;
