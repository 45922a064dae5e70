//! Release records: what was deployed, kept in the cluster as `ConfigMap`s so that anybody can go back to it.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::clock;
use crate::deploy::release::{Release, id, name};
use crate::deploy::{APP, failure::Failure};
use crate::validate::bundle::{at, items};

/// Marks a `ConfigMap` as a release record.
pub const SELECTOR: &str = "globeco.io/record=release";
const STATE: &str = "globeco.io/state";

/// How many records are kept.
pub const KEPT: usize = 10;

/// What became of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Its deploy has begun; it is still running, or was interrupted.
    Pending,
    /// It is what should be running.
    Deployed,
    /// It was deployed, and a later one took its place.
    Superseded,
    /// Its rollout failed.
    Failed,
    /// It was deployed, and somebody went back to an earlier one.
    RolledBack,
}

impl State {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Pending, "pending"),
        (Self::Deployed, "deployed"),
        (Self::Superseded, "superseded"),
        (Self::Failed, "failed"),
        (Self::RolledBack, "rolled-back"),
    ];

    /// The state's name in the cluster.
    #[must_use]
    pub fn label(self) -> &'static str {
        Self::ALL.iter().find(|(state, _)| *state == self).map_or("", |(_, label)| label)
    }

    fn read(label: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == label).map(|(state, _)| *state)
    }
}

/// A release record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its number, counted from 1.
    pub revision: u32,
    /// What became of it.
    pub state: State,
    /// What it deployed.
    pub release: Release,
}

impl Record {
    /// The name of its `ConfigMap`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{APP}-release-{:06}", self.revision)
    }

    /// Its `ConfigMap`; `before` is what was live when the deploy began.
    #[must_use]
    pub fn manifest(&self, namespace: &str, by: &str, at: DateTime<Utc>, before: &[Value]) -> Value {
        let about = json!({
            "revision": self.revision,
            "tag": self.release.tag,
            "digest": self.release.digest,
            "version": self.release.version,
            "by": by,
            "at": clock::time(at),
        });
        json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": self.name(),
                "namespace": namespace,
                "labels": {"app": APP, "globeco.io/record": "release", STATE: self.state.label()},
            },
            // The data, not the label: the state changes, what was deployed does not.
            "immutable": true,
            "data": {
                "release.json": about.to_string(),
                "objects.json": Value::Array(self.release.objects.clone()).to_string(),
                "before.json": Value::Array(before.iter().map(without_status).collect()).to_string(),
            },
        })
    }

    /// The merge patch that changes a record's state.
    #[must_use]
    pub fn state_patch(state: State) -> String {
        json!({"metadata": {"labels": {STATE: state.label()}}}).to_string()
    }

    fn read(map: &Value) -> Option<Self> {
        let text = |key: &str| map["data"][key].as_str();
        let about: Value = serde_json::from_str(text("release.json")?).ok()?;
        let objects: Vec<Value> = serde_json::from_str(text("objects.json")?).ok()?;
        Some(Self {
            revision: about["revision"].as_u64()?.try_into().ok()?,
            state: State::read(at(map, "metadata.labels")[STATE].as_str()?)?,
            release: Release {
                tag: about["tag"].as_str()?.to_owned(),
                digest: about["digest"].as_str()?.to_owned(),
                version: about["version"].as_str().map(str::to_owned),
                objects,
            },
        })
    }
}

/// Reads a list of records, oldest first.
///
/// # Errors
/// When one of them is not what this tool writes.
pub fn read_all(list: &Value) -> Result<Vec<Record>, Failure> {
    let mut records = Vec::new();
    for map in items(&list["items"]) {
        records.push(Record::read(map).ok_or_else(|| {
            Failure::invalid(
                format!("release record {} cannot be read", name(map)),
                "look at it with kubectl get configmap -o yaml, and delete it when it is of no use",
            )
        })?);
    }
    records.sort_by_key(|record| record.revision);
    Ok(records)
}

