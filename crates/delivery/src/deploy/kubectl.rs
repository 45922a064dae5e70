//! The real `kubectl`, with an explicit context, our own bounded retries, and every call traced.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::console::Console;
use crate::deploy::fault::Fault;
use crate::interrupt::Interrupt;
use crate::process::{self, ProcessError};

/// The field manager under which everything is applied.
pub const FIELD_MANAGER: &str = "globeco-deploy";

/// Pauses before the second, third and fourth attempt. kubectl itself only repeats what the server asks it to.
const PAUSES: [Duration; 3] = [Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2)];

/// kubectl as a deploy uses it.
#[derive(Clone, Debug)]
pub struct Kubectl {
    base: Vec<String>,
    patience: Duration,
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
    pub fn offline(program: &Path, kubeconfig: Option<&Path>, console: &Console, interrupt: &Interrupt) -> Self {
        Self {
            base: vec![program.display().to_string()],
            patience: Duration::from_secs(10),
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
        base.push(format!("--request-timeout={}ms", request_timeout.as_millis()));
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

    /// Runs a call that may be repeated, up to four times while the server is out of reach.
    ///
    /// # Errors
    /// [`CallError`] with the last attempt's answer.
    pub fn call(&self, argv: &[String], stdin: Option<&str>) -> Result<String, CallError> {
        let mut attempts = 1;
        loop {
            match self.once(argv, stdin) {
                Err(error) if error.fault == Fault::Unreachable && attempts <= PAUSES.len() => {
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
        let command = process::shell_words(argv);
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
        match process::run_with(argv, &variables, stdin, self.patience, &self.interrupt) {
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

    /// The same calls, deaf to the first ctrl-c: for giving the lock back after an interruption.
    #[must_use]
    pub fn tidying_up(&self) -> Self {
        Self { interrupt: self.interrupt.after_the_first(), ..self.clone() }
    }

    /// The same calls, given up after `patience`.
    #[must_use]
    pub fn bounded(&self, patience: Duration) -> Self {
        Self { patience: patience.min(self.patience), ..self.clone() }
    }

    /// Waits, at most until we are asked to stop.
    pub fn pause(&self, pause: Duration) {
        let until = std::time::Instant::now() + pause;
        while !self.interrupt.raised() {
            let left = until.saturating_duration_since(std::time::Instant::now());
            if left.is_zero() {
                break;
            }
            std::thread::sleep(left.min(Duration::from_millis(50)));
        }
    }
}

/// A base and arguments as one list.
#[must_use]
pub fn argv(base: &[String], arguments: &[&str]) -> Vec<String> {
    base.iter().cloned().chain(arguments.iter().map(|argument| (*argument).to_owned())).collect()
}
