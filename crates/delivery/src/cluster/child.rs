//! Programs that run beside us and end with us, even when we are killed.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;

use crate::workspace::find_program;

/// A program that runs until this value is dropped.
pub(super) struct Program {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Program {
    /// Starts `program` with its output in `<dir>/<name>.log`.
    ///
    /// On Linux `setpriv` has the kernel kill the program when the thread that started it ends, whatever ends it. Call
    /// this from the main thread only.
    pub(super) fn start(name: &str, program: &Path, arguments: &[String], dir: &Path) -> anyhow::Result<Self> {
        let log = dir.join(format!("{name}.log"));
        let output = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let mut command = match find_program("setpriv") {
            Some(setpriv) => {
                let mut command = Command::new(setpriv);
                command.args(["--pdeathsig", "KILL", "--"]).arg(program);
                command
            }
            None => Command::new(program),
        };
        let child = command
            .args(arguments)
            .current_dir(dir)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        Ok(Self { name: name.to_owned(), child, log })
    }

    /// What to say when the program has ended although it should run.
    pub(super) fn ended(&mut self) -> anyhow::Result<Option<String>> {
        let Some(status) = self.child.try_wait()? else { return Ok(None) };
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let last = lines[lines.len().saturating_sub(10)..].join("\n");
        Ok(Some(format!("{} ended with {status}; its last words:\n{last}", self.name)))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Errors mean that it has ended already. Nothing of a disposable cluster is worth a graceful end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