/// The record of what should be running.
#[must_use]
pub fn current(records: &[Record]) -> Option<&Record> {
    records.iter().rev().find(|record| record.state == State::Deployed)
}

/// The record to go back to: the last one that was superseded before the current one.
#[must_use]
pub fn previous(records: &[Record]) -> Option<&Record> {
    let current = current(records).map_or(u32::MAX, |record| record.revision);
    records.iter().rev().find(|record| record.state == State::Superseded && record.revision < current)
}

/// Objects that a recorded release brought and `release` does not have, each once, as the youngest record has it. Every
/// record counts: of one that failed or was interrupted, too, something may have been applied.
#[must_use]
pub fn left_over(records: &[Record], release: &Release) -> Vec<Value> {
    let mut left: Vec<Value> = Vec::new();
    for object in records.iter().rev().flat_map(|record| &record.release.objects) {
        let is_known = release.objects.iter().chain(&left).any(|other| id(other) == id(object));
        if object["kind"] != "Namespace" && !is_known {
            left.push(object.clone());
        }
    }
    left
}

/// An object without what only the server decides.
fn without_status(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(fields) = object.as_object_mut() {
        fields.remove("status");
    }
    if let Some(metadata) = object["metadata"].as_object_mut() {
        for field in ["managedFields", "uid", "resourceVersion", "generation", "creationTimestamp"] {
            metadata.remove(field);
        }
    }
    object
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Record, State, current, left_over, previous, read_all};
    use crate::clock;
    use crate::deploy::release::Release;

    fn record(revision: u32, state: State) -> Record {
        let release = Release {
            tag: format!("v0.{revision}.0"),
            digest: "sha256:00".to_owned(),
            version: Some(format!("0.{revision}.0")),
            objects: vec![json!({"kind": "Deployment", "metadata": {"name": "a"}})],
        };
        Record { revision, state, release }
    }

    #[test]
    fn a_record_survives_its_config_map() {
        let records = [record(2, State::Deployed), record(1, State::Superseded)];
        let maps: Vec<_> = records.iter().map(|record| record.manifest("n", "me", clock::now(), &[])).collect();
        let read = read_all(&json!({"items": maps})).unwrap();
        assert_eq!(read, [record(1, State::Superseded), record(2, State::Deployed)]);
    }

    #[test]
    fn a_garbled_record_is_named() {
        let mut map = record(1, State::Deployed).manifest("n", "me", clock::now(), &[]);
        map["data"]["objects.json"] = json!("{");
        let failure = read_all(&json!({"items": [map]})).unwrap_err();
        assert!(failure.message.contains("release-000001"), "{failure}");
    }

    #[test]
    fn what_an_earlier_release_had_and_this_one_has_not_is_left_over() {
        let mut records = [record(1, State::Superseded), record(2, State::Failed), record(3, State::Deployed)];
        let named = |kind: &str, name: &str| json!({"kind": kind, "metadata": {"name": name}});
        records[0].release.objects.extend([named("ConfigMap", "a"), named("Namespace", "n"), named("Service", "a")]);
        records[1].release.objects.extend([named("NetworkPolicy", "b"), named("ConfigMap", "a")]);
        let release =
            Release { objects: vec![named("Deployment", "a"), named("Service", "a")], ..records[2].release.clone() };
        assert_eq!(left_over(&records, &release), [named("NetworkPolicy", "b"), named("ConfigMap", "a")]);
    }

    #[test]
    fn going_back_skips_what_failed_or_was_rolled_back() {
        let records = [
            record(1, State::Superseded),
            record(2, State::Superseded),
            record(3, State::RolledBack),
            record(4, State::Failed),
            record(5, State::Deployed),
            record(6, State::Pending),
        ];
        assert_eq!(current(&records).unwrap().revision, 5);
        assert_eq!(previous(&records).unwrap().revision, 2);
        assert_eq!(previous(&records[..1]).unwrap().revision, 1);
        assert!(previous(&records[4..]).is_none());
    }
}
