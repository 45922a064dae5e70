//! The summary of a pipeline run: a table for people, `JUnit` and JSON for machines, Markdown for GitHub.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;

use crate::console::Tone;
use crate::environment;
use crate::workspace::Workspace;

use super::outcome::{Outcome, Tally, Verdict};

/// Prints the summary and writes `target/ci/results.json` and `target/ci/junit.xml`.
///
/// # Errors
/// When the files cannot be written.
pub fn write(workspace: &Workspace, outcomes: &[Outcome], took: Duration) -> Result<()> {
    let reports = workspace.reports();
    fs::create_dir_all(&reports).with_context(|| format!("cannot create {}", reports.display()))?;
    fs::write(reports.join("junit.xml"), junit(outcomes))?;
    let results = serde_json::to_string_pretty(&json(outcomes, took))?;
    fs::write(reports.join("results.json"), results + "\n")?;
    if let Some(summary) = environment::value("GITHUB_STEP_SUMMARY") {
        let mut file = fs::File::options().create(true).append(true).open(&summary)?;
        file.write_all(markdown(outcomes).as_bytes()).with_context(|| format!("cannot write {summary}"))?;
    }
    let console = &workspace.console;
    console.say(Tone::Plain, "");
    for (tone, line) in table(outcomes) {
        console.say(tone, &line);
    }
    for line in closing(outcomes, took, &workspace.placed("target/ci")) {
        console.say(Tone::Strong, &line);
    }
    Ok(())
}

/// One line for each check, its stage named once.
fn table(outcomes: &[Outcome]) -> Vec<(Tone, String)> {
    let mut lines =
        vec![(Tone::Strong, format!("{:<14}{:<14}{:<9}{:>14}{:>14}", "stage", "check", "result", "tests", "time"))];
    let mut stage = "";
    for outcome in outcomes {
        let shown = if outcome.stage == stage { "" } else { outcome.stage };
        stage = outcome.stage;
        let tests = outcome.tally.map_or(String::new(), |tally| {
            let failed = if tally.failed > 0 { format!(", {} failed", tally.failed) } else { String::new() };
            format!("{}{failed}", tally.passed)
        });
        let (tone, word) = words(&outcome.verdict);
        lines
            .push((tone, format!("{shown:<14}{:<14}{word:<9}{tests:>14}{:>14}", outcome.check, seconds(outcome.took))));
    }
    lines
}

fn words(verdict: &Verdict) -> (Tone, &'static str) {
    match verdict {
        Verdict::Passed => (Tone::Good, "passed"),
        Verdict::Failed(_) => (Tone::Bad, "FAILED"),
        Verdict::NotRun(_) => (Tone::Warn, "not run"),
    }
}

/// What failed and what did not run, with reasons, then the counts.
fn closing(outcomes: &[Outcome], took: Duration, reports: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for outcome in outcomes {
        match &outcome.verdict {
            Verdict::Passed => {}
            Verdict::Failed(why) => {
                let log = format!("{reports}/logs/{}-{}.log", outcome.stage, outcome.check);
                lines.push(format!("failed:  {}/{}: {why}\n         log: {log}", outcome.stage, outcome.check));
            }
            Verdict::NotRun(why) => lines.push(format!("not run: {}/{}: {why}", outcome.stage, outcome.check)),
        }
    }
    let count = |wanted: &str| outcomes.iter().filter(|outcome| words(&outcome.verdict).1 == wanted).count();
    let tally = outcomes.iter().filter_map(|outcome| outcome.tally).fold(Tally::default(), Tally::plus);
    lines.push(format!(
        "checks: {} passed, {} failed, {} not run in {}; reports in {reports}",
        count("passed"),
        count("FAILED"),
        count("not run"),
        seconds(took)
    ));
    if tally != Tally::default() {
        lines.push(format!("tests: {} passed, {} failed, {} skipped", tally.passed, tally.failed, tally.skipped));
    }
    lines
}

fn seconds(took: Duration) -> String {
    let seconds = took.as_secs();
    if seconds >= 100 {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    } else {
        format!("{:.1} s", took.as_secs_f64())
    }
}

