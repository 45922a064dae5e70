//! The plan of a deploy or rollback: a plain value, made without side effects, printed by `--dry-run` and run as it is.

use std::fmt::Write as _;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::deploy::APP;
use crate::deploy::args::Environment;
use crate::deploy::inspect::Live;
use crate::deploy::kubectl::{FIELD_MANAGER, argv};
use crate::deploy::lock::{self, Lock};
use crate::deploy::record::{self, KEPT, Record, State};
use crate::deploy::release::{Release, id};
use crate::process::shell_words;
use crate::validate::bundle::at;

/// What was asked for, with everything that a plan depends on besides the cluster.
#[derive(Clone, Debug)]
pub struct Request {
    /// Where.
    pub env: Environment,
    /// Into which namespace.
    pub namespace: String,
    /// Through which context.
    pub context: String,
    /// kubectl and the arguments that every call starts with.
    pub kubectl: Vec<String>,
    /// Whether to take over fields that another manager owns.
    pub force: bool,
    /// Whether to go back when the rollout fails.
    pub auto_rollback: bool,
    /// How long the rollout may take.
    pub timeout: Duration,
    /// How long the service may take to report itself ready.
    pub health_timeout: Duration,
    /// Who we are, for the lock.
    pub holder: String,
    /// Who we are, for the record.
    pub user: String,
}

/// What a step does with the answer of its command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Take the lock; when the server says that somebody was faster, `read` tells whether that was us.
    Lock {
        /// The command that reads the lock's holder.
        read: Vec<String>,
    },
    /// Something of our own book-keeping.
    Keep,
    /// Apply these objects.
    Apply {
        /// `Kind/name` of each.
        objects: Vec<String>,
    },
    /// Read the Deployment until its rollout is complete or a limit fires.
    Watch {
        /// How long.
        timeout: Duration,
    },
    /// Ask the service until it is ready and reports the version.
    Check {
        /// The version, when it is known.
        version: Option<String>,
        /// How long.
        timeout: Duration,
        /// A command that succeeds when the API server itself can be reached.
        server: Vec<String>,
    },
    /// `kubectl rollout undo`.
    Undo,
}

/// One step: a command, what to feed it, and what its answer means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it does, for people.
    pub what: String,
    /// The exact argument list.
    pub argv: Vec<String>,
    /// What is written to its standard input.
    pub stdin: Option<String>,
    /// What its answer means.
    pub action: Action,
}

/// The way back from a failed rollout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// There is none, for this reason.
    None(String),
    /// These steps.
    Steps {
        /// Where they lead: a release, or the Deployment's previous revision.
        to: String,
        /// The steps.
        steps: Vec<Step>,
    },
}

/// A plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What it is for, in one line.
    pub title: String,
    /// What a person should know before.
    pub notes: Vec<String>,
    /// Whether everything is as it should be already: the steps only look.
    pub nothing_to_do: bool,
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// What is written down when the rollout fails.
    pub on_failure: Vec<Step>,
    /// The way back when the rollout fails.
    pub recovery: Recovery,
    /// What gives the lock back, however it ends.
    pub unlock: Option<Step>,
}

/// The plan that deploys `release`; `changed` is what the server's dry run says would change, `None` when it could not
/// be asked because the namespace is missing.
#[must_use]
pub fn deploy(request: &Request, release: &Release, live: &Live, changed: Option<&[String]>) -> Plan {
    let current = record::current(&live.records);
    let title = format!(
        "deploy {} ({}) to {}: namespace {}, context {}",
        release.tag,
        release.digest,
        request.env.overlay(),
        request.namespace,
        request.context
    );
    let build = Builder { request, live };
    let pending = live.records.iter().any(|record| record.state == State::Pending);
    if changed.is_some_and(<[String]>::is_empty) && current.is_some_and(|record| record.release == *release) && !pending
    {
        return Plan {
            title,
            notes: vec!["nothing to do: this release is deployed and nothing differs".to_owned()],
            nothing_to_do: true,
            steps: build.look(release),
            on_failure: Vec::new(),
            recovery: Recovery::None("nothing was changed".to_owned()),
            unlock: None,
        };
    }
    let revision = live.records.iter().map(|record| record.revision).max().unwrap_or(0) + 1;
    let record = Record { revision, state: State::Pending, release: release.clone() };
    let mut steps = Vec::new();
    if let Some(namespace) = release.namespace().filter(|_| !live.namespace_exists) {
        steps.push(build.apply("create the namespace", &[namespace]));
    }
    steps.push(build.lock());
    for left in live.records.iter().filter(|record| record.state == State::Pending) {
        steps.push(build.mark(left, State::Failed, "was interrupted"));
    }
    steps.push(Step {
        what: format!("save release record {revision} and what is live now"),
        argv: build.apply_argv(false),
        stdin: Some(record.manifest(&request.namespace, &request.user, live.now, &live.objects).to_string()),
        action: Action::Keep,
    });
    steps.extend(build.apply_all(release));
    steps.extend(build.look(release));
    steps.push(build.mark(&record, State::Deployed, "is deployed"));
    for old in live.records.iter().filter(|record| record.state == State::Deployed) {
        steps.push(build.mark(old, State::Superseded, "is superseded"));
    }
    steps.extend(build.prune());
    let mut notes = match changed {
        None => vec![format!("first deploy: namespace {} does not exist yet", request.namespace)],
        Some([]) => vec!["no object differs".to_owned()],
        Some(changed) => vec![format!("changes: {}", changed.join(", "))],
    };
    if let Lock::Free { left_by: Some(holder), .. } = &live.lock {
        notes.push(format!("takes over the lock that {holder} left behind"));
    }
    Plan {
        title,
        notes,
        nothing_to_do: false,
        steps,
        on_failure: vec![build.mark(&record, State::Failed, "failed")],
        recovery: build.recovery(current, release),
        unlock: Some(build.unlock()),
    }
}

