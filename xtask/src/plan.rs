//! What a command is going to do, as a value that can be shown, reviewed and then executed unchanged.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::environment;
use crate::workspace::Workspace;

/// Ordered steps with a title. `--dry-run` prints it; [`crate::runner::Runner::execute`] does exactly what it says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// What the plan achieves, in a few words.
    pub title: String,
    /// Done one after the other; the first failure ends the plan.
    pub steps: Vec<Step>,
}

impl Plan {
    /// A plan without steps.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), steps: Vec::new() }
    }

    /// The plan with one more step at its end.
    #[must_use]
    pub fn then(mut self, step: impl Into<Step>) -> Self {
        self.steps.push(step.into());
        self
    }

    /// The plan with everything that is written as `target/…` where this workspace is built: what is shown and done.
    #[must_use]
    pub fn placed(&self, workspace: &Workspace) -> Self {
        Self { title: self.title.clone(), steps: self.steps.iter().map(|step| step.placed(workspace)).collect() }
    }
}

/// One step of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Runs a program and waits for its end.
    Run(Invocation),
    /// Starts a server, waits until `ready` answers 200, and stops it when the plan ends, however it ends.
    Serve {
        /// The server.
        server: Invocation,
        /// A URL that answers 200 when it is ready.
        ready: String,
        /// How long that may take.
        within: Duration,
    },
    /// Writes a file below the root, with its folders.
    Write {
        /// Path below the root.
        path: PathBuf,
        /// The whole new content.
        contents: String,
    },
    /// Removes a folder below the root with everything in it, if it is there.
    Remove {
        /// Path below the root, within `target/`.
        path: PathBuf,
    },
    /// Reads a file that an earlier step wrote, and fails when one of the texts is not in it.
    Contains {
        /// Path below the root.
        path: PathBuf,
        /// Each must be somewhere in it.
        texts: Vec<String>,
    },
    /// Ends the plan when something exists that must not be touched.
    Refuse {
        /// Asks for it; what it prints is not shown.
        ask: Invocation,
        /// The words of a failure that mean "there is none"; after any other failure nothing is known, and the plan
        /// ends.
        absent: String,
        /// What an answer says when it is the very thing that is made here, which may be made again.
        same: String,
        /// What is wrong otherwise, and what to do.
        because: String,
    },
}

impl Step {
    fn placed(&self, workspace: &Workspace) -> Self {
        let placed = |path: &PathBuf| PathBuf::from(workspace.placed(&path.to_string_lossy()));
        let mut step = self.clone();
        match &mut step {
            Self::Run(invocation) | Self::Serve { server: invocation, .. } | Self::Refuse { ask: invocation, .. } => {
                *invocation = invocation.placed(workspace);
            }
            Self::Write { path, .. } | Self::Remove { path } | Self::Contains { path, .. } => *path = placed(path),
        }
        step
    }
}

impl From<Invocation> for Step {
    fn from(invocation: Invocation) -> Self {
        Self::Run(invocation)
    }
}

/// A program with its exact arguments and the variables set for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invocation {
    /// Name on the path, or a path below the root.
    pub program: String,
    /// The arguments, unquoted.
    pub args: Vec<String>,
    /// Variables set in addition to the inherited ones.
    pub env: Vec<(String, String)>,
    /// A file below the root that takes standard output.
    pub stdout: Option<PathBuf>,
    /// The folder below the root that it runs in, instead of the root itself.
    pub within: Option<PathBuf>,
    /// What to do when it fails, for the person who reads the failure.
    pub remedy: String,
}

impl Invocation {
    /// A program with its arguments separated by white space in one text.
    #[must_use]
    pub fn new(line: &str) -> Self {
        let mut words = line.split_whitespace().map(str::to_owned);
        Self { program: words.next().unwrap_or_default(), args: words.collect(), ..Self::default() }
    }

