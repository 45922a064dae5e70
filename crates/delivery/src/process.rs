//! The one place that starts programs: captured, timed, with a deadline, killed when the caller is interrupted.

use std::ffi::OsStr;
use std::io::{self, Read, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::interrupt::Interrupt;

/// How often a running program is looked at.
const LOOK: Duration = Duration::from_millis(4);

/// What a program left behind.
#[derive(Clone, Debug)]
pub struct Finished {
    /// Its exit code; `None` when a signal or the deadline ended it.
    pub code: Option<i32>,
    /// What it wrote to standard output.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
    /// How long it ran.
    pub elapsed: Duration,
    /// Whether it was ended because the deadline had passed.
    pub timed_out: bool,
}

impl Finished {
    /// Whether it ended with exit code 0.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.code == Some(0)
    }
}

/// A program that could not be run at all.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// It does not exist or may not be executed.
    #[error("cannot start `{program}`: {source}")]
    Start {
        /// The program's name or path.
        program: String,
        /// Why not.
        source: io::Error,
    },
    /// Its output or its end could not be read.
    #[error("lost track of `{program}`: {source}")]
    Lost {
        /// The program's name or path.
        program: String,
        /// Why.
        source: io::Error,
    },
    /// Ctrl-c or SIGTERM arrived; the program was ended.
    #[error("interrupted")]
    Interrupted,
}

/// Runs `argv`, feeds it `stdin`, and waits for its end, at most for `deadline`.
///
/// # Errors
/// [`ProcessError`]; a program that runs and fails is not an error here.
pub fn run(
    argv: &[String],
    stdin: Option<&str>,
    deadline: Duration,
    interrupt: &Interrupt,
) -> Result<Finished, ProcessError> {
    run_with(argv, &[], stdin, deadline, interrupt)
}

/// Like [`run`], with these variables added to the program's environment.
///
/// # Errors
/// [`ProcessError`]; a program that runs and fails is not an error here.
pub fn run_with(
    argv: &[String],
    variables: &[(&str, &OsStr)],
    stdin: Option<&str>,
    deadline: Duration,
    interrupt: &Interrupt,
) -> Result<Finished, ProcessError> {
    let program = argv.first().map_or("", String::as_str);
    let started = Instant::now();
    let mut child = Command::new(program)
        .args(argv.iter().skip(1))
        .envs(variables.iter().copied())
        .stdin(if stdin.is_some() { Stdio::piped() } else { Stdio::null() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // Of its own, so that a ctrl-c at the terminal reaches us alone: we end what we started, in our order.
        .process_group(0)
        .spawn()
        .map_err(|source| ProcessError::Start { program: program.to_owned(), source })?;
    let lost = |source| ProcessError::Lost { program: program.to_owned(), source };

    let input = child.stdin.take().zip(stdin.map(str::to_owned)).map(|(mut pipe, text)| {
        thread::spawn(move || match pipe.write_all(text.as_bytes()) {
            // A program that ends without reading its input says itself what is wrong.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        })
    });
    let stdout = child.stdout.take().map(collect);
    let stderr = child.stderr.take().map(collect);

    let mut timed_out = false;
    let status: ExitStatus = loop {
        if let Some(status) = child.try_wait().map_err(lost)? {
            break status;
        }
        if interrupt.raised() || started.elapsed() > deadline {
            timed_out = !interrupt.raised();
            child.kill().map_err(lost)?;
            break child.wait().map_err(lost)?;
        }
        thread::sleep(LOOK);
    };
    if interrupt.raised() {
        return Err(ProcessError::Interrupted);
    }
    if timed_out {
        // A grandchild may still hold the pipes: do not wait for it.
        return Ok(Finished {
            code: None,
            stdout: String::new(),
            stderr: format!("no answer within {deadline:.0?}"),
            elapsed: started.elapsed(),
            timed_out,
        });
    }
    if let Some(input) = input {
        join(input).map_err(lost)?;
    }
    Ok(Finished {
        code: status.code(),
        stdout: stdout.map_or_else(|| Ok(String::new()), join).map_err(lost)?,
        stderr: stderr.map_or_else(|| Ok(String::new()), join).map_err(lost)?,
        elapsed: started.elapsed(),
        timed_out,
    })
}

fn collect(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<io::Result<String>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    })
}

fn join<T>(handle: thread::JoinHandle<io::Result<T>>) -> io::Result<T> {
    handle.join().unwrap_or_else(|_| Err(io::Error::other("the thread that served the pipe panicked")))
}

/// An argument list as a person would type it.
#[must_use]
pub fn shell_words(argv: &[String]) -> String {
    let plain =
        |word: &String| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_./:=@,%+".contains(c));
    argv.iter()
        .map(|word| if plain(word) { word.clone() } else { format!("'{}'", word.replace('\'', r"'\''")) })
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{ProcessError, run, shell_words};
    use crate::interrupt::Interrupt;

    fn argv(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn input_output_and_code_are_passed_through() {
        let done = run(
            &argv(&["sh", "-c", "cat; echo e >&2; exit 3"]),
            Some("in"),
            Duration::from_secs(9),
            &Interrupt::default(),
        )
        .unwrap();
        assert_eq!((done.code, done.stdout.as_str(), done.stderr.as_str()), (Some(3), "in", "e\n"));
    }

    #[test]
    fn a_program_that_does_not_end_is_ended_at_its_deadline() {
        let done = run(&argv(&["sleep", "60"]), None, Duration::from_millis(50), &Interrupt::default()).unwrap();
        assert!(done.timed_out && !done.succeeded());
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = run(&argv(&["no-such-program"]), None, Duration::from_secs(1), &Interrupt::default()).unwrap_err();
        assert!(matches!(error, ProcessError::Start { program, .. } if program == "no-such-program"));
    }

    #[test]
    fn words_are_quoted_where_a_shell_needs_it() {
        assert_eq!(shell_words(&argv(&["a", "b c", "it's", ""])), r"a 'b c' 'it'\''s' ''");
    }
}
