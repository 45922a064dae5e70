//! Rules about source files: documentation, size, scripts, suppressions.

use std::path::Path;

use super::{Finding, Tree, finding};

const MAX_LINES: usize = 400;
const MAX_TEST_LINES: usize = 800;
/// The one script of ours: what a newcomer is told to run.
const ALLOWED_SCRIPT: &str = ".ci/run";

/// Findings about outside software (CONTRIBUTING.md) run without our product, and are no automation of it.
fn is_finding(path: &str) -> bool {
    let path = Path::new(path);
    path.parent() == Some(Path::new("findings")) && path.extension().is_some_and(|extension| extension == "sh")
}

fn is_test(path: &str) -> bool {
    let name = Path::new(path).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    path.contains("/tests/") || name == "tests" || name.ends_with("_tests")
}

/// Every Rust file begins with its module documentation.
pub(super) fn module_docs(tree: &Tree) -> Vec<Finding> {
    tree.with_extension("rs")
        .filter(|(_, text)| {
            !text.lines().find(|line| !line.trim().is_empty()).is_some_and(|line| line.starts_with("//!"))
        })
        .map(|(path, _)| finding(path, "begin with `//!` and say what this file is for"))
        .collect()
}

/// No source file is longer than 400 lines, no test file longer than 800.
pub(super) fn sizes(tree: &Tree) -> Vec<Finding> {
    tree.with_extension("rs")
        .filter_map(|(path, text)| {
            let limit = if is_test(path) { MAX_TEST_LINES } else { MAX_LINES };
            let lines = text.lines().count();
            (lines > limit).then(|| finding(path, format!("{lines} lines, at most {limit}: split it by what it does")))
        })
        .collect()
}

/// Automation is typed and tested: there is one shell script, which starts it, besides the findings.
pub(super) fn no_shell_scripts(tree: &Tree) -> Vec<Finding> {
    tree.files
        .iter()
        .filter(|(path, text)| {
            let by_name = [".sh", ".bash", ".ps1", ".bat", ".cmd"].iter().any(|suffix| path.ends_with(suffix));
            let first = text.lines().next().unwrap_or_default();
            let by_content = first.starts_with("#!") && !first.starts_with("#![") && first.contains("sh");
            (by_name || by_content) && path != ALLOWED_SCRIPT && !is_finding(path)
        })
        .map(|(path, _)| finding(path, "no shell scripts: make it a command of xtask"))
        .collect()
}

/// Code that several test programs or macro calls share: a lint may find something in one use and not in another, so
/// that it cannot be expected.
fn is_shared(path: &str) -> bool {
    is_test(path) || path.ends_with("/macros.rs")
}

/// Lints are suppressed where they are expected, with a reason, never silently.
pub(super) fn suppressions(tree: &Tree) -> Vec<Finding> {
    let attribute = ["#[all", "ow("].concat();
    let inner = ["#![all", "ow("].concat();
    tree.with_extension("rs")
        .flat_map(|(path, text)| {
            text.lines().enumerate().map(move |(index, line)| (path, index + 1, line.trim_start()))
        })
        .filter(|(_, _, line)| line.starts_with(&attribute) || line.starts_with(&inner))
        .filter(|(path, _, line)| !(is_shared(path) && line.contains("reason = ")))
        .map(|(path, number, _)| {
            finding(&format!("{path}:{number}"), "use `#[expect(lint, reason = \"…\")]`, or fix what the lint found")
        })
        .collect()
}

/// A test that does not run must not look as if it did.
pub(super) fn no_ignored_tests(tree: &Tree) -> Vec<Finding> {
    let attribute = ["#[ign", "ore"].concat();
    tree.with_extension("rs")
        .filter(|(_, text)| text.lines().any(|line| line.trim_start().starts_with(&attribute)))
        .map(|(path, _)| {
            finding(path, "no ignored tests: give the test its server through a nextest profile, or delete it")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Finding, Tree, tree};
    use super::{module_docs, no_ignored_tests, no_shell_scripts, sizes, suppressions};

    #[test]
    fn each_rule_finds_its_fault_and_passes_what_is_right() {
        type Rule = fn(&Tree) -> Vec<Finding>;
        let long = "//! Long.\n".repeat(401);
        let longer = "//! Long.\n".repeat(801);
        let silent = ["//! A.\n#[all", "ow(dead_code)]\n"].concat();
        let reasoned = ["//! A.\n#![all", "ow(dead_code, reason = \"shared\")]\n"].concat();
        let ignored = ["//! A.\n#[te", "st]\n#[ign", "ore = \"slow\"]\nfn a() {}\n"].concat();
        let cases: &[(Rule, &str, &str, bool)] = &[
            (module_docs, "crates/a/src/lib.rs", "use std::fmt;\n", true),
            (module_docs, "crates/a/src/lib.rs", "", true),
            (module_docs, "crates/a/src/lib.rs", "//! A.\nuse std::fmt;\n", false),
            (sizes, "crates/a/src/lib.rs", &long, true),
            (sizes, "crates/a/tests/all.rs", &long, false),
            (sizes, "crates/a/src/solver/tests.rs", &longer, true),
            (no_shell_scripts, "scripts/deploy.sh", "echo", true),
            (no_shell_scripts, "tool", "#!/usr/bin/env bash\n", true),
            (no_shell_scripts, ".ci/run", "#!/usr/bin/env bash\n", false),
            (no_shell_scripts, "findings/mongo-sorts-differently.sh", "#!/usr/bin/env bash\n", false),
            (no_shell_scripts, "findings/tool", "#!/usr/bin/env bash\n", true),
            (no_shell_scripts, "findings/tools/install.sh", "#!/usr/bin/env bash\n", true),
            (no_shell_scripts, "crates/findings/a.sh", "#!/usr/bin/env bash\n", true),
            (no_shell_scripts, "crates/a/src/lib.rs", "#![no_std]\n", false),
            (suppressions, "crates/a/src/lib.rs", &silent, true),
            (suppressions, "crates/a/tests/support/mod.rs", &silent, true),
            (suppressions, "crates/a/tests/support/mod.rs", &reasoned, false),
            (suppressions, "crates/a/src/lib.rs", &reasoned, true),
            (no_ignored_tests, "crates/a/tests/all.rs", &ignored, true),
        ];
        for (index, (rule, path, text, is_fault)) in cases.iter().enumerate() {
            assert_eq!(!rule(&tree(&[(path, text)])).is_empty(), *is_fault, "case {index}: {path}");
        }
    }
}
