//! Servers that a command starts for its own time: never outliving it, asked to stop before they are killed.

use std::io;
use std::process::{Child, ChildStdout, Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::plan::Invocation;

/// How long a server may take to stop after it was asked to.
const GRACE: Duration = Duration::from_secs(15);

/// A server that is stopped when it goes out of scope: asked first, killed when it does not listen.
#[derive(Debug)]
pub struct Server {
    child: Child,
}

impl Server {
    pub(crate) fn new(child: Child) -> Self {
        Self { child }
    }

    /// The process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How the server ended, if it has.
    ///
    /// # Errors
    /// When the system cannot say.
    pub fn ended(&mut self) -> io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }

    /// Takes the standard output of a server that was started with a pipe.
    pub fn stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// Waits for the server's own end, as when ctrl-c reaches it.
    ///
    /// # Errors
    /// When the system cannot wait for it.
    pub fn wait(&mut self) -> io::Result<ExitStatus> {
        self.child.wait()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        let asked = Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status();
        let deadline = Instant::now() + if asked.is_ok() { GRACE } else { Duration::ZERO };
        while Instant::now() < deadline && matches!(self.child.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(20));
        }
        // Both fail only when the process is already gone.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Polls a URL until it answers 200, the server ends, or the time is over.
///
/// # Errors
/// In the last two cases.
pub fn await_ready(server: &mut Server, what: &Invocation, ready: &str, within: Duration) -> Result<()> {
    let deadline = Instant::now() + within;
    loop {
        if let Some(status) = server.ended()? {
            bail!("`{what}` ended before it was ready: {status}");
        }
        match ureq::get(ready).call() {
            Ok(_) => return Ok(()),
            Err(error) if Instant::now() >= deadline => {
                bail!("`{what}` was not ready within {} s: GET {ready}: {error}", within.as_secs())
            }
            Err(_) => thread::sleep(Duration::from_millis(100)),
        }
    }
}
