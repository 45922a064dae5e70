//! The report: a table for people, JSON for machines and for later comparison.
#![expect(clippy::print_stdout, reason = "this is what the program is for")]

use std::fs;
use std::io::{IsTerminal as _, Write as _};
use std::thread;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::compare;
use crate::rows::{Limit, Row};

/// Everything that was measured, and where.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) commit: String,
    pub(crate) machine: Machine,
    /// A short run, whose numbers only show that it works.
    pub(crate) smoke: bool,
    pub(crate) store: String,
    pub(crate) rows: Vec<Row>,
}

/// What the numbers depend on.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Machine {
    pub(crate) processor: String,
    pub(crate) cores: usize,
    pub(crate) system: String,
}

impl Machine {
    fn this() -> Self {
        let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = info.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("unknown");
        Self {
            processor: model.trim_start_matches([' ', '\t', ':']).to_owned(),
            cores: thread::available_parallelism().map_or(0, usize::from),
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        }
    }
}

impl Report {
    pub(crate) fn new(rows: Vec<Row>, commit: &str, smoke: bool, is_mongodb: bool) -> Self {
        let store = if is_mongodb { "MongoDB" } else { "embedded" }.to_owned();
        Self { commit: commit.to_owned(), machine: Machine::this(), smoke, store, rows }
    }
}

/// Prints the table, with ratios to an earlier report when there is one.
pub(crate) fn print(report: &Report, earlier: Option<&Report>) -> Result<()> {
    say("")?;
    for line in table(report, earlier) {
        say(&line)?;
    }
    Ok(())
}

fn table(report: &Report, earlier: Option<&Report>) -> Vec<String> {
    let machine = &report.machine;
    let then = if earlier.is_some() { "  to earlier" } else { "" };
    let mut lines = vec![
        format!(
            "commit {}, {} store, {} × {}, {}",
            report.commit, report.store, machine.cores, machine.processor, machine.system
        ),
        format!("{:<8}  {:<38}{:>14}{:>14}{:>10}  {:<7}{then}", "", "", "limit", "measured", "used", ""),
    ];
    let mut area = "";
    for row in &report.rows {
        let shown = if row.area == area { "" } else { &row.area };
        area = &row.area;
        let limit = match row.limit {
            Limit::AtMost(most) => format!("≤ {most} {}", row.unit),
            Limit::AtLeast(least) => format!("≥ {least} {}", row.unit),
            Limit::None => String::new(),
        };
        let measured = format!("{} {}", rounded(row.measured), row.unit);
        let used = row.used().map_or(String::new(), |used| format!("{used:.3}×"));
        let verdict = row.is_met().map_or("", |is_met| if is_met { "met" } else { "MISSED" });
        let then = earlier.map_or(String::new(), |earlier| format!("  {}", compare::ratio(row, earlier)));
        lines.push(format!("{shown:<8}  {:<38}{limit:>14}{measured:>14}{used:>10}  {verdict:<7}{then}", row.name));
    }
    let missed = report.rows.iter().filter(|row| row.is_met() == Some(false)).count();
    let met = report.rows.iter().filter(|row| row.is_met() == Some(true)).count();
    let smoke = if report.smoke { " (smoke run: the numbers say little)" } else { "" };
    lines.push(format!("{met} limits met, {missed} missed{smoke}"));
    lines
}

/// Three significant digits.
fn rounded(value: f64) -> String {
    match value {
        value if value >= 100.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        value => format!("{value:.2}"),
    }
}

/// Prints a line.
pub(crate) fn say(line: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout(), "{}", line.trim_end())?)
}

/// Says what is being measured, where somebody is watching.
pub(crate) fn progress(what: &str) -> Result<()> {
    if std::io::stdout().is_terminal() {
        print!("\r\x1b[Kmeasuring: {what} …");
        std::io::stdout().flush()?;
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{Machine, Report, table};
    use crate::rows::{Limit, Row};

    pub(crate) fn report(factor: f64) -> Report {
        let machine = Machine { processor: "Abacus".into(), cores: 2, system: "linux x86_64".into() };
        let rows = vec![
            Row::new("health", "liveness, mean", "ms", Limit::AtMost(10.0), 0.5 * factor),
            Row::new("health", "liveness, success", "%", Limit::AtLeast(99.9), 98.0),
            Row::new("memory", "resident, idle", "MB", Limit::None, 31.25),
        ];
        Report { commit: "abc".into(), machine, smoke: false, store: "embedded".into(), rows }
    }

    #[test]
    fn the_table_is_readable_at_a_glance() {
        insta::assert_snapshot!(table(&report(1.0), Some(&report(2.0))).join("\n"));
    }
}
