//! Reads a rollout from the Deployment itself: `kubectl rollout status` exits with 1 for every bad case.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::deploy::kubectl::FIELD_MANAGER;
use crate::validate::bundle::{at, items};

/// How far a rollout is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Still going on.
    Waiting(String),
    /// Every replica runs the new pods and is available.
    Complete(String),
    /// `progressDeadlineSeconds` have passed without progress.
    Stalled(String),
}

/// What a Deployment's status says about its latest specification. `replica_sets` are those of its namespace; they are
/// needed only when it [claims that its deadline has passed](claims_exceeded).
#[must_use]
pub fn judge(deployment: &Value, replica_sets: &[Value]) -> Progress {
    let number = |path: &str| at(deployment, path).as_i64().unwrap_or(0);
    let wanted = at(deployment, "spec.replicas").as_i64().unwrap_or(1);
    let (updated, total, available) =
        (number("status.updatedReplicas"), number("status.replicas"), number("status.availableReplicas"));
    let counts = format!("{updated} of {wanted} replicas updated, {available} available, {} old", total - updated);
    if number("status.observedGeneration") < number("metadata.generation") {
        return Progress::Waiting("the controller has not seen the change yet".to_owned());
    }
    if let Some(message) = exceeded(deployment).filter(|message| is_about_present(message, deployment, replica_sets)) {
        return Progress::Stalled(format!("{message} ({counts})"));
    }
    if updated >= wanted && total == updated && available >= updated {
        Progress::Complete(counts)
    } else {
        Progress::Waiting(counts)
    }
}

/// Whether a Deployment says that its deadline has passed, be it for the present template or for one that was left.
#[must_use]
pub fn claims_exceeded(deployment: &Value) -> bool {
    exceeded(deployment).is_some()
}

/// Whether the message of a condition speaks of the present template. The controller does not renew a condition that is
/// there: `ReplicaSet "x-6c9" has timed out progressing.` stays when the Deployment has gone back to another one.
fn is_about_present(message: &str, deployment: &Value, replica_sets: &[Value]) -> bool {
    let present = |set: &&Value| {
        items(at(set, "metadata.ownerReferences"))
            .iter()
            .any(|owner| owner["uid"] == *at(deployment, "metadata.uid") && owner["controller"] == true)
            && without_hash(at(set, "spec.template")) == *at(deployment, "spec.template")
    };
    let mut present = replica_sets.iter().filter(present).peekable();
    let named = message.strip_prefix("ReplicaSet \"").and_then(|rest| rest.split_once('"'));
    match named {
        Some((named, _)) => present.any(|set| at(set, "metadata.name") == named),
        // Without a ReplicaSet it speaks of the Deployment.
        None => present.peek().is_none(),
    }
}

/// A `ReplicaSet`'s template as its Deployment has it.
fn without_hash(template: &Value) -> Value {
    let mut template = template.clone();
    if let Some(labels) = template["metadata"]["labels"].as_object_mut() {
        labels.remove("pod-template-hash");
    }
    template
}

