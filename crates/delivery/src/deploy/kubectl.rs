//! The real `kubectl`, with an explicit context, our own bounded retries, and every call traced.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::console::Console;
use crate::deploy::deadline::Deadline;
use crate::deploy::fault::Fault;
use crate::interrupt::Interrupt;
use crate::process::{self, ProcessError};

/// The field manager under which everything is applied.
pub const FIELD_MANAGER: &str = "globeco-deploy";

/// Pauses before the second, third and fourth attempt. kubectl itself only repeats what the server asks it to.
const PAUSES: [Duration; 3] = [Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2)];

/// The option that tells kubectl how long one request may take.
const REQUEST_TIMEOUT: &str = "--request-timeout=";

/// kubectl as a deploy uses it.
#[derive(Clone, Debug)]
pub struct Kubectl {
    base: Vec<String>,
    patience: Duration,
    deadline: Deadline,
    console: Console,
    interrupt: Interrupt,
    kubeconfig: Option<PathBuf>,
}

/// A call that failed, after all attempts.
#[derive(Clone, Debug, thiserror::Error)]
#[error("`{command}` failed after {attempts} attempt(s): {said}")]
pub struct CallError {
    /// Why.
    pub fault: Fault,
    /// What was run.
    pub command: String,
    /// How often.
    pub attempts: usize,
    /// What it wrote to standard error.
    pub said: String,
    /// Its exit code, when it had one.
    pub code: Option<i32>,
    /// What it wrote to standard output.
    pub output: String,
}

impl Kubectl {
    /// Calls without a context: for what needs no cluster. Without a `kubeconfig`, kubectl finds its own.
    #[must_use]
    pub fn offline(
        program: &Path,
        kubeconfig: Option<&Path>,
        deadline: Deadline,
        console: &Console,
        interrupt: &Interrupt,
    ) -> Self {
        Self {
            base: vec![program.display().to_string()],
            patience: Duration::from_secs(10),
            deadline,
            console: console.clone(),
            interrupt: interrupt.clone(),
            kubeconfig: kubeconfig.map(Path::to_path_buf),
        }
    }

    /// Calls to the cluster of `context`.
    #[must_use]
    pub fn with_context(&self, context: &str, cache_dir: &Path, request_timeout: Duration) -> Self {
        let mut base = self.base.clone();
        base.push(format!("--context={context}"));
        base.push(format!("--cache-dir={}", cache_dir.display()));
        base.push(format!("{REQUEST_TIMEOUT}{}ms", request_timeout.as_millis()));
        // Several requests make up one call.
        Self { base, patience: request_timeout * 4 + Duration::from_secs(5), ..self.clone() }
    }

    /// The program and the arguments that every call starts with.
    #[must_use]
    pub fn base(&self) -> &[String] {
        &self.base
    }

    /// The argument list of a call.
    #[must_use]
    pub fn argv(&self, arguments: &[&str]) -> Vec<String> {
        argv(&self.base, arguments)
    }

    /// The end of all calls.
    #[must_use]
    pub fn deadline(&self) -> Deadline {
        self.deadline
    }

    /// The same calls with another end.
    #[must_use]
    pub fn until(&self, deadline: Deadline) -> Self {
        Self { deadline, ..self.clone() }
    }

    /// Runs a call that may be repeated, up to four times while the server is out of reach and time is left.
    ///
    /// # Errors
    /// [`CallError`] with the last attempt's answer.
    pub fn call(&self, argv: &[String], stdin: Option<&str>) -> Result<String, CallError> {
        let mut attempts = 1;
        loop {
            match self.once(argv, stdin) {
                Err(error)
                    if error.fault == Fault::Unreachable && attempts <= PAUSES.len() && !self.deadline.passed() =>
                {
                    let pause = PAUSES[attempts - 1];
                    let first = error.said.lines().next().unwrap_or_default();
                    self.console.step(&format!("no answer ({first}); attempt {} in {pause:?}", attempts + 1));
                    self.pause(pause);
                    attempts += 1;
                }
                Err(error) => return Err(CallError { attempts, ..error }),
                Ok(output) => return Ok(output),
            }
        }
    }

