//! The single steps of a plan: which kubectl call, fed with what, and what its answer means.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{Action, Recovery, Request, Step};
use crate::deploy::inspect::{Live, is_ours};
use crate::deploy::kubectl::{FIELD_MANAGER, argv};
use crate::deploy::lock::{self, Lock};
use crate::deploy::record::{KEPT, Record, State};
use crate::deploy::release::{Release, id};
use crate::validate::bundle::at;

/// What is applied only once everything else is.
const MAKES_PODS: [&str; 3] = ["Deployment", "PodDisruptionBudget", "HorizontalPodAutoscaler"];

/// Writes steps for one request on what is live.
pub(super) struct Builder<'a> {
    pub(super) request: &'a Request,
    pub(super) live: &'a Live,
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

    pub(super) fn apply_argv(&self, force: bool) -> Vec<String> {
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

    pub(super) fn apply(&self, what: &str, objects: &[&Value]) -> Step {
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
    pub(super) fn apply_all(&self, release: &Release) -> Vec<Step> {
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

    pub(super) fn watch(&self, deployment: &str) -> Step {
        Step {
            what: format!("watch the rollout of Deployment/{deployment}, at most {:?}", self.request.timeout),
            argv: self.in_namespace(&["get", "deployment", deployment, "-o", "json", "--show-managed-fields"]),
            stdin: None,
            action: Action::Watch {
                timeout: self.request.timeout,
                replica_sets: self.in_namespace(&["get", "replicasets", "-o", "json"]),
            },
        }
    }

    pub(super) fn check(&self, path: &str, version: Option<&str>) -> Step {
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

    pub(super) fn look(&self, release: &Release) -> Vec<Step> {
        vec![self.watch(release.deployment_name()), self.check(&release.health_path(), release.version.as_deref())]
    }

    pub(super) fn undo(&self, deployment: &str, revision: Option<&str>) -> Step {
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
    pub(super) fn lock(&self) -> Step {
        let hold = self.request.timeout + lock::MARGIN;
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

    pub(super) fn unlock(&self) -> Step {
        self.patch_lock("give the lock back", &lock::release_patch(&self.request.holder))
    }

    fn renew(&self) -> Step {
        let until: DateTime<Utc> = self.live.now + TimeDelta::from_std(self.request.timeout).unwrap_or_default();
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

    pub(super) fn mark(&self, record: &Record, state: State, what: &str) -> Step {
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
    pub(super) fn prune(&self) -> Option<Step> {
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

    pub(super) fn recovery(&self, current: Option<&Record>, release: &Release) -> Recovery {
        if !self.request.auto_rollback {
            return Recovery::None("--no-auto-rollback".to_owned());
        }
        if let Some(record) = current {
            let mut steps = vec![self.renew()];
            steps.extend(self.apply_all(&record.release));
            steps.extend(self.look(&record.release));
            steps.extend(self.remove_new_objects(&record.release, release));
            return Recovery::Steps {
                to: format!("{} (record {})", record.release.tag, record.revision),
                steps,
                within: self.request.timeout,
            };
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
                    within: self.request.timeout,
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
            .map(|object| self.delete(object, "which the earlier release does not have"))
            .collect()
    }

    /// Objects of recorded releases that the wanted one does not have: a policy that was renamed must not go on
    /// allowing what it allowed.
    pub(super) fn removals(&self) -> Vec<Step> {
        let ours = self.live.left_over.iter().filter(|object| is_ours(object));
        ours.map(|object| self.delete(object, "which this release does not have")).collect()
    }

    fn delete(&self, object: &Value, why: &str) -> Step {
        let target = id(object).to_lowercase();
        Step {
            what: format!("delete {}, {why}", id(object)),
            argv: self.in_namespace(&["delete", &target, "--ignore-not-found", "-o", "name"]),
            stdin: None,
            action: Action::Keep,
        }
    }
}