/// The message of a `ProgressDeadlineExceeded` that is about our own apply. An older one survives a good undo, until the
/// bad `ReplicaSet` is gone, and may even be written in the moment of the undo. Our own apply is progress: the deadline
/// can have passed only so many seconds after it, by the server's clock, which tells whole seconds.
fn exceeded(deployment: &Value) -> Option<String> {
    let condition = items(at(deployment, "status.conditions"))
        .iter()
        .find(|condition| condition["type"] == "Progressing" && condition["reason"] == "ProgressDeadlineExceeded")?;
    let time = |value: &Value| value.as_str().and_then(|text| text.parse::<DateTime<Utc>>().ok());
    let updated = time(&condition["lastUpdateTime"])?;
    let applied = items(at(deployment, "metadata.managedFields"))
        .iter()
        .filter(|entry| entry["subresource"].is_null())
        .filter(|entry| entry["manager"] == FIELD_MANAGER || entry["manager"] == "kubectl-rollout")
        .filter_map(|entry| time(&entry["time"]))
        .max();
    let deadline = at(deployment, "spec.progressDeadlineSeconds").as_i64().unwrap_or(600);
    applied
        .is_none_or(|applied| (updated - applied).num_seconds() >= deadline - 1)
        .then(|| condition["message"].as_str().unwrap_or("no progress").to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Progress, claims_exceeded};

    /// The judgement while the present template's `ReplicaSet` is `a-new`, and that of the one before `a-old`.
    fn judge(deployment: &Value) -> Progress {
        let set = |name: &str, image: &str| {
            json!({"metadata": {"name": name, "ownerReferences": [{"uid": "u-1", "controller": true}]},
                "spec": {"template": {"metadata": {"labels": {"app": "a", "pod-template-hash": name}}, "image": image}}})
        };
        super::judge(deployment, &[set("a-old", "v1"), set("a-new", "v2")])
    }

    fn deployment(generation: u32, counts: [u32; 3], condition: &Value) -> Value {
        let [updated, total, available] = counts;
        json!({
            "metadata": {"generation": generation, "uid": "u-1", "managedFields": [
                {"manager": "globeco-deploy", "operation": "Apply", "time": "2026-03-01T12:00:10Z"},
                {"manager": "kube-controller-manager", "subresource": "status", "time": "2026-03-01T12:09:00Z"},
            ]},
            "spec": {"replicas": 2, "progressDeadlineSeconds": 60,
                "template": {"metadata": {"labels": {"app": "a"}}, "image": "v2"}},
            "status": {"observedGeneration": 3, "updatedReplicas": updated, "replicas": total,
                "availableReplicas": available, "conditions": [condition]},
        })
    }

    fn exceeded(at: &str) -> Value {
        exceeded_by("ReplicaSet \"a-new\" has timed out progressing.", at)
    }

    fn exceeded_by(message: &str, at: &str) -> Value {
        json!({"type": "Progressing", "reason": "ProgressDeadlineExceeded", "message": message, "lastUpdateTime": at})
    }

    #[test]
    fn a_deadline_of_the_template_that_was_left_says_nothing_about_the_present_one() {
        let late = "2026-03-01T12:05:00Z";
        let left = exceeded_by("ReplicaSet \"a-old\" has timed out progressing.", late);
        assert!(claims_exceeded(&deployment(3, [1, 2, 2], &left)));
        assert!(matches!(judge(&deployment(3, [1, 2, 2], &left)), Progress::Waiting(_)));
        assert!(matches!(judge(&deployment(3, [2, 2, 2], &left)), Progress::Complete(_)));
        assert!(matches!(judge(&deployment(3, [1, 2, 2], &exceeded(late))), Progress::Stalled(_)));
        // Somebody else's ReplicaSet of the same name, or a Deployment that has one: not about the present template.
        let mut other = deployment(3, [1, 2, 2], &exceeded(late));
        other["metadata"]["uid"] = json!("u-2");
        assert!(matches!(judge(&other), Progress::Waiting(_)));
        let unnamed = exceeded_by("Deployment \"a\" has timed out progressing.", late);
        assert!(matches!(judge(&deployment(3, [1, 2, 2], &unnamed)), Progress::Waiting(_)));
        assert!(matches!(super::judge(&deployment(3, [0, 2, 2], &unnamed), &[]), Progress::Stalled(_)));
    }

    #[test]
    fn a_rollout_is_complete_when_only_new_pods_are_there_and_available() {
        let none = json!({});
        assert!(matches!(judge(&deployment(3, [2, 2, 2], &none)), Progress::Complete(_)));
        for unfinished in [[1, 2, 2], [2, 3, 3], [2, 2, 1], [0, 2, 2]] {
            assert!(matches!(judge(&deployment(3, unfinished, &none)), Progress::Waiting(_)), "{unfinished:?}");
        }
    }

    #[test]
    fn an_old_status_says_nothing_about_a_new_generation() {
        let late = exceeded("2026-03-01T12:05:00Z");
        assert!(matches!(judge(&deployment(4, [2, 2, 2], &late)), Progress::Waiting(_)));
    }

    #[test]
    fn a_deadline_counts_only_after_our_own_apply() {
        assert!(matches!(judge(&deployment(3, [1, 2, 2], &exceeded("2026-03-01T12:05:00Z"))), Progress::Stalled(_)));
        assert!(matches!(judge(&deployment(3, [1, 2, 2], &exceeded("2026-03-01T12:01:10Z"))), Progress::Stalled(_)));
        for stale in ["2026-03-01T12:00:09Z", "2026-03-01T12:00:10Z", "2026-03-01T12:00:12Z"] {
            assert!(matches!(judge(&deployment(3, [1, 2, 2], &exceeded(stale))), Progress::Waiting(_)), "{stale}");
        }
        assert!(matches!(judge(&deployment(3, [2, 2, 2], &exceeded("2026-03-01T12:00:09Z"))), Progress::Complete(_)));
    }
}
