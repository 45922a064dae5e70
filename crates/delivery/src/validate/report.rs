//! The report: a table for people, JSON for programs, SARIF for code scanning.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Outcome, rules};
use crate::console::{Paint, paint};
use crate::validate::finding::Finding;

pub(super) fn table(outcome: &Outcome, color: bool) -> String {
    let mut out = String::new();
    let width = outcome.overlays.iter().map(|checked| checked.overlay.len()).max().unwrap_or(0).max("overlay".len());
    let _ =
        writeln!(out, "{}", paint(&format!("{:width$}  rendered  validated  findings", "overlay"), Paint::Bold, color));
    for checked in &outcome.overlays {
        let count = outcome.findings.iter().filter(|finding| finding.overlay == checked.overlay).count();
        let _ =
            writeln!(out, "{:width$}  {:>8}  {:>9}  {count:>8}", checked.overlay, checked.rendered, checked.validated);
    }
    for finding in &outcome.findings {
        let _ = writeln!(out);
        let _ = writeln!(out, "{} {}", paint(&finding.rule, Paint::Red, color), place(finding));
        let _ = writeln!(out, "  {}", finding.message.replace('\n', "\n  "));
        let _ = writeln!(out, "  {} {}", paint("remedy:", Paint::Dim, color), finding.remedy);
    }
    for finding in &outcome.waived {
        let _ = writeln!(out);
        let _ =
            writeln!(out, "{} {}", paint(&format!("{} (waived)", finding.rule), Paint::Yellow, color), place(finding));
        let _ = writeln!(out, "  {}", finding.message);
    }
    let _ = writeln!(out);
    let (findings, waived) = (outcome.findings.len(), outcome.waived.len());
    let rules = rules::ALL.len();
    if findings == 0 {
        let text = format!("valid: every object has its type, {rules} rules hold, {waived} findings waived");
        let _ = writeln!(out, "{}", paint(&text, Paint::Green, color));
    } else {
        let text = format!("not valid: {findings} findings, {waived} waived");
        let _ = writeln!(out, "{}", paint(&text, Paint::Red, color));
    }
    out
}

fn place(finding: &Finding) -> String {
    let mut text = format!("[{}] deployments/{}:{}", finding.overlay, finding.file, finding.line);
    for part in [&finding.object, &finding.path] {
        if !part.is_empty() {
            text.push(' ');
            text.push_str(part);
        }
    }
    text
}

pub(super) fn json(outcome: &Outcome) -> String {
    let value = json!({
        "valid": outcome.findings.is_empty(),
        "overlays": outcome.overlays,
        "findings": outcome.findings,
        "waived": outcome.waived,
    });
    format!("{value:#}")
}

pub(super) fn sarif(outcome: &Outcome) -> String {
    let declared: Vec<Value> = rules::ALL
        .iter()
        .map(|rule| {
            json!({
                "id": rule.name,
                "shortDescription": {"text": rule.demands},
                "help": {"text": rule.remedy},
            })
        })
        .chain(undeclared(outcome).into_iter().map(|rule| json!({"id": rule})))
        .collect();
    let results: Vec<Value> = outcome
        .findings
        .iter()
        .map(|finding| result(finding, false))
        .chain(outcome.waived.iter().map(|finding| result(finding, true)))
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "cargo xtask validate",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": "https://github.com/kasbench/globeco-order-generation-service",
                "rules": declared,
            }},
            "results": results,
        }],
    });
    format!("{log:#}")
}

/// The checks that come before the named rules: types, kustomization entries, waivers.
fn undeclared(outcome: &Outcome) -> BTreeSet<&str> {
    let found = outcome.findings.iter().chain(&outcome.waived).map(|finding| finding.rule.as_str());
    found.filter(|name| rules::ALL.iter().all(|rule| rule.name != *name)).collect()
}

fn result(finding: &Finding, waived: bool) -> Value {
    let mut value = json!({
        "ruleId": finding.rule,
        "level": "error",
        "message": {"text": format!("[{}] {}: {}. To do: {}", finding.overlay, subject(finding), finding.message, finding.remedy)},
        "locations": [{
            "physicalLocation": {
                "artifactLocation": {"uri": format!("deployments/{}", finding.file)},
                "region": {"startLine": finding.line},
            },
            "logicalLocations": [{"fullyQualifiedName": subject(finding), "kind": "object"}],
        }],
    });
    if waived {
        value["suppressions"] = json!([{"kind": "external", "justification": "deployments/waivers.yaml"}]);
    }
    value
}

fn subject(finding: &Finding) -> String {
    match (finding.object.as_str(), finding.path.as_str()) {
        ("", _) => finding.file.clone(),
        (object, "") => object.to_owned(),
        (object, path) => format!("{object} {path}"),
    }
}
