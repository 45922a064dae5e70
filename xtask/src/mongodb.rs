//! `cargo xtask mongodb`: a MongoDB for tests and development, whatever this machine has.
//!
//! In order: `TEST_MONGODB_URL`, a `mongod` on the path, Docker with `mongo:8.0`, and otherwise an independent
//! implementation of the wire protocol from Maven Central (no transactions or sessions; `xtask/tools/mongodb`).

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::{Args as ClapArgs, Subcommand};

use crate::console::Tone;
use crate::environment;
use crate::exit::Exit;
use crate::plan::Invocation;
use crate::runner::{Runner, StepFailure};
use crate::server::Server;
use crate::tools;
use crate::workspace::Workspace;

/// The class path is too long for a command line that people read.
const JAVA_ARGUMENTS: &str = "target/mongodb-stand-in.arguments";
const CLASSES: &str = "target/mongodb-stand-in";
const SOURCES: [&str; 2] = ["xtask/tools/mongodb/MongoStandIn.java", "xtask/tools/mongodb/DocumentComparator.java"];

/// Arguments of `cargo xtask mongodb`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Without a subcommand: serve in the foreground until ctrl-c.
    #[command(subcommand)]
    action: Option<Action>,
    /// Port to listen on; 0 takes any free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Starts an empty server, runs a command with `TEST_MONGODB_URL` set, and stops the server.
    Run {
        /// The command, after `--`.
        #[arg(last = true, required = true)]
        command: Vec<String>,
    },
    /// Says which server would be used.
    Which,
}

/// What can serve as the MongoDB of tests here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// `TEST_MONGODB_URL` names one that is running.
    Given(String),
    /// A `mongod` on the path.
    Mongod,
    /// A container of `mongo:8.0`.
    Docker,
    /// The stand-in, on a JDK with Maven.
    StandIn,
}

impl Source {
    /// A sentence for people.
    #[must_use]
    pub fn describe(&self) -> &'static str {
        match self {
            Self::Given(_) => "the server that TEST_MONGODB_URL names",
            Self::Mongod => "mongod from the path",
            Self::Docker => "Docker image mongo:8.0",
            Self::StandIn => "the stand-in mongo-java-server (no transactions or sessions)",
        }
    }
}

/// A running MongoDB; stopped when it goes out of scope, unless it was given.
#[derive(Debug)]
pub struct Running {
    /// Where it answers.
    pub url: String,
    server: Option<Server>,
    data: Option<PathBuf>,
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.server.take());
        if let Some(data) = &self.data {
            // A leftover below target/ is harmless.
            drop(fs::remove_dir_all(data));
        }
    }
}

/// Runs the command.
///
/// # Errors
/// When no server can be had or the given command cannot be started.
pub fn run(workspace: &Workspace, args: &Args) -> Result<Exit> {
    let source =
        choose(workspace).context("there is no MongoDB to be had: install mongod, Docker, or a JDK and Maven")?;
    match &args.action {
        Some(Action::Which) => {
            workspace.console.say(Tone::Plain, source.describe());
            Ok(Exit::Done)
        }
        Some(Action::Run { command }) => {
            let running = start(workspace, &source, args.port)?;
            let (program, rest) = command.split_first().context("no command was given")?;
            let invocation = Invocation { program: program.clone(), ..Invocation::default() }
                .args(rest)
                .env("TEST_MONGODB_URL", &running.url);
            match Runner::new(workspace).run(&invocation) {
                Ok(()) => Ok(Exit::Done),
                Err(error) => match error.downcast_ref::<StepFailure>().and_then(StepFailure::code) {
                    Some(code) => Ok(Exit::from_program(Some(code))),
                    None => Err(error),
                },
            }
        }
        None => {
            let mut running = start(workspace, &source, args.port)?;
            workspace.console.say(Tone::Good, &format!("MongoDB is ready at {} ({})", running.url, source.describe()));
            workspace.console.say(Tone::Plain, &format!("export TEST_MONGODB_URL={}", running.url));
            if let Some(server) = running.server.as_mut() {
                server.wait()?;
            }
            Ok(Exit::Done)
        }
    }
}

/// The best source that this machine offers.
#[must_use]
pub fn choose(workspace: &Workspace) -> Option<Source> {
    if let Some(url) = environment::test_mongodb_url() {
        return Some(Source::Given(url));
    }
    if tools::find(workspace, "mongod").is_some() {
        return Some(Source::Mongod);
    }
    if engine_answers() {
        return Some(Source::Docker);
    }
    let java = tools::find(workspace, "java").is_some() && tools::find(workspace, "mvn").is_some();
    java.then_some(Source::StandIn)
}