    /// Runs a call once.
    ///
    /// # Errors
    /// [`CallError`]
    pub fn once(&self, argv: &[String], stdin: Option<&str>) -> Result<String, CallError> {
        let left = self.deadline.left();
        let argv = in_time(argv, left);
        let command = process::shell_words(&argv);
        self.console.detail(&format!("$ {command}"));
        let mut variables = vec![("KUBECTL_EXTERNAL_DIFF", OsStr::new("diff -u -N"))];
        variables.extend(self.kubeconfig.as_ref().map(|file| ("KUBECONFIG", file.as_os_str())));
        let failed = |fault, said: String, code, output| CallError {
            fault,
            command: command.clone(),
            attempts: 1,
            said,
            code,
            output,
        };
        if left.is_zero() {
            return Err(failed(Fault::Unreachable, self.deadline.to_string(), None, String::new()));
        }
        match process::run_with(&argv, &variables, stdin, self.patience.min(left), &self.interrupt) {
            Ok(done) => {
                self.console.detail(done.stdout.trim_end());
                self.console.detail(done.stderr.trim_end());
                self.console.detail(&format!("exit {:?} after {:.1?}", done.code, done.elapsed));
                if done.succeeded() {
                    return Ok(done.stdout);
                }
                let said = done.stderr.trim().to_owned();
                Err(failed(Fault::read(&said), said, done.code, done.stdout))
            }
            Err(ProcessError::Interrupted) => {
                Err(failed(Fault::Interrupted, "interrupted".to_owned(), None, String::new()))
            }
            Err(error) => Err(failed(Fault::Other, error.to_string(), None, String::new())),
        }
    }

    /// Whether we were asked to stop.
    #[must_use]
    pub fn interrupted(&self) -> bool {
        self.interrupt.raised()
    }

    /// The same calls, deaf to the first ctrl-c and with an end of their own: for giving the lock back.
    #[must_use]
    pub fn tidying_up(&self, deadline: Deadline) -> Self {
        Self { interrupt: self.interrupt.after_the_first(), deadline, ..self.clone() }
    }

    /// The same calls, given up after `patience`.
    #[must_use]
    pub fn bounded(&self, patience: Duration) -> Self {
        Self { patience: patience.min(self.patience), ..self.clone() }
    }

    /// Waits, at most until we are asked to stop or the time is over.
    pub fn pause(&self, pause: Duration) {
        let until = std::time::Instant::now() + self.deadline.bound(pause);
        while !self.interrupt.raised() {
            let left = until.saturating_duration_since(std::time::Instant::now());
            if left.is_zero() {
                break;
            }
            std::thread::sleep(left.min(Duration::from_millis(50)));
        }
    }
}

/// The arguments with a request timeout that is not longer than what is left; 0 would mean none.
fn in_time(argv: &[String], left: Duration) -> Vec<String> {
    let bounded = |word: &String| {
        let millis = word.strip_prefix(REQUEST_TIMEOUT)?.strip_suffix("ms")?.parse::<u128>().ok()?;
        Some(format!("{REQUEST_TIMEOUT}{}ms", millis.min(left.as_millis()).max(1)))
    };
    argv.iter().map(|word| bounded(word).unwrap_or_else(|| word.clone())).collect()
}

/// A base and arguments as one list.
#[must_use]
pub fn argv(base: &[String], arguments: &[&str]) -> Vec<String> {
    base.iter().cloned().chain(arguments.iter().map(|argument| (*argument).to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use super::{Kubectl, argv, in_time};
    use crate::console::{Color, Console};
    use crate::deploy::deadline::Deadline;
    use crate::deploy::fault::Fault;
    use crate::interrupt::Interrupt;

    #[test]
    fn a_request_gets_no_more_than_what_is_left() {
        let call = argv(&["kubectl".to_owned(), "--request-timeout=30000ms".to_owned()], &["get", "pods"]);
        assert_eq!(in_time(&call, Duration::from_mins(1)), call);
        assert_eq!(in_time(&call, Duration::from_secs(8))[1], "--request-timeout=8000ms");
        assert_eq!(in_time(&call, Duration::from_micros(1))[1], "--request-timeout=1ms");
    }

    #[test]
    fn once_the_time_is_over_nothing_is_run_and_nothing_repeated() {
        let (console, interrupt) = (Console::new(Color::Never, false, true), Interrupt::default());
        let over = Deadline::after("--timeout", Duration::ZERO);
        let kubectl = Kubectl::offline(Path::new("/no/such/program"), None, over, &console, &interrupt);
        let error = kubectl.call(&kubectl.argv(&["version"]), None).unwrap_err();
        assert_eq!(
            (error.fault, error.attempts, error.said.as_str()),
            (Fault::Unreachable, 1, "--timeout of 0ns has passed")
        );
        let later = kubectl.until(Deadline::after("--timeout", Duration::from_mins(1)));
        assert_eq!(later.call(&later.argv(&["version"]), None).unwrap_err().fault, Fault::Other);
    }
}
