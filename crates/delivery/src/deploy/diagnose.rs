//! What a failed rollout looks like from the pods: their states, the latest events, the last lines of their logs.

use std::time::Duration;

use serde_json::Value;

use crate::deploy::run::Tools;
use crate::validate::bundle::{at, items};

/// How many events are shown, and how many lines of each log.
const EVENTS: usize = 8;

/// Lines for people. What cannot be had is said in its place: a diagnosis never makes a failure worse.
#[must_use]
pub(super) fn look(tools: &Tools<'_>) -> Vec<String> {
    let mut lines = pods(tools);
    lines.extend(events(tools));
    lines.extend(logs(tools));
    lines
}

fn get(tools: &Tools<'_>, arguments: &[&str]) -> Result<Value, String> {
    let mut all = vec!["-n", tools.namespace.as_str(), "get", "-o", "json"];
    all.extend(arguments);
    let output = tools.kubectl.call(&tools.kubectl.argv(&all), None).map_err(|error| error.said)?;
    serde_json::from_str(&output).map_err(|error| error.to_string())
}

fn pods(tools: &Tools<'_>) -> Vec<String> {
    match get(tools, &["pods", "-l", &tools.selector]) {
        Ok(list) => items(&list["items"]).iter().map(describe_pod).collect(),
        Err(error) => vec![format!("pods: {error}")],
    }
}

fn describe_pod(pod: &Value) -> String {
    let phase = at(pod, "status.phase").as_str().unwrap_or("?");
    let mut line = format!("pod {}: {phase}", at(pod, "metadata.name").as_str().unwrap_or("?"));
    for status in items(at(pod, "status.containerStatuses")) {
        let restarts = status["restartCount"].as_i64().unwrap_or(0);
        let reason = ["waiting", "terminated"].iter().find_map(|state| status["state"][state]["reason"].as_str());
        line.push_str(&format_state(status["ready"] == true, restarts, reason));
    }
    for condition in items(at(pod, "status.conditions")) {
        if condition["status"] == "False" && condition["message"].is_string() {
            line.push_str("; ");
            line.push_str(condition["message"].as_str().unwrap_or_default());
        }
    }
    line
}

fn format_state(ready: bool, restarts: i64, reason: Option<&str>) -> String {
    let ready = if ready { "ready" } else { "not ready" };
    format!(", {ready}, {restarts} restarts{}", reason.map(|reason| format!(", {reason}")).unwrap_or_default())
}

fn events(tools: &Tools<'_>) -> Vec<String> {
    let list = match get(tools, &["events", "--field-selector=type=Warning"]) {
        Ok(list) => list,
        Err(error) => return vec![format!("events: {error}")],
    };
    let mut events: Vec<(&str, String)> = items(&list["items"])
        .iter()
        .map(|event| {
            let time = ["lastTimestamp", "eventTime"].iter().find_map(|field| event[field].as_str()).unwrap_or("");
            let object = at(event, "involvedObject.name").as_str().unwrap_or("?");
            let (reason, message) = (event["reason"].as_str().unwrap_or("?"), event["message"].as_str().unwrap_or(""));
            (time, format!("event {object}: {reason}: {message}"))
        })
        .collect();
    events.sort();
    let older = events.len().saturating_sub(EVENTS);
    events.into_iter().skip(older).map(|(_, line)| line).collect()
}

fn logs(tools: &Tools<'_>) -> Vec<String> {
    let arguments =
        ["-n", &tools.namespace, "logs", "-l", &tools.selector, "--all-containers", "--prefix", "--tail=10"];
    match tools.kubectl.bounded(Duration::from_secs(5)).once(&tools.kubectl.argv(&arguments), None) {
        Ok(output) if output.trim().is_empty() => vec!["logs: none".to_owned()],
        Ok(output) => output.lines().map(|line| format!("log {line}")).collect(),
        Err(error) => vec![format!("logs: {}", error.said.lines().next().unwrap_or_default())],
    }
}
