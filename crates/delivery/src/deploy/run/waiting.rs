//! The two steps that wait: for the rollout to be complete, and for the service to be ready in the right version.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Tools, Trouble, stopped};
use crate::deploy::deadline::Deadline;
use crate::deploy::failure::Failure;
use crate::deploy::fault::Fault;
use crate::deploy::kubectl::CallError;
use crate::deploy::plan::Step;
use crate::deploy::report::Outcome;
use crate::deploy::rollout::{self, Progress, judge};
use crate::validate::bundle::items;

/// How often a rollout is looked at.
const LOOK: Duration = Duration::from_millis(400);

/// A server that has said nothing for so long when the time is over is gone, and there is no way back.
const GONE: Duration = Duration::from_secs(5);

/// The Deployment, and the `ReplicaSet`s of its namespace when it says that its deadline has passed.
fn look(step: &Step, replica_sets: &[String], tools: &Tools<'_>) -> Result<(Value, Value), CallError> {
    let deployment: Value = serde_json::from_str(&tools.kubectl.once(&step.argv, None)?).unwrap_or_default();
    if !rollout::claims_exceeded(&deployment) {
        return Ok((deployment, Value::Null));
    }
    let sets = serde_json::from_str(&tools.kubectl.once(replica_sets, None)?).unwrap_or_default();
    Ok((deployment, sets))
}

pub(super) fn watch(
    step: &Step,
    timeout: Duration,
    replica_sets: &[String],
    tools: &Tools<'_>,
    outcome: &mut Outcome,
) -> Result<(), Trouble> {
    let deadline = tools.kubectl.deadline();
    let started = Instant::now();
    let mut reached = Instant::now();
    let mut last = String::new();
    loop {
        match look(step, replica_sets, tools) {
            Ok((deployment, sets)) => {
                reached = Instant::now();
                match judge(&deployment, items(&sets["items"])) {
                    Progress::Complete(counts) => {
                        tools.console.done(&format!("rolled out: {counts}"));
                        outcome.rollout = Some(counts);
                        return Ok(());
                    }
                    Progress::Stalled(why) => {
                        return Err(Trouble::RolloutFailed(format!("progressDeadlineSeconds has passed: {why}")));
                    }
                    Progress::Waiting(counts) => {
                        if counts != last {
                            tools.console.step(&format!("  {counts}"));
                            last = counts;
                        }
                    }
                }
            }
            Err(error) if error.fault == Fault::Unreachable => {
                let is_over = deadline.passed() && reached.elapsed() >= GONE;
                if is_over || reached.elapsed() >= tools.unreachable_after {
                    let mut failure = Failure::before_changes(&step.what, &error);
                    failure.message = format!("the API server is gone: {}; {}", error.said, outcome.state());
                    return Err(Trouble::Stopped(failure));
                }
                tools.console.step(&format!("  no answer: {}", error.said.lines().next().unwrap_or_default()));
            }
            Err(error) if error.fault == Fault::Interrupted => {
                return Err(Trouble::Stopped(Failure::interrupted(&outcome.state())));
            }
            Err(error) => return Err(Trouble::RolloutFailed(error.to_string())),
        }
        if deadline.passed() {
            return Err(Trouble::RolloutFailed(format!("{deadline}: {last}")));
        }
        if started.elapsed() >= timeout {
            return Err(Trouble::RolloutFailed(format!("the rollout's time of {timeout:?} has passed: {last}")));
        }
        tools.kubectl.pause(LOOK);
    }
}

pub(super) fn check(
    step: &Step,
    version: Option<&str>,
    timeout: Duration,
    server: &[String],
    tools: &Tools<'_>,
    outcome: &mut Outcome,
) -> Result<(), Trouble> {
    let started = Instant::now();
    let mut last = String::new();
    loop {
        let why = match tools.kubectl.once(&step.argv, None) {
            Ok(output) => match judge_health(&output, version) {
                Ok(reported) => {
                    tools.console.done(&format!("the service is ready, in version {reported}"));
                    outcome.version = Some(reported);
                    return Ok(());
                }
                Err(why) => why,
            },
            Err(error) if error.fault == Fault::Interrupted => {
                return Err(Trouble::Stopped(Failure::interrupted(&outcome.state())));
            }
            // The time is over before it was asked again: what it said last is the reason.
            Err(_) if tools.kubectl.deadline().passed() && !last.is_empty() => last.clone(),
            Err(error) => error.said,
        };
        last.clone_from(&why);
        let deadline = tools.kubectl.deadline();
        if deadline.passed() || started.elapsed() >= timeout {
            let limit = if deadline.passed() { deadline.to_string() } else { format!("after {timeout:?}") };
            // A service that is not ready and a server that is gone give the same answer: ask the server itself.
            let asked = tools.until(deadline.or_later(Deadline::after("the time for this question", GONE)));
            return Err(match asked.kubectl.call(server, None) {
                Err(error) if error.fault == Fault::Unreachable => Trouble::Stopped(stopped(step, &error, outcome)),
                _ => Trouble::RolloutFailed(format!("the service is not ready ({limit}): {why}")),
            });
        }
        tools.kubectl.pause(LOOK);
    }
}

/// The version that a ready service reports.
fn judge_health(answer: &str, wanted: Option<&str>) -> Result<String, String> {
    let health: Value = serde_json::from_str(answer).map_err(|_| "its answer is not JSON".to_owned())?;
    let status = health["status"].as_str().unwrap_or("nothing");
    if status != "ready" {
        return Err(format!("it reports status {status}"));
    }
    let reported = health["version"].as_str().unwrap_or("none");
    match wanted {
        Some(wanted) if reported.trim_start_matches('v') != wanted => {
            Err(format!("it reports version {reported} instead of {wanted}"))
        }
        _ => Ok(reported.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::judge_health;

    #[test]
    fn only_a_ready_service_in_the_right_version_is_healthy() {
        let ready = r#"{"status":"ready","version":"0.2.0"}"#;
        assert_eq!(judge_health(ready, Some("0.2.0")), Ok("0.2.0".to_owned()));
        assert_eq!(judge_health(ready, None), Ok("0.2.0".to_owned()));
        assert!(judge_health(ready, Some("0.3.0")).unwrap_err().contains("0.2.0 instead of 0.3.0"));
        assert!(judge_health(r#"{"status":"not_ready","version":"0.2.0"}"#, None).unwrap_err().contains("not_ready"));
        assert!(judge_health("no endpoints", None).is_err());
    }
}