/// Whether a container engine answers, as opposed to only its client being installed.
#[must_use]
pub fn engine_answers() -> bool {
    let mut command = Command::new("docker");
    command.args(["info", "--format", "{{.ServerVersion}}"]).stdin(Stdio::null()).stderr(Stdio::null());
    command.output().is_ok_and(|output| output.status.success() && !output.stdout.trim_ascii().is_empty())
}

/// Starts the server on `port` (0: a free one) with nothing in it, and waits until it accepts connections.
///
/// # Errors
/// When it cannot be started or does not answer within a minute.
pub fn start(workspace: &Workspace, source: &Source, port: u16) -> Result<Running> {
    match source {
        Source::Given(url) => Ok(Running { url: url.clone(), server: None, data: None }),
        Source::Mongod => {
            let (port, data) = (free_port(port)?, data_folder(workspace)?);
            let mongod = Invocation::new("mongod --quiet --bind_ip 127.0.0.1 --port")
                .arg(port.to_string())
                .arg("--dbpath")
                .arg(data.display().to_string());
            serve(workspace, &mongod, port, Some(data))
        }
        Source::Docker => {
            let port = free_port(port)?;
            let publish = format!("127.0.0.1:{port}:27017");
            let docker = Invocation::new("docker run --rm --publish").arg(publish).arg("mongo:8.0").arg("--quiet");
            serve(workspace, &docker, port, None)
        }
        Source::StandIn => stand_in(workspace, port),
    }
}

fn serve(workspace: &Workspace, invocation: &Invocation, port: u16, data: Option<PathBuf>) -> Result<Running> {
    let log = workspace.reports().join("logs/mongodb.log");
    let mut server = Runner::logging(workspace, &log)?.serve(invocation)?;
    let deadline = Instant::now() + Duration::from_mins(1);
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        if let Some(status) = server.ended()? {
            bail!("`{invocation}` ended before it was ready ({status}); see {}", log.display());
        }
        if Instant::now() > deadline {
            bail!("`{invocation}` did not answer on port {port} within a minute; see {}", log.display());
        }
        thread::sleep(Duration::from_millis(100));
    }
    Ok(Running { url: url(port), server: Some(server), data })
}

fn stand_in(workspace: &Workspace, port: u16) -> Result<Running> {
    let class_path = workspace.path("target/mongodb-stand-in.classpath");
    let pom = workspace.path("xtask/tools/mongodb/pom.xml");
    if !is_newer(&class_path, &pom) {
        let resolve = Invocation::new("mvn -B -ntp -q -f xtask/tools/mongodb/pom.xml dependency:build-classpath")
            .arg(format!("-Dmdep.outputFile={}", class_path.display()))
            .remedy("check that Maven Central can be reached");
        Runner::new(workspace).run(&resolve)?;
    }
    let jars = fs::read_to_string(&class_path).context("Maven left no class path")?;
    // Our classes come first: one of them takes the place of the library's.
    let class_path = format!("-cp \"{}:{}\"", workspace.path(CLASSES).display(), jars.trim());
    fs::write(workspace.path(JAVA_ARGUMENTS), &class_path)?;
    let compile = Invocation::new("javac -d").arg(CLASSES).arg(format!("@{JAVA_ARGUMENTS}"));
    Runner::new(workspace).run(&compile.args(SOURCES))?;
    // A million stored positions need more than a gigabyte.
    let java = Invocation::new("java -Xmx3g").arg(format!("@{JAVA_ARGUMENTS}")).arg("MongoStandIn");
    let mut server = Runner::new(workspace).serve_piped(&java.arg(port.to_string()))?;
    let stdout = server.stdout().context("the stand-in's output is not readable")?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    let port = line.trim().rsplit(' ').next().unwrap_or_default().parse::<u16>();
    let port = port.with_context(|| format!("the stand-in did not name its port but said {line:?}"))?;
    Ok(Running { url: url(port), server: Some(server), data: None })
}

fn url(port: u16) -> String {
    format!("mongodb://127.0.0.1:{port}")
}

/// The port itself, or a free one when it is 0.
fn free_port(port: u16) -> Result<u16> {
    if port != 0 {
        return Ok(port);
    }
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

fn data_folder(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.path("target/mongodb").join(std::process::id().to_string());
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    Ok(folder)
}

fn is_newer(file: &std::path::Path, than: &std::path::Path) -> bool {
    let changed = |path: &std::path::Path| fs::metadata(path).and_then(|data| data.modified()).ok();
    matches!((changed(file), changed(than)), (Some(file), Some(than)) if file >= than)
}
