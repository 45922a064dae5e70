//! What the validator has to say: which rule, about which object in which file, and what to do.

use serde::Serialize;

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The rule's stable name.
    pub rule: String,
    /// The overlay in which it shows.
    pub overlay: String,
    /// The file, relative to `deployments`.
    pub file: String,
    /// The line, from 1: on which the object starts, or of the place itself when that is known.
    pub line: usize,
    /// `Kind/name`, or empty when it is about a whole file.
    pub object: String,
    /// Where in the object, such as `spec.replicas`; empty when it is about all of it.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub remedy: String,
}

/// Findings as they are collected.
#[derive(Debug, Default)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// Adds a finding.
    pub fn add(&mut self, finding: Finding) {
        if !self.0.contains(&finding) {
            self.0.push(finding);
        }
    }

    /// Adds a finding about a whole file.
    pub fn add_file(&mut self, rule: &str, overlay: &str, file: &str, message: &str, remedy: &str) {
        self.add(Finding {
            rule: rule.to_owned(),
            overlay: overlay.to_owned(),
            file: file.to_owned(),
            line: 1,
            object: String::new(),
            path: String::new(),
            message: message.to_owned(),
            remedy: remedy.to_owned(),
        });
    }

    /// Whether nothing was found so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Everything found, in order.
    #[must_use]
    pub fn into_vec(self) -> Vec<Finding> {
        self.0
    }
}
