//! `cargo xtask secrets`: looks for credentials in the tree, or with `--staged` in what is about to be committed.
//!
//! What looks like one and is not is listed with its reason in `xtask/tools/not-secrets.toml`.

pub mod rules;

use anyhow::{Context, Result};
use clap::Args as ClapArgs;
use serde::Deserialize;
use xshell::cmd;

use crate::console::Tone;
use crate::exit::Exit;
use crate::workspace::Workspace;

use rules::Rules;

/// The list of exceptions.
pub const EXCEPTIONS: &str = "xtask/tools/not-secrets.toml";

/// Arguments of `cargo xtask secrets`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Looks at the lines that are staged for the next commit instead of the whole tree.
    #[arg(long)]
    staged: bool,
}

/// A line in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Path from the root.
    pub file: String,
    /// From 1.
    pub number: usize,
    /// Without its end.
    pub text: String,
}

/// Something that looks like a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub file: String,
    /// From 1.
    pub number: usize,
    /// What kind.
    pub kind: &'static str,
    /// The first characters, enough to find it and too few to use it.
    pub hint: String,
}

/// Text in a file that is known not to be a secret.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// Path from the root.
    pub file: String,
    /// Part of the line.
    pub text: String,
    /// Why it is none.
    pub reason: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exceptions {
    #[serde(default)]
    exception: Vec<Exception>,
}

/// Runs the command.
///
/// # Errors
/// When git or the list of exceptions cannot be read.
pub fn run(workspace: &Workspace, args: &Args) -> Result<Exit> {
    let lines = if args.staged { staged(workspace)? } else { tree(workspace)? };
    let exceptions = exceptions(workspace)?;
    let findings = scan(&lines, &exceptions)?;
    for finding in &findings {
        let place = format!("{}:{}", finding.file, finding.number);
        workspace.console.say(Tone::Bad, &format!("{place}: {} `{}…`", finding.kind, finding.hint));
        workspace.console.annotate_error(&place, finding.kind);
    }
    let stale = if args.staged { Vec::new() } else { stale(&lines, &exceptions) };
    for exception in &stale {
        let message = format!("{EXCEPTIONS}: `{}` is not in {} any more: remove it", exception.text, exception.file);
        workspace.console.say(Tone::Bad, &message);
    }
    if findings.is_empty() && stale.is_empty() {
        workspace.console.say(Tone::Good, &format!("no secrets in {} lines", lines.len()));
        return Ok(Exit::Done);
    }
    let advice = format!("revoke a real secret at once, it is in the history; list what is none in {EXCEPTIONS}");
    workspace.console.say(Tone::Plain, &advice);
    Ok(Exit::Invalid)
}

/// Everything in the lines that looks like a credential and is not an exception.
///
/// # Errors
/// When a rule's pattern is not valid.
pub fn scan(lines: &[Line], exceptions: &[Exception]) -> Result<Vec<Finding>> {
    let rules = Rules::new()?;
    let excused = |line: &Line| {
        exceptions.iter().any(|exception| exception.file == line.file && line.text.contains(&exception.text))
    };
    let mut findings = Vec::new();
    for line in lines {
        if let Some((kind, found)) = rules.find(&line.text)
            && !excused(line)
        {
            let hint = found.chars().take(8).collect();
            findings.push(Finding { file: line.file.clone(), number: line.number, kind, hint });
        }
    }
    Ok(findings)
}

fn stale<'a>(lines: &[Line], exceptions: &'a [Exception]) -> Vec<&'a Exception> {
    let matches = |exception: &Exception| {
        lines.iter().any(|line| line.file == exception.file && line.text.contains(&exception.text))
    };
    exceptions.iter().filter(|exception| !matches(exception)).collect()
}

fn exceptions(workspace: &Workspace) -> Result<Vec<Exception>> {
    let path = workspace.path(EXCEPTIONS);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let list: Exceptions = toml::from_str(&std::fs::read_to_string(&path)?).with_context(|| EXCEPTIONS.to_owned())?;
    Ok(list.exception)
}

