//! The lock of an environment: a `coordination.k8s.io/Lease` in its namespace.

use std::fmt;
use std::fs;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::clock;
use crate::deploy::APP;
use crate::digest::sha256;
use crate::environment;
use crate::validate::bundle::at;

/// How much longer than the command, or its way back, a lock is held: for what comes after either.
pub const MARGIN: Duration = Duration::from_mins(2);

/// The Lease's name.
#[must_use]
pub fn name() -> String {
    format!("{APP}-deploy")
}

/// Who holds a lock: a process, named so that its end can be noticed on the same machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    user: String,
    host: String,
    pid: u32,
    /// When the process started, in the kernel's ticks: process ids are used again.
    started: String,
    /// Which process ids are meant: the boot and the pid namespace, hashed; `-` when the system does not say.
    scope: String,
}

impl Holder {
    /// This process.
    #[must_use]
    pub fn this_process() -> Self {
        let pid = std::process::id();
        let host = fs::read_to_string("/proc/sys/kernel/hostname")
            .map_or_else(|_| "unknown".to_owned(), |name| name.trim().to_owned());
        let scope = fs::read_to_string("/proc/sys/kernel/random/boot_id")
            .ok()
            .zip(fs::read_link("/proc/self/ns/pid").ok())
            .map_or_else(
                || "-".to_owned(),
                |(boot, pids)| sha256(format!("{boot}{}", pids.display()).as_bytes())[..12].to_owned(),
            );
        Self { user: environment::user(), host, pid, started: started(pid).unwrap_or_else(|| "-".to_owned()), scope }
    }

    fn parse(text: &str) -> Option<Self> {
        let (user_host, process) = text.rsplit_once('/')?;
        let (user, host) = user_host.split_once('@')?;
        let [pid, started, scope] = process.splitn(3, '_').collect::<Vec<_>>().try_into().ok()?;
        Some(Self {
            user: user.to_owned(),
            host: host.to_owned(),
            pid: pid.parse().ok()?,
            started: started.to_owned(),
            scope: scope.to_owned(),
        })
    }

    /// Whether `text` names a process of this machine that is no more. Anything unclear counts as alive.
    fn is_dead(&self, text: &str) -> bool {
        Self::parse(text).is_some_and(|other| {
            self.scope != "-"
                && other.scope == self.scope
                && other.started != "-"
                && started(other.pid).is_none_or(|started| started != other.started)
        })
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}/{}_{}_{}", self.user, self.host, self.pid, self.started, self.scope)
    }
}

/// The start time of a process, field 22 of its `stat`; the name in field 2 may contain anything but `)`.
fn started(pid: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, after_name) = stat.rsplit_once(')')?;
    after_name.split_whitespace().nth(19).map(str::to_owned)
}

/// The state of the lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lock {
    /// There is no Lease.
    Absent,
    /// The Lease may be taken: nobody holds it, or its holder's time is over, or the holder is dead.
    Free {
        /// The Lease's `resourceVersion`; taking it fails when somebody else was faster.
        version: String,
        /// Who had it, when it was not given back.
        left_by: Option<String>,
    },
    /// Another deploy is at work.
    Held {
        /// Who holds it.
        holder: String,
        /// Until when, at the latest.
        until: DateTime<Utc>,
    },
}

impl Lock {
    /// Reads a Lease as it stands at `now`, seen by `this`.
    #[must_use]
    pub fn read(lease: &Value, now: DateTime<Utc>, this: &Holder) -> Self {
        let version = at(lease, "metadata.resourceVersion").as_str().unwrap_or_default().to_owned();
        let holder = at(lease, "spec.holderIdentity").as_str().unwrap_or_default().to_owned();
        let renewed = at(lease, "spec.renewTime").as_str().and_then(|time| time.parse::<DateTime<Utc>>().ok());
        let seconds = at(lease, "spec.leaseDurationSeconds").as_i64().unwrap_or(0);
        match renewed.and_then(|renewed| renewed.checked_add_signed(TimeDelta::seconds(seconds))) {
            _ if holder.is_empty() => Self::Free { version, left_by: None },
            Some(until) if until > now && !this.is_dead(&holder) => Self::Held { holder, until },
            _ => Self::Free { version, left_by: Some(holder) },
        }
    }
}

/// The Lease that takes the lock for `hold` from `now` on.
#[must_use]
pub fn manifest(namespace: &str, holder: &str, now: DateTime<Utc>, hold: Duration, version: Option<&str>) -> Value {
    let mut lease = json!({
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": name(), "namespace": namespace, "labels": {"app": APP}},
        "spec": {
            "holderIdentity": holder,
            "leaseDurationSeconds": hold.as_secs(),
            "acquireTime": clock::micro_time(now),
            "renewTime": clock::micro_time(now),
        },
    });
    if let Some(version) = version {
        lease["metadata"]["resourceVersion"] = json!(version);
    }
    lease
}

/// The JSON patch that gives the lock back, if it is still ours.
#[must_use]
pub fn release_patch(holder: &str) -> String {
    json!([
        {"op": "test", "path": "/spec/holderIdentity", "value": holder},
        {"op": "remove", "path": "/spec/holderIdentity"},
    ])
    .to_string()
}

/// The JSON patch that holds the lock for another `hold` from `from` on, if it is still ours.
#[must_use]
pub fn renew_patch(holder: &str, from: DateTime<Utc>) -> String {
    json!([
        {"op": "test", "path": "/spec/holderIdentity", "value": holder},
        {"op": "replace", "path": "/spec/renewTime", "value": clock::micro_time(from)},
    ])
    .to_string()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chrono::{DateTime, TimeDelta, Utc};
    use serde_json::json;

    use super::{Holder, Lock, manifest};

    fn now() -> DateTime<Utc> {
        "2026-03-01T12:00:00Z".parse().unwrap()
    }

    fn read(holder: &str, after: TimeDelta) -> Lock {
        let mut lease = manifest("n", holder, now(), Duration::from_mins(1), None);
        lease["metadata"]["resourceVersion"] = json!("7");
        Lock::read(&lease, now() + after, &Holder::this_process())
    }

    #[test]
    fn a_lock_is_held_until_its_time_is_over() {
        let other = "bob@elsewhere/1_2_3";
        assert!(matches!(read(other, TimeDelta::seconds(59)), Lock::Held { holder, .. } if holder == other));
        assert_eq!(
            read(other, TimeDelta::seconds(60)),
            Lock::Free { version: "7".into(), left_by: Some(other.into()) }
        );
        assert_eq!(read("", TimeDelta::zero()), Lock::Free { version: "7".into(), left_by: None });
    }

    #[test]
    fn the_lock_of_a_process_that_was_killed_is_free_at_once() {
        let this = Holder::this_process();
        assert!(matches!(read(&this.to_string(), TimeDelta::zero()), Lock::Held { .. }));
        let earlier = Holder { started: "1".to_owned(), ..this };
        assert!(matches!(read(&earlier.to_string(), TimeDelta::zero()), Lock::Free { left_by: Some(_), .. }));
    }

    #[test]
    fn a_holder_of_another_machine_is_never_taken_for_dead() {
        let elsewhere = Holder { started: "1".to_owned(), scope: "000000000000".to_owned(), ..Holder::this_process() };
        assert!(matches!(read(&elsewhere.to_string(), TimeDelta::zero()), Lock::Held { .. }));
    }
}