    /// The same program with everything that is written as `target/…` where this workspace is built.
    #[must_use]
    pub fn placed(&self, workspace: &Workspace) -> Self {
        let placed = |word: &String| workspace.placed(word);
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| workspace.placed(&path.to_string_lossy()).into());
        Self {
            program: placed(&self.program),
            args: self.args.iter().map(placed).collect(),
            env: self.env.iter().map(|(name, value)| (name.clone(), placed(value))).collect(),
            stdout: path(&self.stdout),
            within: path(&self.within),
            remedy: self.remedy.replace("target/tools", &workspace.placed("target/tools")),
        }
    }

    /// With one more argument, which may contain spaces.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// With more arguments.
    #[must_use]
    pub fn args<I: IntoIterator<Item = S>, S: Into<String>>(mut self, args: I) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// With a variable set.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.env.push((name.to_owned(), value.into()));
        self
    }

    /// With standard output in a file below the root.
    #[must_use]
    pub fn stdout(mut self, path: &str) -> Self {
        self.stdout = Some(path.into());
        self
    }

    /// Running in a folder below the root, for programs that leave files where they are.
    #[must_use]
    pub fn within(mut self, folder: &str) -> Self {
        self.within = Some(folder.into());
        self
    }

    /// With advice for the case that it fails.
    #[must_use]
    pub fn remedy(mut self, advice: impl Into<String>) -> Self {
        self.remedy = advice.into();
        self
    }
}

impl fmt::Display for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.env {
            let shown = if environment::is_secret_name(name) { "***".to_owned() } else { quote(&hide_userinfo(value)) };
            write!(f, "{name}={shown} ")?;
        }
        f.write_str(&quote(&self.program))?;
        let mut hide_next = false;
        for arg in &self.args {
            let shown = match arg.split_once('=') {
                _ if hide_next => "***".to_owned(),
                Some((name, _)) if environment::is_secret_name(name) => format!("{name}=***"),
                _ => quote(&hide_userinfo(arg)),
            };
            hide_next = arg.starts_with("--") && !arg.contains('=') && environment::is_secret_name(arg);
            write!(f, " {shown}")?;
        }
        if let Some(path) = &self.stdout {
            write!(f, " > {}", path.display())?;
        }
        self.within.as_ref().map_or(Ok(()), |folder| write!(f, "  (in {})", folder.display()))
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Run(invocation) => write!(f, "run    {invocation}"),
            Self::Serve { server, ready, within } => {
                write!(f, "serve  {server}  (ready when {ready} answers 200, within {} s)", within.as_secs())
            }
            Self::Write { path, contents } => {
                write!(f, "write  {} ({} lines)", path.display(), contents.lines().count())
            }
            Self::Remove { path } => write!(f, "remove {}", path.display()),
            Self::Contains { path, texts } => write!(f, "check  {} says: {}", path.display(), texts.join(" | ")),
            Self::Refuse { ask, absent, same, because } => {
                write!(f, "refuse unless `{ask}` says \"{absent}\" or \"{same}\"  ({because})")
            }
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.title)?;
        for (index, step) in self.steps.iter().enumerate() {
            writeln!(f, "{:>3}. {step}", index + 1)?;
        }
        Ok(())
    }
}

/// The argument as a shell would need it written.
fn quote(arg: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+*".contains(c);
    if !arg.is_empty() && arg.chars().all(plain) { arg.to_owned() } else { format!("'{}'", arg.replace('\'', r"'\''")) }
}

/// `scheme://user:password@host` without the password.
#[must_use]
pub fn hide_userinfo(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let end = rest.find(['/', '?', ' ']).unwrap_or(rest.len());
    match rest[..end].rsplit_once('@') {
        Some((user, host)) if user.contains(':') => {
            let name = user.split(':').next().unwrap_or_default();
            format!("{scheme}://{name}:***@{host}{}", &rest[end..])
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Invocation, Plan, Step};

    #[test]
    fn secrets_are_masked_wherever_they_stand() {
        let invocation = Invocation::new("docker login --password hunter22 --token=abc")
            .env("DOCKERHUB_TOKEN", "abcdefgh")
            .env("MONGODB_URL", "mongodb://app:s3cret@db:27017/orders");
        assert_eq!(
            invocation.to_string(),
            "DOCKERHUB_TOKEN=*** MONGODB_URL=mongodb://app:***@db:27017/orders docker login --password *** --token=***"
        );
    }

    #[test]
    fn a_plan_shows_every_step_with_exact_arguments() {
        let plan = Plan::new("release v1.2.3")
            .then(Invocation::new("git tag --annotate v1.2.3 --message").arg("it's v1.2.3"))
            .then(Step::Write { path: "CHANGELOG.md".into(), contents: "one\ntwo\n".into() });
        let shown = "release v1.2.3\n  1. run    git tag --annotate v1.2.3 --message 'it'\\''s v1.2.3'\n  2. write  CHANGELOG.md (2 lines)\n";
        assert_eq!(plan.to_string(), shown);
    }
}
