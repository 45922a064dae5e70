//! The only place that starts programs: shows what is run, streams what it prints, times it, explains its failure.

mod refuse;

use std::collections::VecDeque;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::console::Tone;
use crate::environment;
use crate::plan::{Invocation, Plan, Step};
pub use crate::server::{Server, await_ready};
use crate::tools;
use crate::workspace::Workspace;

use refuse::Question;

/// Executes plans and invocations in a workspace.
#[derive(Debug)]
pub struct Runner<'a> {
    workspace: &'a Workspace,
    masks: Vec<String>,
    log: Option<PathBuf>,
    quiet: bool,
}

/// Why a step did not end well: what was run, how it ended, what to do.
#[derive(Debug)]
pub struct StepFailure {
    what: String,
    ended: Ended,
    took: Duration,
    remedy: String,
}

/// How a program that failed ended.
#[derive(Debug)]
enum Ended {
    NotStarted(io::Error),
    Code(Option<i32>),
}

impl StepFailure {
    /// The exit code of the program, when it had one.
    #[must_use]
    pub fn code(&self) -> Option<i32> {
        match self.ended {
            Ended::NotStarted(_) => None,
            Ended::Code(code) => code,
        }
    }
}

impl fmt::Display for StepFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let took = self.took.as_secs_f64();
        match &self.ended {
            Ended::NotStarted(error) => write!(f, "`{}` could not be started: {error}", self.what)?,
            Ended::Code(Some(code)) => write!(f, "`{}` ended with code {code} after {took:.1} s", self.what)?,
            Ended::Code(None) => write!(f, "`{}` was ended by a signal after {took:.1} s", self.what)?,
        }
        if self.remedy.is_empty() { Ok(()) } else { write!(f, "\n  what to do: {}", self.remedy) }
    }
}

impl std::error::Error for StepFailure {}

impl<'a> Runner<'a> {
    /// A runner whose output goes to the console.
    #[must_use]
    pub fn new(workspace: &'a Workspace) -> Self {
        Self { workspace, masks: environment::secrets(), log: None, quiet: false }
    }

    /// A runner that shows nothing of its own, for commands that only hand over.
    #[must_use]
    pub fn quiet(workspace: &'a Workspace) -> Self {
        Self { quiet: true, ..Self::new(workspace) }
    }

    /// A runner that also writes everything to a file, which is created or emptied.
    ///
    /// # Errors
    /// When the file or its folder cannot be made.
    pub fn logging(workspace: &'a Workspace, log: &Path) -> Result<Self> {
        create_parent(log)?;
        File::create(log).with_context(|| format!("cannot create the log {}", log.display()))?;
        Ok(Self { log: Some(log.to_path_buf()), ..Self::new(workspace) })
    }

    /// Executes the steps of a plan in order; servers run until the plan ends.
    ///
    /// # Errors
    /// The first step that fails; [`StepFailure`] where a program ended badly.
    pub fn execute(&self, plan: &Plan) -> Result<()> {
        let mut servers = Vec::new();
        for step in &plan.placed(self.workspace).steps {
            match step {
                Step::Run(invocation) => self.run(invocation)?,
                Step::Serve { server, ready, within } => {
                    let mut started = self.serve(server)?;
                    await_ready(&mut started, server, ready, *within)?;
                    servers.push(started);
                }
                other => self.small(other)?,
            }
        }
        // The last started goes first: a service before what it depends on.
        while let Some(server) = servers.pop() {
            drop(server);
        }
        Ok(())
    }

