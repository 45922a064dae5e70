//! How a check ended, and how many tests it ran.

use std::time::Duration;

use serde::Serialize;

/// The result of one check.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The stage that the check belongs to.
    pub stage: &'static str,
    /// Its name within the stage.
    pub check: &'static str,
    /// How it ended.
    pub verdict: Verdict,
    /// How long it took, builds included.
    pub took: Duration,
    /// Tests counted in its output, when it runs any.
    pub tally: Option<Tally>,
}

/// How a check ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It ran and found nothing.
    Passed,
    /// It found something, or could not run although it must; what, and what to do.
    Failed(String),
    /// It did not run; why, and how to get what it needs.
    NotRun(String),
}

/// Numbers of tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Ran and passed.
    pub passed: u64,
    /// Ran and failed.
    pub failed: u64,
    /// Filtered out or ignored.
    pub skipped: u64,
}

impl Tally {
    /// Adds up every closing line of nextest and of the standard test harness in an output; `None` without any.
    #[must_use]
    pub fn read(output: &str) -> Option<Self> {
        let mut total: Option<Self> = None;
        for line in output.lines() {
            let line = without_escapes(line);
            let is_closing = line.contains(" tests run: ") || line.contains(" test run: ");
            if is_closing || line.starts_with("test result: ") {
                let total = total.get_or_insert_default();
                total.passed += number_before(&line, "passed");
                total.failed += number_before(&line, "failed") + number_before(&line, "timed out");
                total.skipped += number_before(&line, "skipped") + number_before(&line, "ignored");
            }
        }
        total
    }

    /// The sum of two.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            skipped: self.skipped + other.skipped,
        }
    }
}

fn number_before(line: &str, word: &str) -> u64 {
    let Some((before, _)) = line.split_once(&format!(" {word}")) else { return 0 };
    before.rsplit(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// A line without its colour codes.
#[must_use]
pub fn without_escapes(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('\x1b') {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[test]
    fn closing_lines_of_both_runners_are_counted() {
        let output = "\x1b[32;1m     Summary\x1b[0m [   0.011s] \x1b[1m12\x1b[0m tests run: \x1b[1m10\x1b[0m passed (1 slow), \x1b[1m2\x1b[0m failed, 3 skipped\n\
            test result: ok. 4 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.0s\n";
        assert_eq!(Tally::read(output), Some(Tally { passed: 14, failed: 2, skipped: 4 }));
        assert_eq!(Tally::read("Summary [ 1s] 1 test run: 1 passed, 0 skipped").unwrap().passed, 1);
    }

    #[test]
    fn an_output_without_tests_has_no_tally() {
        assert_eq!(Tally::read("Finished in 3 s\n"), None);
    }
}
