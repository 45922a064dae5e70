//! `cargo xtask tidy`: the rules of this repository that no other tool knows.
//!
//! Each rule is a function from the [`Tree`] to findings, in a file of its own, with tests that plant its fault.

mod crates;
mod image;
mod sources;
mod workflows;
mod workplace;

use std::fmt;
use std::path::Path;

use anyhow::{Context, Result};
use clap::Args as ClapArgs;
use serde_json::Value;

use crate::console::Tone;
use crate::exit::Exit;
use crate::workspace::Workspace;

/// Arguments of `cargo xtask tidy`.
#[derive(Debug, ClapArgs)]
pub struct Args {}

/// What the rules look at.
#[derive(Debug, Default)]
pub struct Tree {
    /// Text files by path from the root, with `/` between folders, sorted.
    pub files: Vec<(String, String)>,
    /// `cargo metadata` of the members, without dependencies.
    pub metadata: Value,
}

impl Tree {
    /// Reads a repository.
    ///
    /// # Errors
    /// When git, cargo or a file does not answer.
    pub fn read(workspace: &Workspace) -> Result<Self> {
        let mut files = Vec::new();
        for path in workspace.files()? {
            let bytes =
                std::fs::read(workspace.root.join(&path)).with_context(|| format!("cannot read {}", path.display()))?;
            // What is not UTF-8 is a picture or an archive, which no rule looks into.
            if let Ok(text) = String::from_utf8(bytes) {
                files.push((path.to_string_lossy().replace('\\', "/"), text));
            }
        }
        Ok(Self { files, metadata: workspace.metadata()? })
    }

    /// The text of one file.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.iter().find(|(name, _)| name == path).map(|(_, text)| text.as_str())
    }

    /// Paths and texts of the files with an extension.
    fn with_extension<'a>(&'a self, extension: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> + 'a {
        self.files
            .iter()
            .filter(move |(path, _)| Path::new(path).extension().is_some_and(|found| found == extension))
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }
}

/// A rule that is broken somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The file, from the root.
    pub file: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.message)
    }
}

fn finding(file: &str, message: impl Into<String>) -> Finding {
    Finding { file: file.to_owned(), message: message.into() }
}

/// A rule: its name, and the function that looks for what breaks it.
pub type Rule = (&'static str, fn(&Tree) -> Vec<Finding>);

/// All rules.
pub const RULES: &[Rule] = &[
    ("crates depend inward", crates::edges),
    ("every crate is on the map", crates::on_the_map),
    ("workspace lints are on", crates::lints_on),
    ("every file says what it is", sources::module_docs),
    ("files are small", sources::sizes),
    ("no shell scripts", sources::no_shell_scripts),
    ("suppressions give reasons", sources::suppressions),
    ("no ignored tests", sources::no_ignored_tests),
    ("no logic in workflows", workflows::single_commands),
    ("actions are pinned", workflows::pinned_actions),
    ("jobs are bounded and unprivileged", workflows::bounded_jobs),
    ("the image has what it needs and nothing else", image::minimal),
    ("the image is built from what exists", image::baked),
    ("the repository stands alone", workplace::stands_alone),
];

/// Every finding of every rule.
#[must_use]
pub fn findings(tree: &Tree) -> Vec<(&'static str, Finding)> {
    RULES.iter().flat_map(|(name, rule)| rule(tree).into_iter().map(|finding| (*name, finding))).collect()
}

/// Runs the command.
///
/// # Errors
/// When the repository cannot be read.
pub fn run(workspace: &Workspace, _args: &Args) -> Result<Exit> {
    let tree = Tree::read(workspace)?;
    let findings = findings(&tree);
    for (rule, finding) in &findings {
        workspace.console.say(Tone::Bad, &format!("{finding} [{rule}]"));
    }
    let (files, rules) = (tree.files.len(), RULES.len());
    if findings.is_empty() {
        workspace.console.say(Tone::Good, &format!("{files} files keep the {rules} rules"));
        return Ok(Exit::Done);
    }
    workspace.console.say(Tone::Bad, &format!("{} findings in {files} files, {rules} rules", findings.len()));
    Ok(Exit::Invalid)
}

#[cfg(test)]
fn tree(files: &[(&str, &str)]) -> Tree {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    Tree { files, metadata: Value::Null }
}