fn json(outcomes: &[Outcome], took: Duration) -> serde_json::Value {
    let checks: Vec<_> = outcomes
        .iter()
        .map(|outcome| {
            let detail = match &outcome.verdict {
                Verdict::Passed => None,
                Verdict::Failed(why) | Verdict::NotRun(why) => Some(why),
            };
            json!({
                "stage": outcome.stage,
                "check": outcome.check,
                "result": words(&outcome.verdict).1.to_lowercase(),
                "detail": detail,
                "seconds": outcome.took.as_secs_f64(),
                "tests": outcome.tally,
            })
        })
        .collect();
    json!({ "seconds": took.as_secs_f64(), "checks": checks })
}

fn junit(outcomes: &[Outcome]) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"cargo xtask ci\">\n");
    let mut stages: Vec<&str> = outcomes.iter().map(|outcome| outcome.stage).collect();
    stages.dedup();
    for stage in stages {
        let of_stage: Vec<_> = outcomes.iter().filter(|outcome| outcome.stage == stage).collect();
        let failures = of_stage.iter().filter(|outcome| matches!(outcome.verdict, Verdict::Failed(_))).count();
        let tests = of_stage.len();
        // Writing to a String cannot fail.
        let _ = writeln!(xml, "  <testsuite name=\"{stage}\" tests=\"{tests}\" failures=\"{failures}\">");
        for outcome in of_stage {
            let inner = match &outcome.verdict {
                Verdict::Passed => String::new(),
                Verdict::Failed(why) => format!("<failure message=\"{}\"/>", escape(why)),
                Verdict::NotRun(why) => format!("<skipped message=\"{}\"/>", escape(why)),
            };
            let (name, time) = (outcome.check, outcome.took.as_secs_f64());
            let _ = writeln!(
                xml,
                "    <testcase classname=\"{stage}\" name=\"{name}\" time=\"{time:.3}\">{inner}</testcase>"
            );
        }
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    text.replace('\n', "&#10;").chars().filter(|c| !c.is_control()).collect()
}

fn markdown(outcomes: &[Outcome]) -> String {
    let mut text = String::from("| stage | check | result | tests | time |\n|---|---|---|---|---|\n");
    for outcome in outcomes {
        let tests = outcome.tally.map_or(String::new(), |tally| tally.passed.to_string());
        let result = match &outcome.verdict {
            Verdict::Passed => "passed".to_owned(),
            Verdict::Failed(why) => format!("**failed**: {}", why.lines().next().unwrap_or_default()),
            Verdict::NotRun(why) => format!("not run: {why}"),
        };
        let result = result.replace('|', "\\|");
        let _ = writeln!(
            text,
            "| {} | {} | {result} | {tests} | {} |",
            outcome.stage,
            outcome.check,
            seconds(outcome.took)
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{closing, junit, markdown, table};
    use crate::ci::outcome::{Outcome, Tally, Verdict};

    fn outcomes() -> Vec<Outcome> {
        let outcome = |stage, check, verdict, seconds, tally| Outcome {
            stage,
            check,
            verdict,
            took: Duration::from_secs(seconds),
            tally,
        };
        vec![
            outcome("quality", "rustfmt", Verdict::Passed, 1, None),
            outcome(
                "quality",
                "typos",
                Verdict::Failed("`typos` ended with code 2 & <more>\nwhat to do".into()),
                2,
                None,
            ),
            outcome("test", "all", Verdict::Passed, 130, Some(Tally { passed: 120, failed: 0, skipped: 4 })),
            outcome("test", "mongodb", Verdict::NotRun("there is no MongoDB here (install one)".into()), 0, None),
        ]
    }

    #[test]
    fn the_summary_is_readable_at_a_glance() {
        let mut text: Vec<String> = table(&outcomes()).into_iter().map(|(_, line)| line).collect();
        text.extend(closing(&outcomes(), Duration::from_secs(133), "target/ci"));
        insta::assert_snapshot!(text.join("\n"));
    }

    #[test]
    fn the_reports_for_machines_are_well_formed() {
        insta::assert_snapshot!(junit(&outcomes()));
        insta::assert_snapshot!(markdown(&outcomes()));
    }
}
