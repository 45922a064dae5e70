//! Rules about GitHub workflows: no logic in YAML, pinned actions, bounded and unprivileged jobs.

use std::path::Path;

use serde_json::Value;

use super::{Finding, Tree, finding};

/// The one list of actions, their versions and commits.
const PINS: &str = ".github/actions.toml";

fn is_workflow(path: &str) -> bool {
    let extension = Path::new(path).extension().unwrap_or_default();
    path.starts_with(".github/workflows/") && (extension == "yml" || extension == "yaml")
}

/// Each workflow's path, text and content; a workflow that is not YAML has none and is reported by `bounded_jobs`.
fn workflows(tree: &Tree) -> impl Iterator<Item = (&str, &str, Option<Value>)> {
    tree.files
        .iter()
        .filter(|(path, _)| is_workflow(path))
        .map(|(path, text)| (path.as_str(), text.as_str(), serde_saphyr::from_str(text).ok()))
}

fn jobs(workflow: &Value) -> impl Iterator<Item = (&String, &Value)> {
    workflow["jobs"].as_object().into_iter().flatten()
}

/// A `run:` block is one call of `cargo xtask`; everything else belongs there.
pub(super) fn single_commands(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, _, content) in workflows(tree) {
        for (job, body) in content.iter().flat_map(jobs) {
            for run in body["steps"].as_array().into_iter().flatten().filter_map(|step| step["run"].as_str()) {
                let run = run.trim();
                let joined = ["&&", "||", ";", "|", "\n", "`", "$("].iter().any(|join| run.contains(join));
                if joined || !run.starts_with("cargo xtask ") {
                    let message = format!("job `{job}` runs `{run}`: a run block is one `cargo xtask` command");
                    findings.push(finding(path, message));
                }
            }
        }
    }
    findings
}

/// Every action is pinned by the commit that the list names, with its version as a comment; the list has no others.
pub(super) fn pinned_actions(tree: &Tree) -> Vec<Finding> {
    let pins: toml::Table = tree.text(PINS).and_then(|text| text.parse().ok()).unwrap_or_default();
    let mut used = Vec::new();
    let mut findings = Vec::new();
    for (path, text, _) in workflows(tree) {
        for (index, line) in text.lines().enumerate() {
            let Some(reference) = line.trim().trim_start_matches("- ").strip_prefix("uses:") else { continue };
            let place = format!("{path}:{}", index + 1);
            let (reference, comment) = reference.split_once('#').unwrap_or((reference, ""));
            let (action, commit) = reference.trim().split_once('@').unwrap_or((reference.trim(), ""));
            // A part of an action (`github/codeql-action/upload-sarif`) is pinned with the whole.
            let whole = action.split('/').take(2).collect::<Vec<_>>().join("/");
            used.push(whole.clone());
            let pin = pins.get(&whole);
            let expected = |key: &str| pin.and_then(|pin| pin.get(key)).and_then(toml::Value::as_str);
            if expected("commit") != Some(commit) || expected("version") != Some(comment.trim()) {
                let message = format!("`{action}` must be pinned exactly as {PINS} says: @commit # version");
                findings.push(finding(&place, message));
            }
        }
    }
    let unused = pins.keys().filter(|action| !used.contains(action));
    findings.extend(unused.map(|action| finding(PINS, format!("`{action}` is used by no workflow: remove it"))));
    findings
}

/// Every job has a timeout, and no workflow has rights that a job did not ask for.
pub(super) fn bounded_jobs(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, _, content) in workflows(tree) {
        let Some(workflow) = content else {
            findings.push(finding(path, "this is not YAML"));
            continue;
        };
        if workflow["permissions"] != serde_json::json!({}) {
            findings.push(finding(path, "set `permissions: {}` at the top and grant rights to single jobs"));
        }
        for (job, body) in jobs(&workflow) {
            if !body["timeout-minutes"].is_number() {
                findings.push(finding(path, format!("job `{job}` needs `timeout-minutes`")));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::tree;
    use super::{bounded_jobs, pinned_actions, single_commands};

    const GOOD: &str = "on: push\npermissions: {}\njobs:\n  quality:\n    timeout-minutes: 15\n    steps:\n      \
        - uses: actions/checkout@abc # v7.0.1\n      - run: cargo xtask ci quality\n";
    const PINS: &str = "[\"actions/checkout\"]\nversion = \"v7.0.1\"\ncommit = \"abc\"\n";

    fn findings(from: &str, to: &str) -> Vec<String> {
        let workflow = GOOD.replace(from, to);
        assert!(from.is_empty() || workflow != GOOD, "the fault was not planted: {from}");
        let tree = tree(&[(".github/workflows/ci.yml", &workflow), (".github/actions.toml", PINS)]);
        let all = [single_commands(&tree), pinned_actions(&tree), bounded_jobs(&tree)].concat();
        all.into_iter().map(|finding| finding.to_string()).collect()
    }

    #[test]
    fn a_good_workflow_passes() {
        assert_eq!(findings("", ""), [""; 0]);
    }

    #[test]
    fn each_fault_is_found() {
        let faults = [
            ("cargo xtask ci quality", "cargo xtask ci quality && echo done", "one `cargo xtask` command"),
            ("cargo xtask ci quality", "cargo test", "one `cargo xtask` command"),
            ("cargo xtask ci quality", "|\n          cargo xtask ci\n          cargo xtask image", "one `cargo xtask`"),
            ("@abc", "@abd", "pinned exactly"),
            ("@abc # v7.0.1", "@v7.0.1", "pinned exactly"),
            ("# v7.0.1", "# v7", "pinned exactly"),
            ("actions/checkout@abc", "somebody/else@abc", "pinned exactly"),
            ("    timeout-minutes: 15\n", "", "needs `timeout-minutes`"),
            ("permissions: {}", "permissions: write-all", "grant rights to single jobs"),
            ("jobs:", "jobs: [", "this is not YAML"),
        ];
        for (from, to, expected) in faults {
            let found = findings(from, to);
            assert!(found.iter().any(|finding| finding.contains(expected)), "{from} → {to}: {found:?}");
        }
    }

    #[test]
    fn a_pin_that_nobody_uses_is_found() {
        let tree = tree(&[(".github/actions.toml", PINS)]);
        assert!(pinned_actions(&tree)[0].message.contains("used by no workflow"));
    }
}