/// The plan that goes back to `target`.
#[must_use]
pub fn rollback(request: &Request, target: &Record, live: &Live) -> Plan {
    let build = Builder { request, live };
    let release = &target.release;
    let mut steps = vec![build.lock()];
    steps.extend(build.apply_all(release));
    steps.extend(build.look(release));
    for left in live.records.iter().filter(|record| record.revision != target.revision) {
        match left.state {
            State::Pending => steps.push(build.mark(left, State::Failed, "was interrupted")),
            State::Deployed => steps.push(build.mark(left, State::RolledBack, "is rolled back")),
            State::Superseded | State::Failed | State::RolledBack => {}
        }
    }
    steps.push(build.mark(target, State::Deployed, "is deployed again"));
    Plan {
        title: format!(
            "roll {} back to {} (record {}, {}): namespace {}, context {}",
            request.env.overlay(),
            release.tag,
            target.revision,
            release.digest,
            request.namespace,
            request.context
        ),
        notes: Vec::new(),
        nothing_to_do: false,
        steps,
        on_failure: Vec::new(),
        recovery: Recovery::None("this was the way back".to_owned()),
        unlock: Some(build.unlock()),
    }
}

/// The plan that goes back without a record: to the Deployment's previous revision.
#[must_use]
pub fn undo(request: &Request, health_path: &str, live: &Live) -> Plan {
    let build = Builder { request, live };
    Plan {
        title: format!(
            "undo the latest rollout in {}: namespace {}, context {}",
            request.env.overlay(),
            request.namespace,
            request.context
        ),
        notes: vec![
            "there is no release record: only the Deployment goes back, to its previous revision".to_owned(),
            "the next deploy will find its fields owned by kubectl-rollout, and needs --force".to_owned(),
        ],
        nothing_to_do: false,
        steps: vec![build.lock(), build.undo(APP, None), build.watch(APP), build.check(health_path, None)],
        on_failure: Vec::new(),
        recovery: Recovery::None("this was the way back".to_owned()),
        unlock: Some(build.unlock()),
    }
}

/// What is applied only once everything else is.
const MAKES_PODS: [&str; 3] = ["Deployment", "PodDisruptionBudget", "HorizontalPodAutoscaler"];

struct Builder<'a> {
    request: &'a Request,
    live: &'a Live,
}