/// Every line of the tree. The lists of checksums are left out: they are random by nature and written by tools.
fn tree(workspace: &Workspace) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    for path in workspace.files()? {
        let name = path.to_string_lossy().replace('\\', "/");
        if ["Cargo.lock", "go.sum", "requirements.txt"].iter().any(|list| name.ends_with(list)) || name == EXCEPTIONS {
            continue;
        }
        let bytes = std::fs::read(workspace.root.join(&path)).with_context(|| format!("cannot read {name}"))?;
        let text = String::from_utf8_lossy(&bytes);
        let numbered = text.lines().enumerate();
        lines.extend(numbered.map(|(index, text)| Line {
            file: name.clone(),
            number: index + 1,
            text: text.to_owned(),
        }));
    }
    Ok(lines)
}

fn staged(workspace: &Workspace) -> Result<Vec<Line>> {
    let shell = workspace.shell()?;
    let diff = cmd!(shell, "git diff --cached --unified=0 --no-color --no-ext-diff").quiet().read()?;
    Ok(added_lines(&diff))
}

/// The lines that a diff adds, with their places.
fn added_lines(diff: &str) -> Vec<Line> {
    let (mut file, mut number, mut lines) = (String::new(), 0, Vec::new());
    for line in diff.lines() {
        if let Some(path) = line.strip_prefix("+++ ") {
            path.strip_prefix("b/").unwrap_or(path).clone_into(&mut file);
        } else if let Some(hunk) = line.strip_prefix("@@ ") {
            let start = hunk.split('+').nth(1).and_then(|rest| rest.split([',', ' ']).next());
            number = start.and_then(|start| start.parse().ok()).unwrap_or(1);
        } else if let Some(text) = line.strip_prefix('+') {
            lines.push(Line { file: file.clone(), number, text: text.to_owned() });
            number += 1;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{Exception, Line, added_lines, scan, stale};

    fn line(text: &str) -> Line {
        Line { file: "a.rs".into(), number: 3, text: text.into() }
    }

    #[test]
    fn the_staged_lines_are_found_with_their_places() {
        let diff = "diff --git a/src/a.rs b/src/a.rs\n--- a/src/a.rs\n+++ b/src/a.rs\n@@ -1,0 +7,2 @@ fn\n+one\n+two\n@@ -9 +12 @@\n-old\n+three\n";
        let places: Vec<_> = added_lines(diff).into_iter().map(|line| (line.file, line.number, line.text)).collect();
        let expected = [(7, "one"), (8, "two"), (12, "three")];
        assert_eq!(places, expected.map(|(number, text)| ("src/a.rs".to_owned(), number, text.to_owned())));
    }

    #[test]
    fn an_exception_covers_its_own_line_only_and_must_be_there() {
        let secret = ["AKIA", "Q3EGRNVBZ7XQ4ZK2"].concat();
        let exception = Exception { file: "a.rs".into(), text: secret.clone(), reason: "a test".into() };
        let other = Exception { file: "b.rs".into(), ..exception.clone() };
        assert_eq!(scan(&[line(&secret)], &[]).unwrap().len(), 1);
        assert_eq!(scan(&[line(&secret)], std::slice::from_ref(&exception)).unwrap().len(), 0);
        assert_eq!(scan(&[line(&secret)], std::slice::from_ref(&other)).unwrap().len(), 1);
        assert_eq!(stale(&[line(&secret)], &[exception, other]).len(), 1);
    }

    #[test]
    fn a_finding_does_not_repeat_the_secret() {
        let secret = ["AKIA", "Q3EGRNVBZ7XQ4ZK2"].concat();
        assert_eq!(scan(&[line(&secret)], &[]).unwrap()[0].hint.len(), 8);
    }
}
