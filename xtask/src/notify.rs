//! `cargo xtask notify`: the last job of a GitHub run says in one table how the others ended.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;

use anyhow::{Context, Result};
use clap::Args as ClapArgs;
use serde_json::{Map, Value};

use crate::console::Tone;
use crate::environment;
use crate::exit::{Exit, Refusal};
use crate::workspace::Workspace;

/// Arguments of `cargo xtask notify`.
#[derive(Debug, ClapArgs)]
pub struct Args {}

/// Reads `NEEDS`, the `needs` context as JSON, and ends with code 1 when a job failed.
///
/// # Errors
/// A [`Refusal`] when the variable is missing or is not that JSON; otherwise when the summary cannot be written.
pub fn run(workspace: &Workspace, _args: &Args) -> Result<Exit> {
    let needs = parse(environment::value("NEEDS"))?;
    let (table, failed) = table(&needs);
    workspace.console.say(Tone::Plain, &table);
    if let Some(path) = environment::value("GITHUB_STEP_SUMMARY") {
        let mut file = File::options().create(true).append(true).open(&path)?;
        file.write_all(table.as_bytes()).with_context(|| format!("cannot write {path}"))?;
    }
    for job in &failed {
        workspace.console.annotate_error(job, "this job did not succeed");
    }
    Ok(if failed.is_empty() { Exit::Done } else { Exit::Failed })
}

fn parse(needs: Option<String>) -> Result<Map<String, Value>> {
    let needs = needs.ok_or_else(|| Refusal::usage("NEEDS is not set: the workflow passes ${{ toJSON(needs) }}"))?;
    let wrong = |error| Refusal::usage(format!("NEEDS is not the JSON of a needs context: {error}")).into();
    serde_json::from_str(&needs).map_err(wrong)
}

/// A Markdown table, and the jobs that neither succeeded nor were skipped.
fn table(needs: &Map<String, Value>) -> (String, Vec<String>) {
    let mut table = String::from("| job | result |\n|---|---|\n");
    let mut failed = Vec::new();
    for (job, state) in needs {
        let result = state["result"].as_str().unwrap_or("unknown");
        if !matches!(result, "success" | "skipped") {
            failed.push(job.clone());
        }
        // Writing to a String cannot fail.
        let _ = writeln!(table, "| {job} | {result} |");
    }
    (table, failed)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{parse, table};
    use crate::exit::Exit;

    #[test]
    fn without_its_input_the_command_is_not_understood() {
        for needs in [None, Some("nonsense".to_owned())] {
            assert_eq!(Exit::of(&parse(needs).unwrap_err()), Exit::Usage);
        }
    }

    #[test]
    fn failed_and_cancelled_jobs_are_named_and_skipped_ones_are_not() {
        let needs = json!({
            "quality": { "result": "success" },
            "test": { "result": "failure" },
            "image": { "result": "cancelled" },
            "release": { "result": "skipped" },
        });
        let (table, failed) = table(needs.as_object().unwrap());
        assert_eq!(failed, ["image", "test"]);
        assert!(table.contains("| release | skipped |"));
    }
}