impl Builder<'_> {
    fn argv(&self, arguments: &[&str]) -> Vec<String> {
        argv(&self.request.kubectl, arguments)
    }

    fn in_namespace(&self, arguments: &[&str]) -> Vec<String> {
        let mut all = vec!["-n", self.request.namespace.as_str()];
        all.extend(arguments);
        self.argv(&all)
    }

    fn apply_argv(&self, force: bool) -> Vec<String> {
        let manager = format!("--field-manager={FIELD_MANAGER}");
        // Our validator has checked the types, and server-side apply refuses unknown fields anyway; kubectl's own
        // validation would load every schema of the server, each time.
        let mut arguments = vec!["apply", "--server-side", "--validate=false", &manager];
        if force {
            arguments.push("--force-conflicts");
        }
        arguments.extend(["-o", "name", "-f", "-"]);
        self.argv(&arguments)
    }

    fn apply(&self, what: &str, objects: &[&Value]) -> Step {
        let list = json!({"apiVersion": "v1", "kind": "List", "items": objects});
        Step {
            what: what.to_owned(),
            argv: self.apply_argv(self.request.force),
            stdin: Some(list.to_string()),
            action: Action::Apply { objects: objects.iter().map(|object| id(object)).collect() },
        }
    }

    /// Two steps, each in the release's order: first what pods need, then what makes pods. kubectl goes on after an
    /// object that was refused; the Deployment does not, when what its pods need is not there.
    fn apply_all(&self, release: &Release) -> Vec<Step> {
        let makes_pods = |object: &&Value| MAKES_PODS.iter().any(|kind| object["kind"] == *kind);
        let (workload, surroundings): (Vec<&Value>, Vec<&Value>) = release.objects.iter().partition(makes_pods);
        let kinds = |objects: &[&Value]| {
            let kinds: Vec<&str> = objects.iter().filter_map(|object| object["kind"].as_str()).collect();
            kinds
                .chunk_by(|one, other| one == other)
                .filter_map(|kinds| kinds.first().copied())
                .collect::<Vec<_>>()
                .join(", ")
        };
        [surroundings, workload]
            .iter()
            .filter(|objects| !objects.is_empty())
            .map(|objects| self.apply(&format!("apply {}", kinds(objects)), objects))
            .collect()
    }

    fn watch(&self, deployment: &str) -> Step {
        Step {
            what: format!("watch the rollout of Deployment/{deployment}, at most {:?}", self.request.timeout),
            argv: self.in_namespace(&["get", "deployment", deployment, "-o", "json", "--show-managed-fields"]),
            stdin: None,
            action: Action::Watch { timeout: self.request.timeout },
        }
    }

    fn check(&self, path: &str, version: Option<&str>) -> Step {
        let what = match version {
            Some(version) => format!("ask the service whether it is ready, in version {version}"),
            None => "ask the service whether it is ready".to_owned(),
        };
        Step {
            what,
            argv: self.argv(&["get", "--raw", path]),
            stdin: None,
            action: Action::Check {
                version: version.map(str::to_owned),
                timeout: self.request.health_timeout,
                server: self.in_namespace(&["get", "deployments", "-o", "name"]),
            },
        }
    }

    fn look(&self, release: &Release) -> Vec<Step> {
        vec![self.watch(release.deployment_name()), self.check(&release.health_path(), release.version.as_deref())]
    }

    fn undo(&self, deployment: &str, revision: Option<&str>) -> Step {
        let mut arguments = vec!["rollout".to_owned(), "undo".to_owned(), format!("deployment/{deployment}")];
        arguments.extend(revision.map(|revision| format!("--to-revision={revision}")));
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        Step {
            what: format!("undo the rollout of Deployment/{deployment}"),
            argv: self.in_namespace(&arguments),
            stdin: None,
            action: Action::Undo,
        }
    }

    /// Taking a lock that does not exist is a creation, taking over one a conditional replacement: of two deploys that do
    /// it at once, the server lets one through.
    fn lock(&self) -> Step {
        let hold = self.request.timeout + self.request.health_timeout + lock::MARGIN;
        let (verb, version) = match &self.live.lock {
            Lock::Free { version, .. } => ("replace", Some(version.as_str())),
            Lock::Absent | Lock::Held { .. } => ("create", None),
        };
        let lease = lock::manifest(&self.request.namespace, &self.request.holder, self.live.now, hold, version);
        Step {
            what: format!("lock {} for {hold:?} at most", self.request.env.overlay()),
            argv: self.argv(&[verb, "--validate=false", "-o", "name", "-f", "-"]),
            stdin: Some(lease.to_string()),
            action: Action::Lock {
                read: self.in_namespace(&["get", "lease", &lock::name(), "-o", "jsonpath={.spec.holderIdentity}"]),
            },
        }
    }

    fn unlock(&self) -> Step {
        self.patch_lock("give the lock back", &lock::release_patch(&self.request.holder))
    }

    fn renew(&self) -> Step {
        let until: DateTime<Utc> =
            self.live.now + TimeDelta::from_std(self.request.timeout + self.request.health_timeout).unwrap_or_default();
        self.patch_lock("hold the lock for the way back", &lock::renew_patch(&self.request.holder, until))
    }

    fn patch_lock(&self, what: &str, patch: &str) -> Step {
        let name = lock::name();
        Step {
            what: what.to_owned(),
            argv: self.in_namespace(&["patch", "lease", &name, "--type=json", "-o", "name", "-p", patch]),
            stdin: None,
            action: Action::Keep,
        }
    }

    fn mark(&self, record: &Record, state: State, what: &str) -> Step {
        let patch = Record::state_patch(state);
        Step {
            what: format!("note that release record {} {what}", record.revision),
            argv: self.in_namespace(&[
                "patch",
                "configmap",
                &record.name(),
                "--type=merge",
                "-o",
                "name",
                "-p",
                &patch,
            ]),
            stdin: None,
            action: Action::Keep,
        }
    }

    /// Only the youngest records are kept, and the one that is deployed.
    fn prune(&self) -> Option<Step> {
        let excess = (self.live.records.len() + 1).saturating_sub(KEPT);
        let old: Vec<String> = self
            .live
            .records
            .iter()
            .filter(|record| record.state != State::Deployed)
            .take(excess)
            .map(Record::name)
            .collect();
        let mut arguments = vec!["delete", "configmap", "--ignore-not-found", "-o", "name"];
        arguments.extend(old.iter().map(String::as_str));
        (!old.is_empty()).then(|| Step {
            what: format!("delete {} old release record(s)", old.len()),
            argv: self.in_namespace(&arguments),
            stdin: None,
            action: Action::Keep,
        })
    }

    fn recovery(&self, current: Option<&Record>, release: &Release) -> Recovery {
        if !self.request.auto_rollback {
            return Recovery::None("--no-auto-rollback".to_owned());
        }
        if let Some(record) = current {
            let mut steps = vec![self.renew()];
            steps.extend(self.apply_all(&record.release));
            steps.extend(self.look(&record.release));
            steps.extend(self.remove_new_objects(&record.release, release));
            return Recovery::Steps { to: format!("{} (record {})", record.release.tag, record.revision), steps };
        }
        let revision = self
            .live
            .deployment()
            .and_then(|live| at(live, "metadata.annotations")["deployment.kubernetes.io/revision"].as_str());
        match revision {
            Some(revision) => {
                let name = release.deployment_name();
                let steps = vec![self.renew(), self.undo(name, Some(revision)), self.watch(name)];
                Recovery::Steps {
                    to: format!("revision {revision} of the Deployment (there is no release record)"),
                    steps,
                }
            }
            None => Recovery::None("there is no earlier release".to_owned()),
        }
    }

    /// Objects that the failed release brought and the earlier one does not have.
    fn remove_new_objects(&self, earlier: &Release, failed: &Release) -> Vec<Step> {
        let was_there =
            |object: &Value| earlier.objects.iter().chain(&self.live.objects).any(|other| id(other) == id(object));
        failed
            .objects
            .iter()
            .filter(|object| object["kind"] != "Namespace" && !was_there(object))
            .map(|object| {
                let target = id(object).to_lowercase();
                Step {
                    what: format!("delete {}, which the earlier release does not have", id(object)),
                    argv: self.in_namespace(&["delete", &target, "--ignore-not-found", "-o", "name"]),
                    stdin: None,
                    action: Action::Keep,
                }
            })
            .collect()
    }
}

