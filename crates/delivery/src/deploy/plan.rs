//! The plan of a deploy or rollback: a plain value, made without side effects, printed by `--dry-run` and run as it is.

mod builder;
mod describe;

use std::time::Duration;

use builder::Builder;
use serde_json::Value;

use crate::deploy::APP;
use crate::deploy::args::Environment;
use crate::deploy::inspect::{Live, is_ours};
use crate::deploy::lock::Lock;
use crate::deploy::record::{self, Record, State};
use crate::deploy::release::{Release, id};

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
    /// How long the whole command may take, and as long again the way back.
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
        /// The command that lists the `ReplicaSet`s, to tell which of them a condition speaks of.
        replica_sets: Vec<String>,
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
        /// How long they may take, counted from the failure: the rollout has used up its own time.
        within: Duration,
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
    let is_current = current.is_some_and(|record| record.release == *release);
    if is_current && !pending && changed.is_some_and(<[String]>::is_empty) && build.removals().is_empty() {
        return nothing_to_do(title, &build, release);
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
    // Only now: until here the pods of the release before may need them, and so may the way back.
    steps.extend(build.removals());
    steps.push(build.mark(&record, State::Deployed, "is deployed"));
    for old in live.records.iter().filter(|record| record.state == State::Deployed) {
        steps.push(build.mark(old, State::Superseded, "is superseded"));
    }
    steps.extend(build.prune());
    Plan {
        title,
        notes: notes(request, live, changed),
        nothing_to_do: false,
        steps,
        on_failure: vec![build.mark(&record, State::Failed, "failed")],
        recovery: build.recovery(current, release),
        unlock: Some(build.unlock()),
    }
}

/// What a person should know before.
fn notes(request: &Request, live: &Live, changed: Option<&[String]>) -> Vec<String> {
    let mut notes = vec![
        match changed {
            None => format!("first deploy: namespace {} does not exist yet", request.namespace),
            Some([]) => "no object differs".to_owned(),
            Some(changed) => format!("changes: {}", changed.join(", ")),
        },
        format!("ends within {:?} of its start, a roll-back not counted", request.timeout),
    ];
    let (ours, foreign): (Vec<&Value>, Vec<&Value>) = live.left_over.iter().partition(|object| is_ours(object));
    let ids = |objects: &[&Value]| objects.iter().map(|object| id(object)).collect::<Vec<_>>().join(", ");
    if !ours.is_empty() {
        notes.push(format!("removes: {}", ids(&ours)));
    }
    if !foreign.is_empty() {
        notes.push(format!("keeps what an earlier release had and somebody else has made since: {}", ids(&foreign)));
    }
    if let Lock::Free { left_by: Some(holder), .. } = &live.lock {
        notes.push(format!("takes over the lock that {holder} left behind"));
    }
    notes
}

fn nothing_to_do(title: String, build: &Builder<'_>, release: &Release) -> Plan {
    Plan {
        title,
        notes: vec!["nothing to do: this release is deployed and nothing differs".to_owned()],
        nothing_to_do: true,
        steps: build.look(release),
        on_failure: Vec::new(),
        recovery: Recovery::None("nothing was changed".to_owned()),
        unlock: None,
    }
}

/// The plan that goes back to `target`; `changed` is what the server's dry run says would change.
#[must_use]
pub fn rollback(request: &Request, target: &Record, live: &Live, changed: &[String]) -> Plan {
    let build = Builder { request, live };
    let release = &target.release;
    let title = format!(
        "roll {} back to {} (record {}, {}): namespace {}, context {}",
        request.env.overlay(),
        release.tag,
        target.revision,
        release.digest,
        request.namespace,
        request.context
    );
    let is_alone = live.records.iter().all(|record| match record.state {
        State::Pending | State::Deployed => record.revision == target.revision,
        State::Superseded | State::Failed | State::RolledBack => true,
    });
    if target.state == State::Deployed && is_alone && changed.is_empty() && build.removals().is_empty() {
        return nothing_to_do(title, &build, release);
    }
    let mut steps = vec![build.lock()];
    steps.extend(build.apply_all(release));
    steps.extend(build.look(release));
    steps.extend(build.removals());
    for left in live.records.iter().filter(|record| record.revision != target.revision) {
        match left.state {
            State::Pending => steps.push(build.mark(left, State::Failed, "was interrupted")),
            State::Deployed => steps.push(build.mark(left, State::RolledBack, "is rolled back")),
            State::Superseded | State::Failed | State::RolledBack => {}
        }
    }
    steps.push(build.mark(target, State::Deployed, "is deployed again"));
    Plan {
        title,
        notes: notes(request, live, Some(changed)),
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
