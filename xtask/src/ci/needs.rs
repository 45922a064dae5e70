//! What checks need beyond the toolchain and the developer tools, and how to get it.

use std::process::{Command, Stdio};

use crate::environment;
use crate::mongodb;
use crate::tools;
use crate::workspace::Workspace;

/// Something that a check cannot run without.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Need {
    /// Some MongoDB; see [`crate::mongodb`].
    MongoDb,
    /// A program on the path, and where it comes from.
    Program(&'static str, &'static str),
    /// A Kubernetes control plane, or what builds one; see the crate `delivery`.
    Cluster,
    /// The `RustSec` advisory database, which only git can fetch.
    AdvisoryDatabase,
}

/// Where the advisories are.
const ADVISORY_DATABASE: &str = "https://github.com/RustSec/advisory-db";

impl Need {
    /// Why the need is not met here, or `None` when it is.
    #[must_use]
    pub fn missing(&self, workspace: &Workspace) -> Option<String> {
        match self {
            Self::MongoDb => mongodb::choose(workspace).is_none().then(|| "there is no MongoDB here".to_owned()),
            Self::Program(name, _) => {
                tools::find(workspace, name).is_none().then(|| format!("`{name}` is not on the path"))
            }
            Self::Cluster => {
                let given = environment::value("TEST_KUBECONFIG").is_some();
                let tools = ["kind", "go"].iter().any(|name| tools::find(workspace, name).is_some());
                (!given && !tools).then(|| "there is no cluster here and nothing to make one with".to_owned())
            }
            Self::AdvisoryDatabase => {
                (!reachable(ADVISORY_DATABASE)).then(|| format!("{ADVISORY_DATABASE} cannot be reached from here"))
            }
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn how_to_get(&self) -> String {
        match self {
            Self::MongoDb => "set TEST_MONGODB_URL, or install mongod, Docker, or a JDK 17 with Maven".to_owned(),
            Self::Program(_, source) => (*source).to_owned(),
            Self::Cluster => {
                "set TEST_KUBECONFIG to a disposable cluster, or install kind with Docker, or Go".to_owned()
            }
            Self::AdvisoryDatabase => "GitHub runs it on every push".to_owned(),
        }
    }

    /// Whether a run with `CI` set fails without it. The advisory database is out of reach of machines that see only
    /// package registries; GitHub reaches it, and there it is mandatory.
    #[must_use]
    pub fn is_mandatory(&self) -> bool {
        match self {
            Self::MongoDb | Self::Program(..) | Self::Cluster => true,
            Self::AdvisoryDatabase => environment::is_github(),
        }
    }
}

fn reachable(repository: &str) -> bool {
    let mut git = Command::new("git");
    git.args(["-c", "http.lowSpeedLimit=1", "-c", "http.lowSpeedTime=10", "ls-remote", "--quiet", repository, "HEAD"]);
    git.env("GIT_TERMINAL_PROMPT", "0").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    git.status().is_ok_and(|status| status.success())
}