impl Plan {
    /// The plan for people, every command as it will be run.
    #[must_use]
    pub fn describe(&self) -> String {
        let mut out = format!("{}\n", self.title);
        for note in &self.notes {
            let _ = writeln!(out, "note: {note}");
        }
        describe_steps(&mut out, &self.steps);
        if let Some(unlock) = &self.unlock {
            out.push_str("finally, however it ends:\n");
            describe_steps(&mut out, std::slice::from_ref(unlock));
        }
        if !self.nothing_to_do {
            match &self.recovery {
                Recovery::None(why) => {
                    let _ = writeln!(out, "if the rollout fails, nothing is rolled back: {why}");
                    describe_steps(&mut out, &self.on_failure);
                }
                Recovery::Steps { to, steps } => {
                    let _ = writeln!(out, "if the rollout fails, back to {to}:");
                    describe_steps(&mut out, &[self.on_failure.clone(), steps.clone()].concat());
                }
            }
        }
        out
    }
}

fn describe_steps(out: &mut String, steps: &[Step]) {
    for (index, step) in steps.iter().enumerate() {
        let _ = writeln!(out, "{:>3}. {}", index + 1, step.what);
        let _ = writeln!(
            out,
            "     $ {}{}",
            shell_words(&step.argv),
            step.stdin.as_deref().map_or_else(String::new, stdin_summary)
        );
    }
}

/// What is fed to a command: its objects by name.
fn stdin_summary(text: &str) -> String {
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    let ids: Vec<String> = match value["items"].as_array() {
        Some(objects) => objects.iter().map(id).collect(),
        None => vec![id(&value)],
    };
    format!(" <<< {}", ids.join(" "))
}