    /// The steps that take no time.
    fn small(&self, step: &Step) -> Result<()> {
        self.trace(&step.to_string());
        let below = |path: &Path| self.workspace.path(path);
        match step {
            Step::Run(_) | Step::Serve { .. } => {}
            Step::Write { path, contents } => {
                let path = below(path);
                create_parent(&path)?;
                fs::write(&path, contents).with_context(|| format!("cannot write {}", path.display()))?;
            }
            Step::Remove { path } => match fs::remove_dir_all(below(path)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(error).with_context(|| format!("cannot remove {}", path.display()));
                }
                _ => {}
            },
            Step::Contains { path, texts } => {
                let content =
                    fs::read_to_string(below(path)).with_context(|| format!("cannot read {}", path.display()))?;
                if let Some(text) = texts.iter().find(|text| !content.contains(text.as_str())) {
                    bail!("{} does not say `{text}`", path.display());
                }
            }
            Step::Refuse { ask, absent, same, because } => {
                let question = Question { ask, absent, same, because };
                question.answer(self.command(ask))?;
            }
        }
        Ok(())
    }

    /// Runs one program to its end, streaming what it prints.
    ///
    /// # Errors
    /// [`StepFailure`] when it cannot be started or does not end with code 0; otherwise when the log cannot be written.
    pub fn run(&self, invocation: &Invocation) -> Result<()> {
        let invocation = &invocation.placed(self.workspace);
        self.trace(&invocation.to_string());
        let started = Instant::now();
        let fail = |ended| StepFailure {
            what: invocation.to_string(),
            ended,
            took: started.elapsed(),
            remedy: invocation.remedy.clone(),
        };
        let mut command = self.command(invocation);
        let status = if self.log.is_some() {
            let stdout = match &invocation.stdout {
                Some(path) => Stdio::from(self.create(path)?),
                None => Stdio::piped(),
            };
            let child = command.stdin(Stdio::null()).stdout(stdout).stderr(Stdio::piped()).spawn();
            let mut child = child.map_err(|error| fail(Ended::NotStarted(error)))?;
            self.stream(&mut child)?;
            child.wait()?
        } else if let Some(path) = &invocation.stdout {
            let file = self.create(path)?;
            command.stdout(file).status().map_err(|error| fail(Ended::NotStarted(error)))?
        } else {
            command.status().map_err(|error| fail(Ended::NotStarted(error)))?
        };
        if !status.success() {
            return Err(fail(Ended::Code(status.code())).into());
        }
        let done = format!("  done in {:.1} s", started.elapsed().as_secs_f64());
        if !self.quiet {
            self.workspace.console.say(Tone::Faint, &done);
        }
        Ok(())
    }

    /// Starts a server. What it prints goes to `target/ci/logs`, or to the console where no log is kept.
    ///
    /// # Errors
    /// [`StepFailure`] when it cannot be started.
    pub fn serve(&self, invocation: &Invocation) -> Result<Server> {
        let invocation = &invocation.placed(self.workspace);
        self.trace(&format!("{invocation} &"));
        let mut command = self.command(invocation);
        command.stdin(Stdio::null());
        if let Some(log) = &self.log {
            let name = Path::new(&invocation.program).file_name().unwrap_or_default().to_string_lossy().into_owned();
            let file = File::create(log.with_extension(format!("{name}.log")))?;
            command.stdout(file.try_clone()?).stderr(file);
        }
        Self::spawn(command, invocation)
    }

    /// Starts a server whose standard output and input the caller holds.
    ///
    /// # Errors
    /// [`StepFailure`] when it cannot be started.
    pub fn serve_piped(&self, invocation: &Invocation) -> Result<Server> {
        let invocation = &invocation.placed(self.workspace);
        self.trace(&format!("{invocation} &"));
        let mut command = self.command(invocation);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        Self::spawn(command, invocation)
    }

    fn spawn(mut command: Command, invocation: &Invocation) -> Result<Server> {
        let child = command.spawn().map_err(|error| StepFailure {
            what: invocation.to_string(),
            ended: Ended::NotStarted(error),
            took: Duration::ZERO,
            remedy: invocation.remedy.clone(),
        })?;
        Ok(Server::new(child))
    }

    /// Shows a line before it is done, in the log too.
    fn trace(&self, line: &str) {
        if self.quiet {
            return;
        }
        self.workspace.console.say(Tone::Strong, &format!("$ {line}"));
        if let Err(error) = self.append(&format!("$ {line}")) {
            self.workspace.console.say(Tone::Warn, &format!("the log cannot be written: {error}"));
        }
    }

    /// An empty file below the root, with its folders.
    fn create(&self, path: &Path) -> Result<File> {
        let path = self.workspace.path(path);
        create_parent(&path)?;
        File::create(&path).with_context(|| format!("cannot create {}", path.display()))
    }

    fn append(&self, line: &str) -> io::Result<()> {
        let Some(log) = &self.log else { return Ok(()) };
        writeln!(File::options().append(true).open(log)?, "{line}")
    }

    fn command(&self, invocation: &Invocation) -> Command {
        let root = &self.workspace.root;
        let below = self.workspace.path(&invocation.program);
        let mut command = if invocation.program.contains('/') && below.exists() {
            Command::new(below)
        } else {
            Command::new(&invocation.program)
        };
        let folder = invocation.within.as_ref().map_or_else(|| root.clone(), |folder| self.workspace.path(folder));
        command.current_dir(folder).args(&invocation.args).env("PATH", tools::search_path(self.workspace));
        for name in environment::about_this_package() {
            command.env_remove(name);
        }
        if self.workspace.console.is_coloured() {
            command.env("CARGO_TERM_COLOR", "always");
        }
        command.envs(invocation.env.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Copies both outputs of a child, line by line, to the console and the log, with secrets masked.
    fn stream(&self, child: &mut Child) -> Result<()> {
        let Some(log) = &self.log else { return Ok(()) };
        let log = Mutex::new(File::options().append(true).open(log)?);
        let copy = |source: Option<Box<dyn Read + Send>>| -> io::Result<()> {
            let Some(source) = source else { return Ok(()) };
            let mut lines = BufReader::new(source);
            let mut line = Vec::new();
            while lines.read_until(b'\n', &mut line)? > 0 {
                let text = self.mask(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']));
                self.workspace.console.say(Tone::Plain, &text);
                if let Ok(mut log) = log.lock() {
                    writeln!(log, "{text}")?;
                }
                line.clear();
            }
            Ok(())
        };
        let stdout = child.stdout.take().map(|pipe| Box::new(pipe) as Box<dyn Read + Send>);
        let stderr = child.stderr.take().map(|pipe| Box::new(pipe) as Box<dyn Read + Send>);
        thread::scope(|scope| {
            let other = scope.spawn(|| copy(stderr));
            let first = copy(stdout);
            first.and(other.join().unwrap_or_else(|_| Err(io::Error::other("the reader of standard error died"))))
        })?;
        Ok(())
    }

    fn mask(&self, text: &str) -> String {
        self.masks.iter().fold(text.to_owned(), |text, secret| text.replace(secret, "***"))
    }
}

/// The last lines of a log, for a failure's report.
///
/// # Errors
/// When the log cannot be read.
pub fn tail(log: &Path, lines: usize) -> io::Result<String> {
    let mut last = VecDeque::with_capacity(lines + 1);
    for line in BufReader::new(File::open(log)?).lines() {
        last.push_back(line?);
        if last.len() > lines {
            last.pop_front();
        }
    }
    Ok(Vec::from(last).join("\n"))
}

fn create_parent(path: &Path) -> Result<()> {
    let folder = path.parent().context("a path without a folder")?;
    fs::create_dir_all(folder).with_context(|| format!("cannot create the folder {}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::{Runner, StepFailure, tail};
    use crate::console::{Colour, Console};
    use crate::plan::{Invocation, Plan, Step};
    use crate::workspace::Workspace;

    fn workspace(root: &std::path::Path) -> Workspace {
        Workspace::at(root, Console::new(Colour::Never))
    }

    #[test]
    fn a_failure_says_what_ran_how_it_ended_and_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let invocation = Invocation::new("git no-such-command").remedy("spell it");
        let error = Runner::new(&workspace(folder.path())).run(&invocation).unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with("`git no-such-command` ended with code 1 after"), "{text}");
        assert!(text.ends_with("what to do: spell it"), "{text}");
        assert_eq!(error.downcast_ref::<StepFailure>().unwrap().code(), Some(1));
    }

    #[test]
    fn a_program_that_does_not_exist_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = Runner::new(&workspace(folder.path())).run(&Invocation::new("no-such-program")).unwrap_err();
        assert!(error.to_string().starts_with("`no-such-program` could not be started"), "{error}");
    }

    #[test]
    fn the_log_keeps_what_was_run_and_what_it_printed() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("logs/one.log");
        let workspace = workspace(folder.path());
        Runner::logging(&workspace, &log).unwrap().run(&Invocation::new("git --version")).unwrap();
        let text = tail(&log, 9).unwrap();
        assert!(text.starts_with("$ git --version\ngit version "), "{text}");
    }

    #[test]
    fn a_plan_stops_at_its_first_failure() {
        let folder = tempfile::tempdir().unwrap();
        let plan = Plan::new("stops")
            .then(Step::Write { path: "a/one".into(), contents: "1".into() })
            .then(Invocation::new("git no-such-command"))
            .then(Step::Write { path: "two".into(), contents: "2".into() });
        Runner::new(&workspace(folder.path())).execute(&plan).unwrap_err();
        assert!(folder.path().join("a/one").exists());
        assert!(!folder.path().join("two").exists());
    }
}
